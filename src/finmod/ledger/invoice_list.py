"""The user's list of invoices, read strictly: a line that cannot be understood is refused with its place.

Owns the form of the list. What it is compared with is in ``invoices.py``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from finmod.errors import Problem, UserError, counted, printable
from finmod.terms.periods import parse_period

COLUMNS = ("issuer", "invoice_id", "billing_period", "currency", "amount")
"""Columns of the list, in this order."""

# What a charge's BilledCost can hold.
_AMOUNT = re.compile(r"-?[0-9]{1,26}(\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_BYTES = 100_000_000
_MOST_PROBLEMS = 20
_LONGEST = 80


@dataclass(frozen=True)
class ListedInvoice:
    """One line of the list.

    Attributes:
        issuer: As written; None where the list does not say.
        invoice_id: Id that the issuer gave it.
        billing_period: ``YYYY-MM``.
        currency: Of the amount.
        amount: What the invoice asks for; negative for a credit note.
        line: Line of the file, from 1.
    """

    issuer: str | None
    invoice_id: str
    billing_period: str
    currency: str
    amount: Decimal
    line: int


def read_invoices(file: Path) -> list[ListedInvoice]:
    """Return the lines of a list of invoices; empty lines are passed over.

    Raises:
        UserError: The file cannot be read, or lines of it; the first problems of all lines are told at once.
    """
    invoices: list[ListedInvoice] = []
    problems: list[Problem] = []
    for line, fields in _records(file):
        wrong = list(_wrong(file, line, fields))
        problems += wrong
        if not wrong:
            issuer, invoice, period, currency, amount = fields
            invoices.append(ListedInvoice(issuer or None, invoice, period, currency, Decimal(amount), line))
    if len(problems) > _MOST_PROBLEMS:
        rest = counted(len(problems) - _MOST_PROBLEMS, "further problem")
        problems[_MOST_PROBLEMS:] = [
            _unreadable(file, f"the invoices have {rest}", "Mend these first, then run again.")
        ]
    if problems:
        raise UserError(*problems)
    return invoices


def _records(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield every record behind the header with the line that it starts on."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = tuple(name.strip() for name in next(reader, []))
        if header != COLUMNS:
            found = ", ".join(header) or "none"
            raise UserError(_unreadable(file, f"the columns of the invoices are: {printable(found)}", where="1"))
        line = reader.line_num + 1
        for fields in reader:
            if fields:
                yield line, [field.strip() for field in fields]
            line = reader.line_num + 1
    except csv.Error as error:
        raise UserError(_unreadable(file, f"the line cannot be read: {error}", where=str(reader.line_num))) from error


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        content = file.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        raise UserError(_unreadable(file, f"the invoices cannot be read: {error.strerror}")) from error
    if size > _MOST_BYTES:
        raise UserError(_unreadable(file, f"the file of the invoices has {size:,} bytes"))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(content.count(b"\n", 0, error.start) + 1)
        raise UserError(_unreadable(file, "the line is not UTF-8", "Save the file as CSV in UTF-8.", line)) from error


def _wrong(file: Path, line: int, fields: list[str]) -> Iterator[Problem]:
    if len(fields) != len(COLUMNS):
        found = f"the line has {counted(len(fields), 'field')}"
        yield _unreadable(file, found, "Quote fields that have a comma in them; write 1204.50 for 1,204.50.", str(line))
        return
    _, invoice, period, currency, amount = fields
    if not invoice:
        yield _cell(file, line, "invoice_id", invoice, "the id that the invoice bears", "Write it, or remove the line.")
    if not _is_period(period):
        yield _cell(file, line, "billing_period", period, "a month as YYYY-MM, such as 2026-09", "Correct the month.")
    if not _CURRENCY.fullmatch(currency):
        yield _cell(file, line, "currency", currency, "a currency code of ISO 4217, such as USD", "Correct the code.")
    if not _AMOUNT.fullmatch(amount):
        remedy = "Write it without thousands separators, signs of currencies or exponents."
        yield _cell(file, line, "amount", amount, "plain decimal text, such as -1204.50, of at most 12 places", remedy)


def _is_period(text: str) -> bool:
    try:
        parse_period(text)
    except UserError:
        return False
    return True


def _cell(file: Path, line: int, column: str, value: str, expected: str, remedy: str) -> Problem:  # noqa: PLR0913, PLR0917 -- the parts of the message
    found = f"{column} is '{printable(value, _LONGEST)}'" if value else f"{column} is empty"
    return Problem(code="FM1129", found=found, expected=expected, where=f"{file.name}:{line}", remedy=remedy)


def _unreadable(file: Path, found: str, remedy: str | None = None, where: str | None = None) -> Problem:
    return Problem(
        code="FM1129",
        found=found,
        expected=f"CSV in UTF-8 with the columns {', '.join(COLUMNS)}",
        where=f"{file.name}:{where}" if where else file.name,
        remedy=remedy or "Mend the file, or take `invoices` out of finmod.yaml.",
    )
