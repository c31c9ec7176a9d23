"""What a page stands on: which invoices tie."""

from __future__ import annotations

from decimal import Decimal

from finmod.ledger.invoices import InvoiceRow, Status
from finmod.models.variance.page import Invoices
from finmod.workspace.report.quality import invoices_of

D = Decimal


def invoice(
    status: Status, invoiced: str | None, charged: str | None, currency: str = "USD", month: str = "2026-09"
) -> InvoiceRow:
    """Return an invoice of a month."""
    asked, there = (D(each) if each is not None else None for each in (invoiced, charged))
    return InvoiceRow("AWS", "1", month, currency, asked, there, 1, 0, status)


def test_what_differs_is_told_by_currency_and_what_cannot_be_compared_is_counted() -> None:
    rows = [
        invoice("ties", "5", "5"), invoice("differs", "10", "7"), invoice("differs", "3", "4.5"),
        invoice("differs", "1", "2", "EUR"), invoice("not listed", None, "8"), invoice("no charges", "8", None),
        invoice("not invoiced", None, "2"), invoice("not loaded", "2", None),
    ]  # fmt: skip
    assert invoices_of(rows, "2026-09") == Invoices(1, 4, 2, (("EUR", D(1)), ("USD", D("4.5"))))


def test_invoices_of_other_months_are_not_of_the_month() -> None:
    other = [invoice(status, "9", "7", month="2026-08") for status in ("differs", "ties", "no charges")]
    assert invoices_of([*other, invoice("ties", "5", "5")], "2026-09") == Invoices(1, 1, 0)
