"""The words of a problem, and which exit code goes with which exception."""

from __future__ import annotations

import pytest

from finmod.errors import FinmodError, InternalError, Problem, UserError, near, printable


def test_a_problem_says_place_found_expected_remedy_and_code_in_this_order() -> None:
    problem = Problem(code="FM1120", found="it is 'x'", expected="a number", where="b.csv, row 2", remedy="Mend it.")
    assert str(problem) == "b.csv, row 2: it is 'x'; expected a number.\n  Mend it. (FM1120, docs/errors.md)"


def test_a_problem_leaves_out_what_it_does_not_know() -> None:
    assert str(Problem(code="FM1103", found="the file is empty")) == "the file is empty.\n  (FM1103, docs/errors.md)"


def test_a_user_error_tells_all_its_problems() -> None:
    error = UserError(Problem(code="FM1101", found="one"), Problem(code="FM1102", found="two"))
    assert [problem.code for problem in error.problems] == ["FM1101", "FM1102"]
    assert "one" in str(error)
    assert "two" in str(error)


@pytest.mark.parametrize(("kind", "code"), [(UserError, 1), (InternalError, 70), (FinmodError, 70)])
def test_exit_codes_tell_the_users_fault_from_ours(kind: type[FinmodError], code: int) -> None:
    assert kind.exit_code == code
    assert issubclass(kind, FinmodError)


def test_text_of_a_bill_cannot_steer_the_terminal() -> None:
    assert printable("\x1b[31mred\x07\x9b") == "\N{REPLACEMENT CHARACTER}[31mred" + "\N{REPLACEMENT CHARACTER}" * 2
    assert printable("two\nlines\tand tab") == "two\nlines\tand tab"


def test_long_text_is_cut_and_its_length_told() -> None:
    assert printable("a" * 300, 5) == "aaaaa... (300 characters)"
    assert "\x1b" not in str(Problem(code="FM1101", found="\x1b" * 9))


@pytest.mark.parametrize(
    ("word", "found"), [("Charges", "charges"), ("charge", "charges"), ("lods", "loads"), ("zzz", None), ("", None)]
)
def test_near_names_are_found_whatever_the_case(word: str, found: str | None) -> None:
    assert near(word, ["charges", "loads"]) == found
