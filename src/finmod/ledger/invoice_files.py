"""Files of invoices as text: their records, and what is said where they cannot be understood.

Owns the listed invoice and the reading of CSV. The two forms that a file may have are in ``invoice_list.py`` and
``invoice_detail.py``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from finmod.errors import Problem, UserError, counted, printable

LIST_COLUMNS = ("issuer", "invoice_id", "billing_period", "currency", "amount")
"""Columns of our own list, in this order."""

_FORMS = f"CSV in UTF-8 with the columns {', '.join(LIST_COLUMNS)}, or an InvoiceDetail file of FOCUS as CSV or Parquet"
_MOST_BYTES = 100_000_000
_MOST_PROBLEMS = 20
_LONGEST = 80


@dataclass(frozen=True)
class ListedInvoice:
    """One line of a file of invoices.

    Attributes:
        issuer: As written; None where the file does not say.
        invoice_id: Id that the issuer gave it.
        billing_period: ``YYYY-MM``.
        currency: Of the amount.
        amount: What the line asks for; negative for a credit note.
        line: Line of the file from 1, or row of a Parquet file.
        file: Name of the file.
        unit: What ``line`` counts.
        is_detail: Whether it is a part of an invoice: equal lines are then no mistake.
    """

    issuer: str | None
    invoice_id: str
    billing_period: str
    currency: str
    amount: Decimal
    line: int
    file: str = "invoices.csv"
    unit: str = "line"
    is_detail: bool = False

    @property
    def place(self) -> str:
        """Return where it stands: ``invoices.csv line 2``."""
        return f"{printable(self.file, _LONGEST)} {self.unit} {self.line}"


Records = Iterator[tuple[int, list[str]]]


def csv_records(file: Path) -> tuple[list[str], Records]:
    """Return the header of a CSV file, and every record that is not empty with the line that it starts on.

    Raises:
        UserError: The file or its header cannot be read; while the records are taken, a record.
    """
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UserError(_no_record(file, error, reader.line_num)) from error
    first = reader.line_num + 1

    def records(line: int) -> Records:
        try:
            for fields in reader:
                if fields:
                    yield line, [field.strip() for field in fields]
                line = reader.line_num + 1
        except csv.Error as error:
            raise UserError(_no_record(file, error, reader.line_num)) from error

    return header, records(first)


def _no_record(file: Path, error: csv.Error, line: int) -> Problem:
    return unreadable(file, f"the line cannot be read: {error}", where=str(line))


def refuse_size(file: Path) -> None:
    """Refuse a file that is not there, or far larger than any list of invoices.

    Raises:
        UserError: It is.
    """
    try:
        with file.open("rb") as content:
            size = content.seek(0, io.SEEK_END)
    except OSError as error:
        raise UserError(unreadable(file, f"the invoices cannot be read: {error.strerror}")) from error
    if size > _MOST_BYTES:
        raise UserError(unreadable(file, f"the file of the invoices has {size:,} bytes"))


def _text(file: Path) -> str:
    refuse_size(file)
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = str(content.count(b"\n", 0, error.start) + 1)
        raise UserError(unreadable(file, "the line is not UTF-8", "Save the file as CSV in UTF-8.", line)) from error


def wrong_columns(file: Path, header: Sequence[str], also: str = "") -> UserError:
    """Return the error of a file whose columns are of neither form."""
    found = f"the columns of the invoices are: {printable(', '.join(header) or 'none')}{also}"
    return UserError(unreadable(file, found, where="1"))


def wrong_length(file: Path, line: int, fields: Sequence[str]) -> Problem:
    """Return the problem of a line with too few or too many fields."""
    found = f"the line has {counted(len(fields), 'field')}"
    return unreadable(file, found, "Quote fields that have a comma in them; write 1204.50 for 1,204.50.", str(line))


def wrong_cell(file: Path, line: int, cell: tuple[str, str], expected: str, remedy: str) -> Problem:
    """Return the problem of a cell, which is its column and what stands there."""
    column, value = cell
    found = f"{column} is '{printable(value, _LONGEST)}'" if value else f"{column} is empty"
    return Problem(code="FM1129", found=found, expected=expected, where=f"{printable(file.name)}:{line}", remedy=remedy)


def unreadable(file: Path, found: str, remedy: str | None = None, where: str | None = None) -> Problem:
    """Return the problem of a file, or of a place in it."""
    name = printable(file.name)
    return Problem(
        code="FM1129",
        found=found,
        expected=_FORMS,
        where=f"{name}:{where}" if where else name,
        remedy=remedy or "Mend the file, or take `invoices` out of finmod.yaml.",
    )


def refuse(file: Path, problems: list[Problem]) -> None:
    """Refuse a file that has problems; the first ones are told, the others counted.

    Raises:
        UserError: There are some.
    """
    if len(problems) > _MOST_PROBLEMS:
        rest = counted(len(problems) - _MOST_PROBLEMS, "further problem")
        problems[_MOST_PROBLEMS:] = [unreadable(file, f"the invoices have {rest}", "Mend these first, then run again.")]
    if problems:
        raise UserError(*problems)
