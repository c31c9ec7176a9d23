"""Aliases put into the cells of a CSV: no other byte of the file changes.

Owns where a cell stands, and how it is quoted. The columns are those of a list of values: value, aliases and others;
aliases in a cell are separated by ``|``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from finmod.errors import printable
from finmod.settings.edits.values import Edit, edited
from finmod.settings.separators import csv_separator
from finmod.terms.formulas import is_formula

SEPARATOR = "|"
_BARE = {",": re.compile(r"[^,\r\n]*"), ";": re.compile(r"[^;\r\n]*")}


class NoCsvError(Exception):
    """The text is no CSV of values: what was found, and the line on which it was; None where it has no line."""

    def __init__(self, found: str, line: int | None = None) -> None:
        """Carry what was found."""
        super().__init__(found)
        self.line = line


@dataclass(frozen=True)
class Cell:
    """One field with its place; characters are counted from 0, quotes belong to it."""

    start: int
    end: int
    text: str
    quoted: bool


@dataclass(frozen=True)
class Row:
    """One row that is not empty, with the line on which it begins."""

    cells: tuple[Cell, ...]
    line: int


@dataclass(frozen=True)
class Values:
    """A CSV of values.

    Attributes:
        text: The whole file, without the mark of its encoding.
        delimiter: What separates cells.
        columns: The header, without blanks around the names.
        rows: Value -> its rows, in order.
    """

    text: str
    delimiter: str
    columns: tuple[str, ...]
    rows: Mapping[str, tuple[Row, ...]]

    def cell(self, row: Row, column: str) -> Cell | None:
        """Return the cell of a row in a column; None where the row ends before it."""
        place = self.columns.index(column)
        return row.cells[place] if place < len(row.cells) else None

    def aliases(self, value: str) -> tuple[str, ...]:
        """Return the aliases of a value; none where there is no such column."""
        if "aliases" not in self.columns:
            return ()
        cells = [self.cell(row, "aliases") for row in self.rows.get(value, ())]
        parts = [part.strip() for cell in cells if cell for part in cell.text.split(SEPARATOR)]
        return tuple(part for part in parts if part)


def csv_fault(text: str, *, first: bool) -> str | None:
    """Return what is expected of a text that no cell of aliases can hold; None where one can.

    Args:
        text: The alias.
        first: Whether it would be the first of its cell: a spreadsheet runs what begins like a formula.
    """
    if SEPARATOR in text or "\n" in text or "\t" in text:
        return "a text without |, line ends and tabs, in a CSV"
    # Others may follow in the cell, so that a number is not the whole of it.
    if first and is_formula(f"{text.strip()}{SEPARATOR}"):
        return "a text that does not begin like a formula, as the first of a cell in a CSV"
    return None


def read_values(text: str) -> Values:
    """Return the values of a CSV.

    Raises:
        NoCsvError: A quote does not close or something stands behind it, or there is no column value.
    """
    delimiter = csv_separator(text)
    rows = [row for row in _rows(text, delimiter) if any(cell.text.strip() for cell in row.cells)]
    columns = tuple(cell.text.strip() for cell in rows[0].cells) if rows else ()
    if "value" not in columns:
        found = "there is no column 'value'"
        raise NoCsvError(found, 1)
    place = columns.index("value")
    found_rows: dict[str, tuple[Row, ...]] = {}
    for row in rows[1:]:
        name = row.cells[place].text.strip() if place < len(row.cells) else ""
        found_rows[name] = (*found_rows.get(name, ()), row)
    return Values(text, delimiter, columns, found_rows)


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    at, line = 0, 1
    while at < len(text):
        cells: list[Cell] = []
        begun = line
        while True:
            cell = _cell(text, at, delimiter, line)
            cells.append(cell)
            line += text.count("\n", cell.start, cell.end)
            at = cell.end
            if text[at : at + 1] != delimiter:
                break
            at += 1
        yield Row(tuple(cells), begun)
        at += 2 if text.startswith("\r\n", at) else 1
        line += 1


def _cell(text: str, start: int, delimiter: str, line: int) -> Cell:
    if text[start : start + 1] != '"':
        bare = _BARE[delimiter].match(text, start)
        end = bare.end() if bare else start
        return Cell(start, end, text[start:end], quoted=False)
    end = start + 1
    while (end := text.find('"', end)) >= 0 and text[end + 1 : end + 2] == '"':
        end += 2
    if end < 0 or text[end + 1 : end + 2] not in {"", delimiter, "\n", "\r"}:
        found = "a quote does not close" if end < 0 else "something stands behind a closing quote"
        raise NoCsvError(found, line)
    return Cell(start, end + 1, text[start + 1 : end].replace('""', '"'), quoted=True)


def with_aliases(values: Values, added: Mapping[str, Sequence[str]]) -> str:
    """Return the text with aliases added to values that have one row each; the table has a column aliases.

    Args:
        values: The table.
        added: Value -> new aliases, each without ``csv_fault``.

    Raises:
        NoCsvError: More than those rows would change, as the csv module reads them.
    """
    rows = {value: values.rows[value][0] for value in added}
    new = edited(values.text, [_edit(values, row, added[value]) for value, row in rows.items()])
    first = min((row.line for row in rows.values()), default=1)
    try:
        before, after = _read(values.text, values.delimiter), _read(new, values.delimiter)
    except csv.Error as error:
        raise NoCsvError(printable(str(error)), first) from None
    differing = sum(one != other for one, other in zip(before, after, strict=False))
    if len(before) != len(after) or differing != len(rows):
        found = "the rows cannot be changed alone"
        raise NoCsvError(found, first)
    return new


def _read(text: str, delimiter: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _edit(values: Values, row: Row, added: Sequence[str]) -> Edit:
    cell = values.cell(row, "aliases")
    more = SEPARATOR.join(text.strip() for text in added)
    if cell is None:
        missing = values.columns.index("aliases") - len(row.cells) + 1
        end = row.cells[-1].end
        return Edit(end, end, f"{values.delimiter * missing}{_quoted(more, values.delimiter)}")
    has_some = bool(cell.text.strip())
    if cell.quoted:
        joined = f"{SEPARATOR if has_some else ''}{more}".replace('"', '""')
        return Edit(cell.end - 1, cell.end - 1, joined)
    whole = f"{cell.text}{SEPARATOR}{more}" if has_some else more
    return Edit(cell.start, cell.end, _quoted(whole, values.delimiter))


def _quoted(text: str, delimiter: str) -> str:
    if any(sign in text for sign in (delimiter, '"')):
        return '"' + text.replace('"', '""') + '"'
    return text
