"""Invoices under test: charges in the ledger, a list beside them, and what comes of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.ledger.invoice_files import LIST_COLUMNS
from finmod.ledger.invoice_list import read_invoices
from finmod.ledger.invoice_sides import ChargeFiles, total
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger, PreparedPeriod
from finmod.ledger.reconcile import Reconciliation, reconcile_invoices
from finmod.ledger.true_ups import Booking, book
from tests.books import month
from tests.ledger.conftest import NOW

Charge = dict[str, str]
Make = Callable[..., PreparedPeriod]


def charge(invoice: str, cost: str, number: int = 7, /, **more: str) -> Charge:
    """Return a charge of Acme of a month of 2026; the invoice id "" is none."""
    return month(number, cost, **{"InvoiceId": invoice, "InvoiceIssuerName": "Acme", **more})


def listed(*lines: str) -> str:
    """Return a list of invoices."""
    return "\n".join((",".join(LIST_COLUMNS), *lines, ""))


class Bench:
    """A ledger to load charges into, and lists to compare them with."""

    def __init__(self, engine: Engine, ledger: Ledger, period: Make, folder: Path) -> None:
        """Keep the places."""
        self.engine, self.ledger, self.period, self.folder = engine, ledger, period, folder

    def load(self, *charges: Charge) -> None:
        """Load charges, each into its billing period."""

        def start(item: Charge) -> str:
            return item["BillingPeriodStart"]

        by_month = groupby(sorted(charges, key=start), key=start)
        periods = [self.period(date.fromisoformat(first[:10]), *those) for first, those in by_month]
        self.ledger.commit(self.engine, periods, "load1", NOW)

    def restate(self, of: date, into: date, *charges: Charge) -> None:
        """Book what another bill of a closed month moves."""
        head = self.ledger.head(self.engine)
        name = f"restated{head.version}"
        (self.folder / name).mkdir()
        booking = Booking(into, name, NOW, head)
        ready, _, _ = book(self.engine, self.ledger, (self.period(of, *charges), ()), booking, self.folder / name)
        self.ledger.commit(self.engine, [ready], name, NOW)

    def files(self) -> ChargeFiles:
        """Return the files of the ledger as it stands."""
        head = self.ledger.head(self.engine)
        return ChargeFiles.of(self.ledger, head)

    def list(self, *lines: str) -> Path:
        """Write a list of invoices."""
        file = self.folder / "invoices.csv"
        file.write_text(listed(*lines), encoding="utf-8")
        return file

    def reconcile(self, *lines: str, most: int = 0) -> Reconciliation:
        """Compare a list with the charges; every explanation must add up."""
        found = reconcile_invoices(
            self.engine, read_invoices(self.engine, [self.list(*lines)]), self.files(), most=most
        )
        proven(found.rows)
        return found

    def rows(self, *lines: str) -> Sequence[InvoiceRow]:
        """Return the rows of a comparison."""
        return self.reconcile(*lines).rows


def proven(rows: Sequence[InvoiceRow]) -> None:
    """See that what is explained and what remains are the difference, and that no charges explain two of them."""
    for row in rows:
        if row.difference is not None:
            assert total([*(item.amount for item in row.explanations), row.remainder or Decimal(0)]) == row.difference
    spent = [part for row in rows for item in row.explanations for part in item.parts]
    assert len(spent) == len(set(spent))
