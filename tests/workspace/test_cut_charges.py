"""Charges of more than a day that days and weeks cut are told, in metrics and statements; months have them whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from finmod.settings.project import load_project
from finmod.terms.findings import Finding
from finmod.workspace.metrics.metric import Grain, metric
from tests.applied import shared
from tests.books import Books
from tests.statements import report_of
from tests.tagged import EURO, charge

SEARCH = '{"product":"search"}'
MONTHLY = {"ChargePeriodEnd": "2026-09-01T00:00:00Z"}
WEEKS = "fiscal_year_start: 8\ncalendar: {weeks: 4-4-5, first_day: 2026-08-02}\n"


def books_of(folder: Path, **more: str) -> Books:
    monthly = charge(8, "31", "i-2", SEARCH, **MONTHLY, **more)
    made = shared(folder, charges=[charge(8, "60", "i-1", SEARCH), monthly, charge(9, "60", "i-1", SEARCH)])
    made.write("pnl.yaml", "default: {name: Hosting, section: cogs}\n")
    made.write("finmod.yaml", (made.root / "finmod.yaml").read_text(encoding="utf-8") + WEEKS)
    assert made.run("apply").code == 0
    return made


def of_metric(books: Books, grain: Grain) -> list[Finding]:
    return [
        each for each in metric(load_project(books.root), "cloud_cost", grain=grain).findings if each.code == "FM2441"
    ]


@pytest.mark.parametrize("grain", ["day", "period"])
def test_a_charge_that_periods_cut_is_told_with_what_it_costs(tmp_path: Path, grain: Grain) -> None:
    books = books_of(tmp_path / "books")
    (found,) = of_metric(books, grain)

    assert (found.rows, found.amount, found.currency, found.severity) == (1, Decimal(31), "USD", "warning")
    if grain == "period":
        (told,) = [each for each in report_of(books, None, grain="period", first="FY2026-P12").findings
                   if each.code == "FM2441"]  # fmt: skip
        assert told == found


def test_months_have_charges_whole(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")

    assert of_metric(books, "month") == []
    assert not [each for each in report_of(books, None).findings if each.code == "FM2441"]


def test_charges_that_end_within_their_period_are_not_told(tmp_path: Path) -> None:
    books = books_of(tmp_path / "books")
    alone = metric(load_project(books.root), "cloud_cost", grain="day", first=date(2026, 9, 1)).findings

    assert not [each for each in alone if each.code == "FM2441"]


def test_what_charges_in_another_currency_cost_is_not_told(tmp_path: Path) -> None:
    (found,) = of_metric(books_of(tmp_path / "books", **EURO), "day")

    assert (found.rows, found.amount, found.currency) == (1, None, None)
