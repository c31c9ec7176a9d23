"""The screen of a check: each finding with its value and its amount, and where there is more."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from finmod.focus.columns import COSTS
from finmod.terms.findings import codes
from tests.books import Books, bill, month
from tests.cli.terminal import on_terminal

MORE = "Every finding, whole, with its place and what to do: --output json"


def odd(books: Books, *values: str) -> Books:
    """A bill with a value of ChargeFrequency that FOCUS does not allow in each of some months."""
    books.load(books.write("a.csv", bill(*(month(n, "10", ChargeFrequency=v) for n, v in enumerate(values, 1)))))
    return books


def about(books: Books, code: str) -> list[str]:
    """Return the lines of the screen below a code."""
    block = books.run("check").out.partition(f"warning {code} ChargeFrequency\n")[2]
    return [line.rstrip() for line in re.split(r"\n(?=\S)", block)[0].splitlines()]


def test_a_finding_is_shown_with_its_value_and_its_amount(books: Books) -> None:
    assert about(odd(books, "Often"), "FM1303") == [
        "  saas 2026-01 a.csv, row 1: A value is none of the allowed values.",
        "    1 charge, BilledCost 10.00 USD, for example ChargeFrequency=Often",
        f"  {codes()['FM1303'].remedy}",
    ]


def test_a_hostile_value_is_shown_short_and_as_text(books: Books) -> None:
    shown = about(odd(books, f"[red]\x1b[31m{'x' * 200}"), "FM1303")[1]
    assert "ChargeFrequency=[red]\N{REPLACEMENT CHARACTER}[31mxxx" in shown
    assert len(shown) < 160


def test_the_screen_says_where_there_is_more(books: Books, tmp_path: Path) -> None:
    few = odd(books, "Often")
    columns = ["InvoiceIssuerName", "ServiceProviderName"]
    assert all(column in few.run("check").out for column in columns)
    assert MORE not in few.run("check").out
    many = odd(Books(tmp_path / "many"), "Often", "Often", "Often", "Often").run("check").out
    assert "and 1 more" in many
    assert many.count(MORE) == 1
    assert MORE in odd(Books(tmp_path / "long"), "x" * 90).run("check").out
    info = Books(tmp_path / "info")
    info.load(info.write("a.csv", bill({"SomethingElse": "1"})))
    out = info.run("check").out
    assert "Findings of severity info need no action." in out
    assert MORE in out


def test_programs_get_what_to_do_with_each_finding(books: Books) -> None:
    rows = json.loads(odd(books, "Often").run("check", "--output", "json").out)
    assert all(list(row)[-2:] == ["remedy", "ignored"] and row["remedy"] == codes()[row["code"]].remedy for row in rows)
    (frequency,) = [row for row in rows if row["column"] == "ChargeFrequency" and row["code"] == "FM1303"]
    assert frequency["billed_cost"] == "10.000000000000"


@pytest.mark.parametrize("columns", [50, 120])
def test_the_severity_has_its_name_at_every_width(columns: int, books: Books) -> None:
    code, shown = on_terminal(["--project", odd(books, "Often").root, "check"], columns=columns)
    out = [line.rstrip() for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown).splitlines()]
    assert code == 1
    assert max(map(len, out)) <= columns
    assert any(line.startswith("severity") for line in out)
    # A line that is folded goes on where it began.
    assert ("  the allowed values." in out) == (columns == 50)


def test_what_is_ignored_is_marked_and_counted(books: Books) -> None:
    few = odd(books, "Often")
    yaml = (few.root / "finmod.yaml").read_text(encoding="utf-8")
    found = {row["code"] for row in json.loads(few.run("check", "--output", "json").out) if row["severity"] != "info"}
    assert "ignored" not in few.run("check").out
    assert "let pass" not in few.run("check").out

    few.write("finmod.yaml", f"{yaml}check: {{fail_on: warning, ignore: [{', '.join(sorted(found))}]}}\n")
    said = few.run("check")
    rows = json.loads(few.run("check", "--output", "json").out)

    assert said.code == 0
    assert "\nwarning, ignored FM1303 ChargeFrequency\n" in said.out
    passed = sum(row["severity"] != "info" for row in rows)
    assert said.out.endswith(f"\n{passed} findings are let pass: check.ignore in finmod.yaml.\nGREEN\n")
    assert all(row["ignored"] == (row["severity"] != "info") for row in rows)


@pytest.mark.parametrize(
    ("cost", "left_out"),
    [("1234567.123456789012", "rounding"), ("1234567.1234567890123", "daily_cube")],
    ids=["not rounded", "rounded"],
)
def test_the_proof_stays_a_table_where_columns_that_say_nothing_can_go(cost: str, left_out: str, books: Books) -> None:
    books.load(books.write("a.csv", bill(dict.fromkeys(COSTS, cost))))
    _, shown = on_terminal(["--project", books.root, "check", "--proof"], columns=130)
    assert f"Left out for want of room: {left_out};" in shown
    assert "row 1" not in shown
