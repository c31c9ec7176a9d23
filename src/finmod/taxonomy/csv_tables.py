"""CSV files beside a taxonomy: values of dimensions, lookups, parents.

Owns their reading, with the line of each row. What the columns mean is told in ``building.py``.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from finmod.errors import Problem, UserError, near, printable
from finmod.settings.paths import path_fault
from finmod.settings.separators import LARGEST_CSV, csv_separator
from finmod.settings.validate import listing


@dataclass(frozen=True)
class Row:
    """One row of a CSV: column -> text without blanks around it, and the line on which it begins.

    Under "" stands the first text that is there of columns without a heading.
    """

    cells: dict[str, str]
    line: int


@dataclass(frozen=True)
class CsvTable:
    """A CSV that was read.

    Attributes:
        name: As the taxonomy calls it.
        columns: Its header.
        rows: In order; empty lines are left out.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def place(self, row: Row, column: str) -> str:
        """Return ``file:line:field`` of a cell, the fields counted from 1."""
        return f"{self.name}:{row.line}:{self.columns.index(column) + 1}"


def read_csv(  # noqa: PLR0913 -- what is read, and how messages tell it
    folder: Path,
    name: str,
    needed: Sequence[str],
    *,
    asked_by: str,
    known: Sequence[str] = (),
    shown: str | None = None,
) -> CsvTable:
    """Return a CSV.

    Args:
        folder: Where the file that names it stands.
        name: As that file names it.
        needed: Columns that it must have.
        asked_by: Place of that name, for messages.
        known: Columns that it may have; others are passed over, but not those that differ from one of these in case or
            number alone.
        shown: What messages call it; ``name`` where it is None.

    Raises:
        UserError: It cannot be read, is no CSV, or lacks a column.
    """
    raw = _bytes(folder, name, asked_by)
    name = shown or name
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Where a mark of the byte order stands first, the decoder counts from behind it.
        body = raw.removeprefix(codecs.BOM_UTF8)
        line = body[: error.start].count(b"\n") + 1
        found = f"the byte {body[error.start]:#04x} is not UTF-8"
        raise UserError(_unreadable(found, "text in UTF-8", f"{name}:{line}", "Save the file as UTF-8.")) from None
    rows = list(_rows(text, name))
    if not rows:
        raise UserError(_unreadable("the file is empty", f"the columns {listing(needed, 'and')}", name, "Fill it."))
    header = tuple(cell.strip() for cell in rows[0][1])
    _check_header(header, needed, name)
    _check_slips(header, known, name)
    table = tuple(Row(_by_column(header, cells), line) for line, cells in _whole(rows[1:], header, name))
    return CsvTable(name, header, table)


def _by_column(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for column, cell in zip(header, cells, strict=False):  # behind the header there may be empty cells
        found[column] = found.get(column) or cell.strip()
    return found


def _bytes(folder: Path, name: str, asked_by: str) -> bytes:
    fault = path_fault(name, place="file")
    if fault or Path(name).is_absolute():
        expected = fault[1] if fault else "a path relative to the file that names it"
        raise UserError(_unreadable(f"the path is {printable(name, 80)!r}", expected, asked_by, "Correct the path."))
    path = folder / name
    try:
        if not path.is_file():
            raise FileNotFoundError  # a folder, a pipe and nothing at all are told alike
        if path.stat().st_size > LARGEST_CSV:
            found = f"the file has {path.stat().st_size:,} bytes"
            raise UserError(_unreadable(found, f"{LARGEST_CSV:,} at most", name, "Split it, or take rows out."))
        return path.read_bytes()
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else "the file cannot be read"
        found = f"{printable(name, 80)}: {why}"
        raise UserError(_unreadable(found, None, asked_by, "Put the file there, or correct its name.")) from None


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not empty with its first line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=csv_separator(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        remedy = "Correct the quotes there: a quote inside a quoted field is written twice."
        raise UserError(_unreadable(f"the row is no CSV: {error}", None, f"{name}:{line}", remedy)) from None


def _whole(rows: Sequence[tuple[int, list[str]]], header: Sequence[str], name: str) -> Iterator[tuple[int, list[str]]]:
    for line, cells in rows:
        if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
            found = f"the row has {len(cells)} fields"
            remedy = "Put a text that holds the separator in double quotes."
            raise UserError(_unreadable(found, f"{len(header)}, as the header", f"{name}:{line}", remedy))
        yield line, [*cells, *[""] * (len(header) - len(cells))]


def _check_header(header: Sequence[str], needed: Sequence[str], name: str) -> None:
    twice = [column for place, column in enumerate(header) if column in header[:place] and column]
    if twice:
        found = f"the column {printable(twice[0], 80)!r} stands twice"
        raise UserError(_unreadable(found, "each column once", f"{name}:1", "Rename one of them."))
    lacking = [column for column in needed if column not in header]
    if lacking:
        close = near(lacking[0], header)
        found = f"there is no column {printable(lacking[0], 80)!r}"
        expected = f"it beside {listing([printable(column, 40) for column in header][:20], 'and')}"
        remedy = f"Did you mean {close!r}?" if close else "Correct the name, or add the column."
        raise UserError(_unreadable(found, expected, f"{name}:1", remedy))


def _check_slips(header: Sequence[str], known: Sequence[str], name: str) -> None:
    """Refuse columns that look like known ones and are none: their texts would be passed over without a word."""
    slips = [
        (column, meant)
        for column in header
        for meant in known
        if meant not in header and _numbers(column.lower()) & _numbers(meant)
    ]
    if slips:
        raise UserError(
            *(_slip(column, meant, known, f"{name}:1:{header.index(column) + 1}") for column, meant in slips)
        )


def _slip(column: str, meant: str, known: Sequence[str], where: str) -> Problem:
    found = f"the column {printable(column, 80)!r} is none that is read"
    return _unreadable(found, listing(known), where, f"Did you mean {meant!r}?")


def _numbers(word: str) -> set[str]:
    """Return a word and its plural."""
    return {word, f"{word}s", f"{word}es"}


def _unreadable(found: str, expected: str | None, where: str, remedy: str) -> Problem:
    return Problem(code="FM2009", found=found, expected=expected, where=where, remedy=remedy)
