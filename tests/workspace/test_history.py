"""What restatements moved, added up per currency."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from finmod.settings.project import load_project
from finmod.workspace.close import close
from finmod.workspace.history import Movement, history, totals
from tests.books import Books, bill, month

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
NOW = datetime(2026, 10, 5, tzinfo=UTC)


def moved(currency: str, billed: str | None) -> Movement:
    amount = None if billed is None else Decimal(billed)
    return Movement(NOW, JULY, AUGUST, "saas", None, currency, 2, amount, None)


def test_sums_never_cross_currencies_and_leave_unknown_amounts_out() -> None:
    movements = [moved("USD", "1"), moved("EUR", "5"), moved("USD", None), moved("USD", "-3")]
    assert totals(movements) == [("EUR", 2, Decimal(5), None), ("USD", 6, Decimal(-2), None)]
    assert totals([]) == []


def test_history_is_of_all_months_or_of_one(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "1"))))
    project = load_project(books.root)
    close(project, JULY, NOW)
    close(project, AUGUST, NOW)
    books.load(books.write("a.csv", bill(month(7, "2", ServiceName=""), month(8, "4"))))
    every = history(project)
    assert [each.period for each in every.closes] == [JULY, AUGUST]
    assert [(item.restated, item.service, item.billed_cost) for item in every.movements] == [
        (JULY, None, Decimal(2)), (JULY, "Storage", Decimal(-1)), (AUGUST, "Storage", Decimal(3)),
    ]  # fmt: skip
    one = history(project, AUGUST)
    assert ([each.period for each in one.closes], one.movements) == ([AUGUST], every.of(AUGUST))
