"""The user's invoices against the charges under their ids.

Owns the reading of the invoice list and the comparison. Invoices tie on BilledCost, to the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list
from finmod.errors import Problem, UserError, printable
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding

COLUMNS = ("issuer", "invoice_id", "billing_period", "currency", "amount")


def invoice_differences(engine: Engine, invoices: Path, days: Sequence[Path], keys: Sequence[Path]) -> list[Finding]:
    """Return a finding per invoice that has another amount than its charges, or stands on one side only.

    Args:
        engine: Where to run.
        invoices: CSV with the columns of ``COLUMNS``; billing_period is ``YYYY-MM``, amount a decimal.
        days: Files of the daily cube.
        keys: Files of the charge keys.

    Raises:
        UserError: The list cannot be read.
    """
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    listed = (
        f"read_csv({file_list([invoices])}, header = true, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', columns = {{{columns}}})"
    )
    _refuse_other_columns(invoices)
    sql = query("invoice_differences")
    try:
        engine.row(f"SELECT count(CAST(amount AS DECIMAL(38, 12))) FROM {listed}")
    except EngineError as error:
        raise UserError(_unreadable(invoices, str(error).split("\n", 1)[0])) from error
    rows = engine.rows(sql.format(invoices=listed, days=relation(list(days)), keys=relation(list(keys))))
    return [_finding(*row) for row in rows]


def _refuse_other_columns(invoices: Path) -> None:
    try:
        with invoices.open(encoding="utf-8-sig") as file:
            header = tuple(name.strip() for name in file.readline().split(","))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(_unreadable(invoices, str(error))) from error
    if header != COLUMNS:
        raise UserError(_unreadable(invoices, f"the columns are {', '.join(header)}"))


def _unreadable(invoices: Path, words: str) -> Problem:
    return Problem(
        code="FM1129",
        found=f"the invoices cannot be read: {printable(words)}",
        expected=f"CSV with the columns {', '.join(COLUMNS)}",
        where=invoices.name,
        remedy="Mend the file, or take `invoices` out of finmod.yaml.",
    )


def _finding(  # noqa: PLR0913, PLR0917 -- one parameter per column of the query
    source: str | None,
    month: str,
    invoice: str,
    currency: str,
    charges: int | None,
    listed: Decimal | None,
    charged: Decimal | None,
) -> Finding:
    if listed is None:
        message = f"The charges of the invoice are {charged:,.2f} {currency}; the list of invoices does not have it."
    elif charged is None:
        message = f"The invoice is {listed:,.2f} {currency}; the ledger has no charge of it."
    else:
        message = f"The invoice is {listed:,.2f} {currency}, its charges are {charged:,.2f}: {listed - charged:+f}."
    differs = listed is not None and charged is not None
    return Finding(
        code="FM1405" if differs else "FM1406",
        severity="error" if differs else "warning",
        message=message,
        source=source,
        billing_period=month,
        column="InvoiceId",
        rows=charges,
        amount=charged,
        currency=currency,
        example=printable(invoice),
    )
