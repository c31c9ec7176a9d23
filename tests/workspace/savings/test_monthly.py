"""The rows of ``savings_monthly``: every month, each with its own list."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

from finmod.marts.catalogue import TABLES
from tests.bills_by_day import SEPTEMBER, More, charged, used
from tests.books import Books, bill

IDLE = "PublicIPv4:IdleAddress"
AUGUST = SEPTEMBER.replace(month=8)


def test_every_month_has_its_list(tmp_path: Path) -> None:
    months = (SEPTEMBER, AUGUST)
    books = charged(tmp_path, *(used(IDLE, "eip-1", str(month.month), month=month) for month in months))

    rows = books.query(
        "SELECT x_BillingPeriod, x_Rank, x_Resource, x_PotentialSavings FROM savings_monthly ORDER BY ALL"
    )

    assert [(row["x_BillingPeriod"], row["x_Rank"], Decimal(row["x_PotentialSavings"])) for row in rows] == [
        ("2026-08-01", 1, Decimal(240)), ("2026-09-01", 1, Decimal(270)),
    ]  # fmt: skip


def test_months_found_together_and_apart_are_the_same(tmp_path: Path) -> None:
    tags: More = {"Tags": '{"environment":"dev"}'}
    books = charged(
        tmp_path, *(used("BoxUsage:m4.large", "i-1", str(month.month), month=month, **tags)
                    for month in (SEPTEMBER, AUGUST)), taxonomy="dimensions: {team: {from: [{tag: environment}]}}\n",
    )  # fmt: skip
    sql = "SELECT x_BillingPeriod, x_Rule, x_PotentialSavings, x_Team FROM savings_monthly ORDER BY ALL"

    together = books.query(sql)
    shutil.rmtree(tmp_path / ".finmod" / "reductions" / "savings")
    assert [books.run("savings", month).code for month in ("2026-08", "2026-09")] == [0, 0]

    assert books.query(sql) == together
    assert len(together) == 6


def test_the_key_of_the_table_tells_its_rows_apart(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1"), used(IDLE, "eip-2", "1"), used(IDLE, "eip-1", month=AUGUST))
    (key,) = [", ".join(each.key) for each in TABLES if each.name == "savings_monthly"]

    (row,) = books.query(f"SELECT count(*) AS n, count(DISTINCT ({key})) AS d FROM savings_monthly")

    assert row["n"] == row["d"] > 0


def test_the_table_shows_a_state_of_the_ledger_as_it_was(tmp_path: Path) -> None:
    books = charged(tmp_path, used(IDLE, "eip-1", "1"))
    books.load(books.write("bill.csv", bill(*used(IDLE, "eip-1", "1"), *used(IDLE, "eip-2", "1"))))

    sql = "SELECT count(*) AS n FROM savings_monthly"
    assert books.query(sql) == [{"n": 2}]
    assert books.query(sql, "--as-of", "1") == [{"n": 1}]


def test_an_empty_ledger_has_none(tmp_path: Path) -> None:
    assert Books(tmp_path).query("SELECT * FROM savings_monthly") == []
