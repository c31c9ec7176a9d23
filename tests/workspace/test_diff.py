"""What moves between any two allocations: versions, closes, the working tree, revisions of git."""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.errors import UserError
from finmod.workspace.apply import apply
from finmod.workspace.diff import Diff, diff
from tests.applied import ALLOCATION, AUGUST, CHARGES, HALVES, NOW, SEPTEMBER, TAXONOMY, project_of, shared
from tests.books import Books, bill

SEARCH, ADS = ("search",), ("ads",)


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """Return a project with two versions, August closed on the first of them."""
    books = shared(tmp_path_factory.mktemp("applied") / "books")
    apply(project_of(books), NOW, author="ada")
    assert books.run("close", "2026-08").code == 0
    books.write("allocation.yaml", HALVES)
    apply(project_of(books), NOW, author="ada")
    return books


@pytest.fixture
def books(once: Books, tmp_path: Path) -> Books:
    return once.copy(tmp_path / "diffed")


def of(books: Books, first: str, second: str) -> Diff:
    return diff(project_of(books), first, second)


def told(found: Diff) -> list[tuple[object, ...]]:
    (cause,) = found.causes
    return [(f"{move.month:%m}", move.pool, move.giver, move.taker, move.amount) for move in cause.moves]


HALVED = [("08", "cluster", SEARCH, ADS, Decimal(10)), ("09", "cluster", SEARCH, ADS, Decimal(10))]


@pytest.mark.parametrize("names", [("1", "2"), ("1", "applied"), ("2026-08", "applied"), ("close:2026-08", "2")])
def test_versions_are_compared_by_their_rows(names: tuple[str, str], books: Books) -> None:
    found = of(books, *names)
    assert told(found) == HALVED
    assert found.ledger_version is None
    assert [total.difference for total in found.totals] == [0]
    assert found.names[1] == "version 2"
    assert found.names[0] == ("version 1" if names[0] == "1" else "version 1 (as 2026-08 was closed)")


def test_versions_of_one_state_say_which_rule_moved_what(books: Books) -> None:
    books.write("allocation.yaml", ALLOCATION)
    apply(project_of(books), NOW, author="ada")
    (cause,) = of(books, "2", "3").causes
    assert cause.kind == "rules"
    assert {move.rule for move in cause.moves} == {"allocation.yaml:3:47"}
    (other,) = of(books, "1", "3").causes
    assert other.moves == ()


def test_a_close_between_two_versions_hides_no_rule(books: Books) -> None:
    (cause,) = of(books, "1", "2").causes
    assert (cause.kind, {move.rule for move in cause.moves}) == ("rules", {"allocation.yaml:3:47"})


def test_versions_of_other_charges_do_not_say_which_rule_moved_what(books: Books) -> None:
    books.load(books.write("a.csv", bill(*CHARGES[:-1])), "--accept", "FM1130")
    apply(project_of(books), NOW, author="ada")
    (cause,) = of(books, "1", "3").causes
    assert (cause.kind, {move.rule for move in cause.moves}) == ("everything", {None})


def test_the_working_tree_is_compared_on_the_ledger_of_today(books: Books) -> None:
    books.load(books.write("a.csv", bill(*CHARGES[:-1])), "--accept", "FM1130")
    assert told(of(books, "applied", "working")) == []
    found = of(books, "1", "working")
    assert told(found) == HALVED
    assert found.names == ("version 1", "the working tree")
    assert found.ledger_version == 3
    assert found.booked == {AUGUST: SEPTEMBER}


def test_revisions_of_git_are_compared(books: Books) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", books.root, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True)

    git("init", "-q")
    books.write("allocation.yaml", ALLOCATION)
    git("add", "taxonomy.yaml", "allocation.yaml")
    git("commit", "-q", "-m", "one")
    books.write("allocation.yaml", HALVES)
    git("commit", "-q", "-a", "-m", "two")
    found = of(books, "HEAD~1", "HEAD")
    assert told(found) == HALVED
    assert {move.rule for move in found.causes[0].moves} == {"allocation.yaml:3:47"}
    assert told(of(books, "HEAD", "working")) == []
    books.write("allocation.yaml", HALVES.replace("to: [product]", "to: [produkt]"))
    git("commit", "-q", "-a", "-m", "wrong")
    books.write("allocation.yaml", HALVES)
    with pytest.raises(UserError, match=r"allocation.yaml:1:\d+ at HEAD: "):
        of(books, "HEAD", "working")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("9", r"there is no version 9; expected a version from 1 to 2(?s:.*)finmod history\. \(FM2217"),
        ("0", "there is no version 0"),
        ("wroking", r"expected working, applied, a version from 1 to 2, a closed month such as 2026-09, or a revision"),
        ("wroking", r"'wroking' is no version and no revision of git; (?s:.*)\n  Did you mean 'working'\?"),
        ("2026-09", r"2026-09 is not closed; expected a closed month(?s:.*)FM2218"),
        ("--output=x", "is no version and no revision of git"),
        ("a\x1bb", "is no version and no revision of git"),
    ],
)  # fmt: skip
def test_a_name_that_means_nothing_is_told(name: str, message: str, once: Books) -> None:
    with pytest.raises(UserError, match=message):
        of(once, "1", name)


def test_a_close_before_the_first_version_is_told(tmp_path: Path) -> None:
    books = shared(tmp_path / "p")
    with pytest.raises(UserError, match=r"nothing was applied yet; expected a version(?s:.*)finmod apply\. \(FM2217"):
        of(books, "applied", "working")
    books.run("close", "2026-08")
    apply(project_of(books), NOW, author="ada")
    with pytest.raises(UserError, match=r"no allocation had been applied when 2026-08 was closed(?s:.*)FM2219"):
        of(books, "2026-08", "applied")


def test_rules_that_are_gone_leave_the_rows_to_be_compared(books: Books) -> None:
    for folder in (books.root / ".finmod" / "rules").iterdir():
        for file in folder.iterdir():
            if file.name == "ROOT":
                file.unlink()
    assert told(of(books, "1", "2")) == HALVED
    with pytest.raises(
        UserError, match=r"the rules of version 1 are gone from the store: rules/\w{12}\.\.\.(?s:.*)FM2211"
    ):
        of(books, "1", "working")


def test_values_are_called_as_the_rules_of_today_call_them(books: Books) -> None:
    assert of(books, "1", "2").label(SEARCH) == "Search engine"
    books.write("taxonomy.yaml", TAXONOMY.replace("Search engine", "Search"))
    assert of(books, "1", "2").label(SEARCH) == "Search"
