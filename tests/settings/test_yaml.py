"""YAML files are read with places, within limits, and never with a traceback."""

from __future__ import annotations

import os
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.errors import UserError
from finmod.settings.yaml import MAX_BYTES, MAX_DEPTH, Document, parse_yaml, read_yaml

if TYPE_CHECKING:
    from pathlib import Path

SYNTAX = (
    "\n  See the line named and the one above it: brackets, quotes, the space after a colon. (FM1014, docs/errors.md)"
)
MAPPING = (
    "; expected lines of the form 'key: value'."
    "\n  Start from the file that `finmod init` writes in an empty folder. (FM1020, docs/errors.md)"
)
DEEP = (
    f"values are nested more than {MAX_DEPTH} levels deep."
    "\n  Close the brackets, or take out the extra levels. (FM1018, docs/errors.md)"
)
BOMB = (
    "the file holds more than 100,000 values once its aliases are written out; "
    "expected a file that is read in a moment."
    "\n  Write the values out, or use fewer aliases (*name). (FM1017, docs/errors.md)"
)


def refused(text: str) -> str:
    with pytest.raises(UserError) as caught:
        parse_yaml(text, "f.yaml")
    return str(caught.value)


def problems(text: str) -> str:
    return "\n".join(str(problem) for problem in parse_yaml(text, "f.yaml").problems)


def test_scalars_mean_what_yaml_1_2_says() -> None:
    text = "{a: 1, b: 1.10, c: true, d: ~, e: 'yes', f: no, g: 0x1F, h: 007, i: \"1\", j: .inf, k: 2026-01-01}"
    assert parse_yaml(text, "f").root.plain() == {
        "a": 1,
        "b": Decimal("1.10"),
        "c": True,
        "d": None,
        "e": "yes",
        "f": "no",
        "g": 31,
        "h": 7,
        "i": "1",
        "j": ".inf",
        "k": "2026-01-01",
    }


def test_keys_are_text_as_written() -> None:
    assert parse_yaml("012345678901: a\ntrue: b\n~: c", "f").root.plain() == {
        "012345678901": "a",
        "true": "b",
        "~": "c",
    }


def test_numbers_beyond_reason_stay_text() -> None:
    assert parse_yaml(f"a: {'9' * 5000}\nb: 1e999999", "f").root.plain() == {"a": "9" * 5000, "b": "1e999999"}


def test_places_are_kept() -> None:
    document = parse_yaml("a: 1\nb:\n  - x\n  - {c: d}\n", "f")
    steps, node, key = document.find(("b", 1, "c"))
    assert (steps, node.content, (node.line, node.column), key) == (("b", 1, "c"), "d", (4, 9), (4, 6))
    assert document.find(("b", 7, "c"))[0] == ("b",)


def test_aliases_stand_for_their_value() -> None:
    document = parse_yaml("a: &x [1, 2]\nb: *x\n", "f")
    assert document.root.plain() == {"a": [1, 2], "b": [1, 2]}
    assert not document.problems


def test_a_key_that_stands_twice_is_told_with_both_lines() -> None:
    assert problems("a: 1\nb: 2\n'a': 3\n") == (
        "f.yaml:3:1: the key 'a' stands twice, the first time in line 1; expected each key once."
        "\n  Remove or rename one of the two. (FM1015, docs/errors.md)"
    )


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ("!!python/object/apply:os.system", "!!python/object/apply:os.system"),
        ("!include", "!include"),
        ("!!str", "!!str"),
        ("!<tag:example.com,2020:x>", "tag:example.com,2020:x"),
    ],
)
def test_tags_are_refused(tag: str, shown: str) -> None:
    assert problems(f"a: {tag} ['echo']") == (
        f"f.yaml:1:4: the value has the tag {shown}; expected no tag."
        "\n  Remove the tag; text that looks like a number goes in quotes. (FM1016, docs/errors.md)"
    )


def test_a_second_document_is_told() -> None:
    assert problems("a: 1\n---\nb: 2\n") == (
        "f.yaml:2:1: a second document starts here; expected one document."
        "\n  Remove the line '---' and what follows, or put it in a file of its own. (FM1019, docs/errors.md)"
    )


def test_billion_laughs_are_counted_not_written_out() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    assert refused("\n".join(lines)) == f"f.yaml:5:45: {BOMB}"


def test_too_many_values_without_an_alias_are_refused() -> None:
    assert refused("a: [" + "1," * 100_000 + "]") == f"f.yaml:1:200003: {BOMB}"


def test_an_alias_inside_its_own_value_is_refused() -> None:
    assert refused("a: &x [1, *x]") == (
        "f.yaml:1:11: the alias *x stands inside the value that it names."
        "\n  Mark an earlier value with &x, or write the value out. (FM1017, docs/errors.md)"
    )


def test_an_alias_without_a_value_is_refused() -> None:
    assert refused("a: *x") == (
        "f.yaml:1:4: the alias *x stands before any value of that name."
        "\n  Mark an earlier value with &x, or write the value out. (FM1017, docs/errors.md)"
    )


@pytest.mark.parametrize("bracket", ["[", "{a: ", "[\n"])
def test_deep_nesting_is_refused(bracket: str) -> None:
    assert refused(bracket * 3000).endswith(DEEP)


def test_deep_nesting_names_the_first_level_too_many() -> None:
    assert refused("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH) == f"f.yaml:1:53: {DEEP}"
    assert parse_yaml("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "f").root.height == MAX_DEPTH


def test_deep_nesting_through_aliases_is_refused() -> None:
    lines = [f"a0: &a0 {'[' * 20}{']' * 20}"] + [f"a{n}: &a{n} {'[' * 20}*a{n - 1}{']' * 20}" for n in (1, 2)]
    assert refused("\n".join(lines)) == f"f.yaml:3:29: {DEEP}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b: c", f"f.yaml:1:5: not YAML: mapping values are not allowed here.{SYNTAX}"),
        ("a: [1\n", f"f.yaml:2:1: not YAML: expected ',' or ']', but got '<stream end>'.{SYNTAX}"),
        ("a: 'x", f"f.yaml:1:6: not YAML: found unexpected end of stream.{SYNTAX}"),
        ("a: \x01", f"f.yaml:1:4: not YAML: the character '\\x01' is not allowed.{SYNTAX}"),
        ('a: "\\UFFFFFFFF"', f"f.yaml: not YAML: an escape or a value stands for nothing that there is.{SYNTAX}"),
        (
            "a:\n\t- b",
            (
                "f.yaml:2:1: not YAML: found character '\\t' that cannot start any token."
                "\n  Indent with spaces: YAML allows no tabs there. (FM1014, docs/errors.md)"
            ),
        ),
        (
            'a: "\\ud800"',
            (
                "f.yaml:1:4: the text '\\ud800' holds a control character or half a character; expected printable text."
                "\n  Remove the escape, or save the file again as UTF-8. (FM1014, docs/errors.md)"
            ),
        ),
        (
            "[a]: b",
            (
                "f.yaml:1:1: a key is a collection; expected text."
                "\n  Write the key as plain text before the colon; text with { or [ goes in quotes. "
                "(FM1021, docs/errors.md)"
            ),
        ),
    ],
)
def test_syntax_errors_have_a_place(text: str, message: str) -> None:
    assert refused(text) == message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "1:1: the file is empty"),
        ("# nothing\n", "1:1: the file is empty"),
        ("---\n", "2:1: the file is empty"),
        ("- a", "1:1: the top level is a list"),
        ("hello", "1:1: the top level is a single value"),
    ],
)
def test_the_top_level_is_a_mapping(text: str, found: str) -> None:
    assert refused(text) == f"f.yaml:{found}{MAPPING}"


def test_what_was_found_before_a_fatal_problem_is_told_too() -> None:
    assert refused("a: 1\na: 2\nb: [").count("\n  ") == len(["the key stands twice", "the bracket is open"])


def refused_file(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_yaml(path)
    return str(caught.value)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read_yaml(path).root.plain() == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"a: 1\nb: caf\xe9\n", "f.yaml:2:7: the byte 0xe9 is not UTF-8"),
        ("a: 1".encode("utf-16"), "f.yaml:1:1: the byte 0xff is not UTF-8"),
    ],
)
def test_other_encodings_are_refused(tmp_path: Path, raw: bytes, found: str) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(raw)
    assert refused_file(path) == f"{found}.\n  Save the file again with the encoding UTF-8. (FM1013, docs/errors.md)"


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"a" * (MAX_BYTES + 1))
    assert refused_file(path) == (
        "f.yaml: the file is larger than 1,000,000 bytes."
        "\n  Settings are small: was a bill given as a settings file? (FM1012, docs/errors.md)"
    )


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    remedy = "\n  Check that it exists and that you may read it. (FM1011, docs/errors.md)"
    assert refused_file(tmp_path / "f.yaml") == (f"f.yaml: the file cannot be read: no such file or directory.{remedy}")
    (tmp_path / "d.yaml").mkdir()
    assert refused_file(tmp_path / "d.yaml") == f"d.yaml: the file cannot be read: is a directory.{remedy}"
    os.mkfifo(tmp_path / "p.yaml")
    assert refused_file(tmp_path / "p.yaml").startswith("p.yaml: this is no file.")


YAMLISH = st.text(st.sampled_from("ab:-[]{}&*!|>'\"#%@,?~ \n\t\\0x\x85\u2028\ud7ff"), max_size=60)


@settings(max_examples=300)
@given(YAMLISH | st.text(max_size=60))
def test_any_text_is_a_document_or_a_user_error(text: str) -> None:
    try:
        document = parse_yaml(text, "f.yaml")
    except UserError as error:
        assert "docs/errors.md" in str(error)  # noqa: PT017 - both outcomes are fine, a third is not
    else:
        assert isinstance(document, Document)
        assert isinstance(document.root.plain(), dict)
