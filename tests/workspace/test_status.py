"""What the ledger holds, source by source and period by period."""

from __future__ import annotations

from decimal import Decimal

from finmod.settings.project import load_project
from finmod.workspace.status import status
from tests.books import Books, bill, month
from tests.usage import load_usage, report


def test_nothing_loaded_is_said_with_the_sources_that_wait(books: Books) -> None:
    books.write("finmod.yaml", "name: n\ncurrency: USD\nsources:\n  aws: {format: focus, path: a.csv}\n")
    report = status(load_project(books.root))
    assert (report.version, report.charges, report.rows, report.never_loaded) == (-1, 0, [], ["aws"])


def test_currencies_stand_apart_and_only_the_last_load_counts(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"))))
    books.load(books.write("a.csv", bill(month(7, "2"), month(7, "3", BillingCurrency="EUR", BillingAccountId="b"))))
    report = status(load_project(books.root))
    assert (report.version, report.charges) == (2, 2)
    assert [row[:7] for row in report.rows] == [
        ("saas", "2026-07", "focus", 1, 1, "EUR", Decimal(3)),
        ("saas", "2026-07", "focus", 1, 1, "USD", Decimal(2)),
    ]


def test_every_month_of_a_close_is_shown_as_closed(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(8, "2"), month(9, "3"))))
    assert books.run("close", "2026-08").code == 0
    report = status(load_project(books.root))
    assert [(row[1], row[9] is not None) for row in report.rows] == [
        ("2026-07", True),
        ("2026-08", True),
        ("2026-09", False),
    ]


def test_usage_of_a_closed_month_is_not_shown_as_closed(books: Books) -> None:
    books.load(books.write("a.csv", bill({})))
    load_usage(books, books.write("pods.csv", report({})))
    assert books.run("close", "2026-09").code == 0
    rows = status(load_project(books.root)).rows
    assert [(row[1], row[2], row[9] is not None) for row in rows] == [
        ("2026-09", "kubernetes", False),
        ("2026-09", "focus", True),
    ]


def test_findings_of_a_month_are_counted_once_for_all_of_its_currencies(books: Books) -> None:
    books.load(books.write("a.csv", bill(month(7, "1"), month(7, "3", BillingCurrency="EUR", BillingAccountId="b"))))
    one, other = (row[8] for row in status(load_project(books.root)).rows)
    assert one > 0
    assert other == 0
