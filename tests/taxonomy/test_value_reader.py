"""Which value a text is: by name, alias, folding and pattern, in this order."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import PLACEHOLDERS, ValueReader
from tests.taxonomy.small import read

CHANGE = Segments((date(2026, 2, 15),), date(2026, 2, 1))


def found(folder: Path, values: str, *texts: str, segments: Segments = CHANGE) -> list[tuple[str | None, str]]:
    """Return value and how of texts, in each segment."""
    dimension = read(folder, f"dimensions: {{p: {{values: {values}}}}}").dimensions["p"]
    with Engine(threads=1) as engine:
        reader = ValueReader(engine, dimension, segments)
        return [(value, how) for _, _, value, how in reader.read((at, text) for at in segments.all() for text in texts)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("search-api", ("search-api", "exact")),
        ("srch", ("search-api", "alias")),
        ("SRCH", ("search-api", "alias")),
        ("Search_API", ("search-api", "folded")),
        (" search.api ", ("search-api", "folded")),
        ("search-x", ("search-api", "pattern")),
        ("SEARCH-", ("search-api", "pattern")),
        ("find7", ("search-api", "pattern")),
        ("find", (None, "unrecognised")),
        ("Search_x", ("search-api", "pattern")),
        ("searchx", (None, "unrecognised")),
        ("find_7", (None, "unrecognised")),
        ("search-*", ("search-api", "pattern")),
        ("", (None, "unrecognised")),
        ("none", (None, "unrecognised")),
        ("None at all", ("none-at-all", "folded")),
    ],
)
def test_names_go_before_aliases_before_folded_before_patterns(
    text: str, expected: tuple[str | None, str], tmp_path: Path
) -> None:
    values = '{search-api: {aliases: [srch, "search-*", "/find[0-9]/"]}, none-at-all: {}}'

    assert found(tmp_path, values, text, segments=Segments()) == [expected]


def test_a_name_goes_before_a_pattern_of_an_earlier_value(tmp_path: Path) -> None:
    values = '{a: {aliases: "*"}, b: {aliases: bb}}'

    assert found(tmp_path, values, "b", "BB", "cc", "d", segments=Segments()) == [
        ("b", "exact"),
        ("b", "alias"),
        ("a", "pattern"),
        ("a", "pattern"),
    ]


def test_a_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path) -> None:
    assert found(tmp_path, '{"a*": {}, "/b/": {}}', "a*", "ab", "/b/", "b", segments=Segments()) == [
        ("a*", "exact"),
        (None, "unrecognised"),
        ("/b/", "exact"),
        ("/b/", "folded"),
    ]


def test_each_text_means_what_it_meant_at_its_time(tmp_path: Path) -> None:
    values = """{
      old: {until: 2026-02-15, aliases: [o, "o-*"]}, new: {since: 2026-02-15, aliases: [o, "o-*"]},
      kept: {aliases: [{is: k, until: 2026-02-15}, {is: "k-*", since: 2026-02-15}]}
    }"""

    assert found(tmp_path, values, "old", "new", "o", "o-1", "k", "k-1", "Kept") == [
        ("old", "exact"), (None, "unrecognised"), ("old", "alias"), ("old", "pattern"), ("kept", "alias"),
        (None, "unrecognised"), ("kept", "folded"),
        (None, "unrecognised"), ("new", "exact"), ("new", "alias"), ("new", "pattern"), (None, "unrecognised"),
        ("kept", "pattern"), ("kept", "folded"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["None", "N/A", "n.a.", " - ", "NULL", "nan", "TBD", "to do", "unknown", "", "xxx", "__"]
)
def test_what_stands_for_nothing_is_no_value_where_any_text_is_one(text: str, tmp_path: Path) -> None:
    expected = (None, "unrecognised") if text != "to do" else ("to do", "open")

    assert found(tmp_path, "", text, segments=Segments()) == [expected]


def test_any_other_text_is_a_value_as_it_stands(tmp_path: Path) -> None:
    assert found(tmp_path, "", " Search API ", "search api", "unknown-app", segments=Segments()) == [
        ("Search API", "open"),
        ("search api", "open"),
        ("unknown-app", "open"),
    ]
    assert all(text == text.casefold() and " " not in text for text in PLACEHOLDERS)


def test_very_many_aliases_and_texts_are_read_in_one_go(tmp_path: Path) -> None:
    values = "{" + ", ".join(f'v{at}: {{aliases: [a{at}, "p{at}-*"]}}' for at in range(500)) + "}"
    texts = [
        f"{letter}{at}{end}" for at in range(500) for letter, end in (("v", ""), ("A", ""), ("p", "-x"), ("z", ""))
    ]

    answers = found(tmp_path, values, *texts, segments=Segments())
    assert answers[4 * 321 : 4 * 322] == [
        ("v321", "exact"),
        ("v321", "alias"),
        ("v321", "pattern"),
        (None, "unrecognised"),
    ]
    assert sum(value is not None for value, _ in answers) == 1500
