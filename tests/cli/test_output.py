"""Rows as table, JSON, CSV and Markdown, with hostile text made harmless."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from finmod.cli.output import Form, cell, money, show

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
        ({"a": Decimal("1.5")}, '{"a": "1.5"}'),
        (True, "True"),
        (3, "3"),
    ],
)
def test_every_value_has_one_text(value: object, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234567.895", "1,234,567.90 USD"), ("-0.004", "-0.00 USD"), ("0", "0.00 USD"), (None, "-")],
)
def test_amounts_for_people_have_two_places_and_their_currency(amount: str | None, text: str) -> None:
    assert money(None if amount is None else Decimal(amount), "USD") == text


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
