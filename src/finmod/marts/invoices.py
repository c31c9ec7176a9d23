"""The public table ``invoices``: a table of rows, since the list of invoices stands in files of the project.

Owns its columns. What stands in a row is decided in ``ledger/invoices.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from finmod.engines.duckdb import Engine
from finmod.ledger.invoice_list import read_invoices
from finmod.ledger.invoice_sides import ChargeFiles
from finmod.ledger.invoices import InvoiceRow
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reconcile import reconcile_invoices
from finmod.normalize.charges import DECIMAL
from finmod.terms.periods import parse_period

INVOICE_COLUMNS: Final = {
    "InvoiceIssuerName": "VARCHAR",
    "InvoiceId": "VARCHAR",
    "x_BillingPeriod": "DATE",
    "BillingCurrency": "VARCHAR",
    "x_InvoicedCost": DECIMAL,
    "BilledCost": DECIMAL,
    "x_Charges": "BIGINT",
    "x_UnknownBilledCost": "BIGINT",
    "x_Difference": DECIMAL,
    "x_Status": "VARCHAR",
    "x_ExplainedCost": DECIMAL,
    "x_ExplainedShare": DECIMAL,
    "x_ExplainedBy": "VARCHAR",
    "x_Sources": "VARCHAR",
    "x_Listed": "VARCHAR",
}
"""Column -> type."""

_AT_ONCE = 200
# An InvoiceDetail file has many rows of an invoice.
_MOST_LINES = 3
_PLACES = Decimal("1e-12")


def make_invoices(engine: Engine, ledger: Ledger, snapshot: Snapshot, files: Sequence[Path]) -> None:
    """Make the table ``invoices`` in an engine: the charges of one state of the ledger, the list as it stands now.

    Args:
        engine: Where to make it.
        ledger: Whose charges.
        snapshot: Its state.
        files: Of invoices; empty where the project has none, and nothing is invoiced.

    Raises:
        UserError: A file of invoices cannot be read.
    """
    found = reconcile_invoices(engine, read_invoices(engine, files), ChargeFiles.of(ledger, snapshot))
    engine.run(f"CREATE TABLE invoices ({', '.join(f'{name} {kind}' for name, kind in INVOICE_COLUMNS.items())})")
    values = [*map(_values, found.rows)]
    for first in range(0, len(values), _AT_ONCE):
        some = values[first : first + _AT_ONCE]
        row = f"({', '.join('?' * len(INVOICE_COLUMNS))})"
        engine.run(
            f"INSERT INTO invoices VALUES {', '.join([row] * len(some))}", [each for one in some for each in one]
        )


def _values(row: InvoiceRow) -> tuple[Any, ...]:
    share = None if row.explained is None or not row.difference else (row.explained / row.difference).quantize(_PLACES)
    return (
        row.issuer, row.invoice_id, parse_period(row.billing_period), row.currency, row.invoiced, row.charged,
        row.charges, row.unknown, row.difference, row.status, row.explained, share,
        _joined(item.kind for item in row.explanations), _joined(row.sources),
        _joined(line.place for line in row.lines[:_MOST_LINES]),
    )  # fmt: skip


def _joined(words: Iterable[str]) -> str | None:
    return ", ".join(dict.fromkeys(words)) or None
