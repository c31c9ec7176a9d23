"""FOCUS InvoiceDetail as a list of invoices: the rows of an invoice add up to what it asks for.

Owns the reading of that dataset, as CSV or Parquet. The amount is BilledCost in BillingCurrency; what was paid in a
payment currency is another amount and is not read. A voided invoice asks for nothing; an open one is taken as it
stands.

Source: FOCUS specification 1.4, dataset InvoiceDetail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine, EngineError, file_list, identifier
from finmod.errors import Problem, UserError
from finmod.ledger.invoice_files import (
    ListedInvoice,
    Records,
    refuse,
    unreadable,
    wrong_cell,
    wrong_columns,
    wrong_length,
)

_NEEDED = ("InvoiceIssuerName", "InvoiceId", "BillingPeriodStart", "BillingCurrency", "BilledCost")
_STATUS = "InvoiceIssueStatus"
_STATUSES = ("Open", "Issued", "Voided")
# Only charges have one: a bill compared with itself would tie whatever it says.
_OF_CHARGES = "ChargePeriodStart"
_MAGIC = b"PAR1"

_AMOUNT = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?")
# As every amount of the ledger: rounded once, half away from zero.
_PLACES, _ROUNDING, _MOST = Decimal("1e-12"), Context(prec=120, rounding=ROUND_HALF_UP), Decimal("1e26")
_NONE = frozenset({"", "NULL", "null"})


def is_parquet(file: Path) -> bool:
    """Return whether a file begins as Parquet does."""
    with file.open("rb") as content:
        return content.read(len(_MAGIC)) == _MAGIC


def looks_like_detail(header: Sequence[str]) -> bool:
    """Return whether a header has columns that only FOCUS has."""
    return len({*_NEEDED} & {*header}) > 1


def detail_lines(file: Path, header: Sequence[str], records: Records) -> list[ListedInvoice]:
    """Return the rows of an InvoiceDetail file.

    Raises:
        UserError: Columns are missing or stand twice, or rows cannot be understood; the first problems at once.
    """
    _refuse_columns(file, header)
    problems: list[Problem] = []

    def whole(records: Records) -> Iterator[tuple[int, dict[str, str]]]:
        for line, fields in records:
            if len(fields) == len(header):
                yield line, dict(zip(header, fields, strict=True))
            else:
                problems.append(wrong_length(file, line, fields))

    return _lines(file, whole(records), problems, "line")


def parquet_lines(engine: Engine, file: Path) -> list[ListedInvoice]:
    """Return the rows of an InvoiceDetail file in Parquet.

    Raises:
        UserError: As for CSV, or it is no Parquet file.
    """
    rows = f"read_parquet({file_list([file])})"
    try:
        header = [name for name, _ in engine.columns(f"SELECT * FROM {rows}")]
        _refuse_columns(file, header)
        names = [name for name in (*_NEEDED, _STATUS) if name in header]
        texts = ", ".join(f"coalesce(trim(CAST({identifier(name)} AS VARCHAR)), '')" for name in names)
        found = engine.rows(f"SELECT {texts} FROM {rows}")
    except EngineError as error:
        raise UserError(unreadable(file, "the Parquet file cannot be read", "Export it again.")) from error
    records = ((number, dict(zip(names, row, strict=True))) for number, row in enumerate(found, start=1))
    return _lines(file, records, [], "row")


def _refuse_columns(file: Path, header: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in header]
    if missing:
        raise wrong_columns(file, header, f"; of InvoiceDetail it lacks {', '.join(missing)}")
    if _OF_CHARGES in header:
        raise wrong_columns(file, header, f"; {_OF_CHARGES} is of a bill, which is loaded, not listed")
    if any(header.count(name) > 1 for name in (*_NEEDED, _STATUS)):
        raise wrong_columns(file, header, "; a column stands twice")


def _lines(
    file: Path, records: Iterable[tuple[int, dict[str, str]]], problems: list[Problem], unit: str
) -> list[ListedInvoice]:
    found = []
    for line, row in records:
        wrong = list(_wrong(file, line, row))
        problems += wrong
        if not wrong:
            voided = row.get(_STATUS) == "Voided"
            found.append(
                ListedInvoice(
                    issuer=_known(row["InvoiceIssuerName"]),
                    invoice_id=row["InvoiceId"],
                    billing_period=f"{_instant(row['BillingPeriodStart']):%Y-%m}",
                    currency=row["BillingCurrency"],
                    amount=Decimal(0) if voided else _amount(row["BilledCost"]),
                    line=line,
                    file=file.name,
                    unit=unit,
                    is_detail=True,
                )
            )
    refuse(file, problems)
    return found


def _wrong(file: Path, line: int, row: dict[str, str]) -> Iterator[Problem]:
    if _known(row["InvoiceId"]) is None:
        yield wrong_cell(
            file, line, ("InvoiceId", row["InvoiceId"]), "the id that the invoice bears", "Write it, or remove the row."
        )
    if _instant(row["BillingPeriodStart"]) is None:
        cell = ("BillingPeriodStart", row["BillingPeriodStart"])
        yield wrong_cell(file, line, cell, "an instant such as 2026-09-01T00:00:00Z", "Correct it, or export it again.")
    if not _CURRENCY.fullmatch(row["BillingCurrency"]):
        cell = ("BillingCurrency", row["BillingCurrency"])
        yield wrong_cell(file, line, cell, "a currency code of ISO 4217, such as USD", "Correct the code.")
    if not _AMOUNT.fullmatch(row["BilledCost"]) or abs(Decimal(row["BilledCost"])) >= _MOST:
        cell = ("BilledCost", row["BilledCost"])
        yield wrong_cell(file, line, cell, "a decimal number, such as -1204.50", "Correct it, or export it again.")
    if row.get(_STATUS, "") not in {*_STATUSES, *_NONE}:
        cell = (_STATUS, row[_STATUS])
        yield wrong_cell(file, line, cell, f"one of {', '.join(_STATUSES)}", "Correct it, or export it again.")


def _known(text: str) -> str | None:
    return None if text in _NONE else text


def _amount(text: str) -> Decimal:
    return Decimal(text).quantize(_PLACES, context=_ROUNDING)


def _instant(text: str) -> datetime | None:
    """Return an instant in UTC; one without an offset is UTC, as everywhere in bills."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
