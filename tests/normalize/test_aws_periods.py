"""The billing period of an AWS charge: what the bill says, else the export's folder, else the month of usage, told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from finmod.settings.project import load_project
from finmod.workspace.check import check
from tests.normalize.test_aws_charges import item
from tests.normalize.test_aws_unused import ask, load

NO_PERIOD = {"bill_billing_period_start_date": "", "bill_billing_period_end_date": "", "product": ""}
LATE = {"line_item_usage_start_date": "2026-08-15T00:00:00Z", "line_item_usage_end_date": "2026-08-15T01:00:00Z"}
ROWS = [item("Usage", "10", **NO_PERIOD), item("Refund", "-4", **NO_PERIOD) | LATE]


def booked(folder: Path) -> list[tuple[object, ...]]:
    """Return month and line item type of every charge."""
    return ask(folder, "SELECT x_BillingPeriod, x_LineItemType FROM charges ORDER BY x_Row")


def guesses(folder: Path) -> list[tuple[object, ...]]:
    """Return severity, rows, place and message of the findings on guessed billing periods, per billing period."""
    found = [each for each in check(load_project(folder)).findings if each.code == "FM1256"]
    return [(each.severity, each.rows, each.where, each.message) for each in found]


@pytest.mark.parametrize(
    "where",
    ["bill/data/BILLING_PERIOD=2026-09/", "billing_period=2026-09/2026-09-03T00-00-00Z-b/",
     "BILLING_PERIOD=2026-01/BILLING_PERIOD=2026-09/"],
    ids=["folder", "execution", "the inner one"],
)  # fmt: skip
def test_the_exports_folder_tells_the_billing_period(tmp_path: Path, where: str) -> None:
    load(tmp_path, ROWS, "aws-cur2", file=f"{where}bill-00001.csv")
    assert booked(tmp_path) == [(date(2026, 9, 1), "Usage"), (date(2026, 9, 1), "Refund")]
    assert ask(tmp_path, "SELECT DISTINCT CAST(BillingPeriodEnd AS VARCHAR)[:10] FROM charges") == [("2026-10-01",)]
    assert guesses(tmp_path) == []


@pytest.mark.parametrize("where", ["", "BILLING_PERIOD=2026-13/", "BILLING_PERIOD=2026-09-30/", "2026-09/"])
def test_without_it_the_month_of_usage_is_guessed_and_told(tmp_path: Path, where: str) -> None:
    load(tmp_path, ROWS, "aws-cur2", file=f"{where}bill.csv")
    assert booked(tmp_path) == [(date(2026, 9, 1), "Usage"), (date(2026, 8, 1), "Refund")]
    message = "Booked in the month of their usage, 2026-0{}: 1 charge that names no billing period."
    assert guesses(tmp_path) == [
        ("warning", 1, f"{where}bill.csv, row {row}", message.format(month)) for month, row in ((8, 2), (9, 1))
    ]


def test_a_single_row_without_a_billing_period_is_told(tmp_path: Path) -> None:
    empty = dict.fromkeys(("line_item_line_item_type", "line_item_unblended_cost", "line_item_usage_amount"), "")
    times = {"line_item_usage_start_date": "", "line_item_usage_end_date": ""}
    load(tmp_path, [item("Usage", "1"), NO_PERIOD | empty | times, ROWS[0]], "aws-cur2")
    message = "Booked in the month of their usage, 2026-09: 1 charge that names no billing period."
    assert guesses(tmp_path) == [("warning", 1, "bill.csv, row 3", message)]


def test_what_the_bill_says_stands_before_the_folder(tmp_path: Path) -> None:
    load(tmp_path, [item("Usage", "1", product="")], "aws-cur2", file="BILLING_PERIOD=2026-10/bill.csv")
    assert booked(tmp_path) == [(date(2026, 9, 1), "Usage")]
    assert guesses(tmp_path) == []
