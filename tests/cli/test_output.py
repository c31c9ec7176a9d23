"""Rows as table, JSON, CSV and Markdown, with hostile text made harmless."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from finmod.cli.output import Form, cell, money, show, table
from finmod.terms.money import twelve_places

HOSTILE = "=1+1|<b>[x](y)`\x1b[31m\nend"


def shown(capsys: pytest.CaptureFixture[str], columns: list[str], rows: list[tuple[Any, ...]], form: Form) -> str:
    show(columns, rows, form)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("1E-12"), "0.000000000001"),
        (Decimal("1E+3"), "1000"),
        (datetime(2026, 9, 1, 12, tzinfo=UTC).replace(tzinfo=None), "2026-09-01T12:00:00Z"),
        (date(2026, 9, 1), "2026-09-01"),
        (datetime(2026, 9, 1, 12, 0, 0, 123456, tzinfo=UTC).replace(tzinfo=None), "2026-09-01T12:00:00.123456Z"),
        (time(12, 30), "12:30:00"),
        ({"a": Decimal("1.5")}, '{"a": "1.5"}'),
        ([1, None, float("nan"), date(2026, 9, 1)], '[1, null, "nan", "2026-09-01"]'),
        ({1: "a", date(2026, 9, 1): {"x": [True]}}, '{"1": "a", "2026-09-01": {"x": [true]}}'),
        (True, "True"),
        (3, "3"),
    ],
)
def test_every_value_has_one_text(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234567.895", "1,234,567.90 USD"), ("-0.004", "0.00 USD"), ("0", "0.00 USD"), (None, "-")],
)
def test_amounts_for_people_have_two_places_and_their_currency(amount: str | None, text: str) -> None:
    assert money(None if amount is None else Decimal(amount), "USD") == text


@pytest.mark.parametrize("amount", ["14", "-0.5", "0E-12", "1E+3", f"{'9' * 26}.{'9' * 12}", None])
def test_amounts_for_programs_have_twelve_places_and_every_digit(amount: str | None) -> None:
    given = None if amount is None else Decimal(amount)
    exact = twelve_places(given)
    assert exact == given
    assert exact is None or exact.as_tuple().exponent == -12


def test_json_has_numbers_for_counts_and_texts_for_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    row = (1, Decimal("1.50"), None, True, "x", 0.5, float("nan"))
    out = shown(capsys, list("abcdefg"), [row], "json")
    assert json.loads(out, parse_constant=pytest.fail) == [
        {"a": 1, "b": "1.50", "c": None, "d": True, "e": "x", "f": 0.5, "g": "nan"}
    ]
    assert json.loads(shown(capsys, ["a"], [], "json")) == []


def test_csv_neutralises_formulas_and_keeps_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, ["a", "b"], [("=cmd", Decimal("-1.5")), ("plain, text", None)], "csv")
    assert list(csv.reader(io.StringIO(out))) == [["a", "b"], ["'=cmd", "-1.5"], ["plain, text", ""]]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "@x", "\t=1", "\r1", "\n1", "-", "-1+1", "-1\n", "\uff1d1", "\uff201", " =1", "\u200b+1"]
)
def test_csv_neutralises_every_start_of_a_formula(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, [text], [(text,)], "csv")
    assert all(cell.startswith("'") for row in csv.reader(io.StringIO(out)) for cell in row)


@pytest.mark.parametrize("value", [Decimal("-0.000000000001"), -1, -1.5e-9, "-1", "-1.5e3", "-.5", "a=1", "[=1]"])
def test_csv_leaves_numbers_and_other_texts_alone(value: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(csv.reader(io.StringIO(shown(capsys, ["a"], [(value,)], "csv"))))[1] == [cell(value)]


def test_json_nests_lists_and_objects(capsys: pytest.CaptureFixture[str]) -> None:
    row = ([1, Decimal("1.50"), None, float("inf")], {"a": {"b": [date(2026, 9, 1)]}})
    out = shown(capsys, ["l", "o"], [row], "json")
    assert json.loads(out, parse_constant=pytest.fail) == [
        {"l": [1, "1.50", None, "inf"], "o": {"a": {"b": ["2026-09-01"]}}}
    ]


def test_markdown_shows_text_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, ["a|b"], [(HOSTILE,)], "markdown").splitlines()
    assert lines[:2] == ["| a\\|b |", "| --- |"]
    assert len(lines) == 3
    assert "<b>" not in lines[2]
    assert "\x1b" not in lines[2]


def test_a_table_shows_text_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, ["[red]a"], [(HOSTILE,), ("[bold]x[/]",)], "table")
    assert "\x1b" not in out
    assert "[red]a" in out
    assert "[bold]x[/]" in out


def lines(
    capsys: pytest.CaptureFixture[str], columns: list[str], rows: list[tuple[Any, ...]], right: tuple[str, ...] = ()
) -> list[str]:
    table(columns, rows, right=right)
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_decimals_of_a_column_have_as_many_places_as_one_of_them_needs(capsys: pytest.CaptureFixture[str]) -> None:
    values = [Decimal("1.500000000000"), Decimal("-22.123000000000"), None, Decimal("0E-12")]
    assert lines(capsys, ["a"], [(value,) for value in values]) == ["      a", "  1.500", "-22.123", "", "  0.000"]
    assert lines(capsys, ["a"], [(Decimal("2.000000000000"),)]) == ["   a", "2.00"]
    assert lines(capsys, ["a"], [(Decimal(2),), (Decimal("NaN"),)]) == ["  a", "  2", "NaN"]


def test_a_table_in_a_pipe_is_as_wide_as_its_rows(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"column {place} of many" for place in range(80)]
    head, row = lines(capsys, names, [tuple(range(80))])
    assert head.split("  ") == names
    assert row.split() == [str(number) for number in range(80)]


def test_texts_that_are_numbers_for_people_stand_to_the_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, ["a", "b"], [("9.00 USD", "x"), ("10.00 USD", "y")], right=("a",)) == [
        "        a  b",
        " 9.00 USD  x",
        "10.00 USD  y",
    ]


def test_a_tab_does_not_move_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, ["a\tb", "c"], [("x\ty", 1)]) == ["a b  c", "x y  1"]


def test_no_columns_and_no_rows_are_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert lines(capsys, [], []) == [""]
    assert lines(capsys, ["a"], []) == ["a"]
