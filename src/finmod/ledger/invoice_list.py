"""The user's list of invoices, read strictly: a line that cannot be understood is refused with its place.

Owns the form of the list, and which form a file has. What it is compared with is in ``invoices.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.invoice_detail import detail_lines, is_parquet, looks_like_detail, parquet_lines
from finmod.ledger.invoice_files import (
    LIST_COLUMNS,
    ListedInvoice,
    Records,
    csv_records,
    refuse,
    refuse_size,
    wrong_cell,
    wrong_columns,
    wrong_length,
)
from finmod.terms.periods import parse_period

# What a charge's BilledCost can hold.
_AMOUNT = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


def read_invoices(engine: Engine, files: Sequence[Path]) -> list[ListedInvoice]:
    """Return the lines of files of invoices, in order; empty lines are passed over.

    A file is our own list, or an InvoiceDetail file of FOCUS as CSV or Parquet: its columns tell.

    Raises:
        UserError: A file cannot be read, or lines of it; the first problems of all its lines are told at once.
    """
    return [line for file in files for line in _lines(engine, file)]


def _lines(engine: Engine, file: Path) -> list[ListedInvoice]:
    refuse_size(file)
    if is_parquet(file):
        return parquet_lines(engine, file)
    header, records = csv_records(file)
    if tuple(header) == LIST_COLUMNS:
        return _listed(file, records)
    if looks_like_detail(header):
        return detail_lines(file, header, records)
    raise wrong_columns(file, header)


def _listed(file: Path, records: Records) -> list[ListedInvoice]:
    invoices: list[ListedInvoice] = []
    problems: list[Problem] = []
    for line, fields in records:
        wrong = list(_wrong(file, line, fields))
        problems += wrong
        if not wrong:
            issuer, invoice, period, currency, amount = fields
            invoices.append(ListedInvoice(issuer or None, invoice, period, currency, Decimal(amount), line, file.name))
    refuse(file, problems)
    return invoices


def _wrong(file: Path, line: int, fields: list[str]) -> Iterator[Problem]:
    if len(fields) != len(LIST_COLUMNS):
        yield wrong_length(file, line, fields)
        return
    _, invoice, period, currency, amount = zip(LIST_COLUMNS, fields, strict=True)
    if not invoice[1]:
        yield wrong_cell(file, line, invoice, "the id that the invoice bears", "Write it, or remove the line.")
    if not _is_period(period[1]):
        yield wrong_cell(file, line, period, "a month as YYYY-MM, such as 2026-09", "Correct the month.")
    if not _CURRENCY.fullmatch(currency[1]):
        yield wrong_cell(file, line, currency, "a currency code of ISO 4217, such as USD", "Correct the code.")
    if not _AMOUNT.fullmatch(amount[1]):
        remedy = "Write it without thousands separators, signs of currencies or exponents."
        yield wrong_cell(file, line, amount, "plain decimal text, such as -1204.50, of at most 12 places", remedy)


def _is_period(text: str) -> bool:
    try:
        parse_period(text)
    except UserError:
        return False
    return True
