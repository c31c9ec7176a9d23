"""The list of inferred tags that a rule looks up: what somebody confirmed in it stays when it is written again.

Owns its columns, and which of its lines are kept. What is inferred stands in ``tags_infer.py``.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from finmod.errors import Problem, UserError, printable
from finmod.taxonomy.accepted import INFERRED_FROM, PRECISION
from finmod.taxonomy.csv_tables import CsvTable, Row, read_csv

COLUMNS: Final = ("AllocatedResourceId", "ResourceId", "value", "confidence", "why", INFERRED_FROM, PRECISION)
KIND: Final = ",".join(COLUMNS)
"""How the first line of every such list begins that no spreadsheet has saved."""
_SEPARATOR = re.compile(rb'"?sep=."?')
"""A first line that spreadsheets read and write, and no CSV has."""
_LONGEST_HEAD = 65_536
"""Bytes of a file in which its header is looked for."""


@dataclass(frozen=True)
class Confirmed:
    """The lines of a list that somebody confirmed or wrote: those that say of no month that they were inferred from it.

    Attributes:
        columns: Of the list: those that somebody added stand behind ``COLUMNS``.
        lines: Cells by these columns, in the order of the list, without blanks around them.
        kind: How the first line begins of the list that is there: a spreadsheet may have set other separators, or moved
            its columns.
    """

    columns: tuple[str, ...] = COLUMNS
    lines: tuple[tuple[str, ...], ...] = ()
    kind: str = KIND

    def without(self, lines: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Return new lines without those of which an id has a confirmed line: a lookup finds each id once.

        Args:
            lines: Cells by ``COLUMNS``, or by the first of them.
        """
        known = {each for line in self.lines for each in _ids(line)}
        return [line for line in lines if known.isdisjoint(_ids(line))]

    def text(self) -> str:
        """Return the confirmed lines as CSV without a header, each cell as it was read."""
        text = io.StringIO()
        plain, quoted = (
            csv.writer(text, lineterminator="\n", quoting=how) for how in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
        )
        for line in self.lines:
            # Python 3.11 and 3.12 leave a carriage return without quotes.
            (quoted if any("\r" in cell for cell in line) else plain).writerow(line)
        return text.getvalue()


def confirmed(path: Path) -> Confirmed:
    """Return what somebody confirmed in a list that is there; nothing where there is none, or another file.

    Its columns are known by their names, wherever they stand.

    Raises:
        UserError: FM2009, the list is no CSV any more, or lacks a column, or a confirmed line has a text in a column
            without a heading, or a line for the spreadsheet stands above the names: what it holds could not be kept.
    """
    head = _header(path)
    if _SEPARATOR.fullmatch(head):
        raise UserError(
            Problem(
                code="FM2009",
                found=f"the first line is {printable(head.decode(errors='replace'), 40)!r}",
                expected="the names of the columns",
                where=f"{path}:1",
                remedy="Take that line out; a separator is found without it.",
            )
        )
    if not re.search(rf"\b{INFERRED_FROM}\b".encode(), head.replace(b"\0", b"")):
        return Confirmed()
    table = read_csv(path.parent, path.name, COLUMNS, asked_by="--to", shown=str(path))
    columns = (*COLUMNS, *(name for name in table.columns if name and name not in COLUMNS))
    kept = [row for row in table.rows if not row.cells[INFERRED_FROM]]
    _check_headings(table, kept)
    lines = tuple(tuple(row.cells[name] for name in columns) for row in kept)
    return Confirmed(columns, lines, head.decode(errors="ignore"))  # the end of a long header may be cut off


def _header(path: Path) -> bytes:
    """Return the first line of a regular file, without a mark of the byte order; nothing where there is none."""
    try:
        if not path.is_file():
            return b""  # a pipe would wait for somebody who writes
        with path.open("rb") as file:
            return file.readline(_LONGEST_HEAD).removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    except OSError:
        return b""


def _check_headings(table: CsvTable, rows: Sequence[Row]) -> None:
    lost = [row for row in rows if row.cells.get("")]
    if lost:
        raise UserError(
            *(
                Problem(
                    code="FM2009",
                    found=f"{printable(row.cells[''], 40)!r} stands in a column without a heading",
                    expected="a heading above each text that is to be kept",
                    where=f"{table.name}:{row.line}",
                    remedy="Give the column a name in the first line, or take the text out.",
                )
                for row in lost
            )
        )


def _ids(line: Sequence[str]) -> list[tuple[int, str]]:
    """Return what a lookup finds a line by: column and text of the ids that it has; it knows no case."""
    return [(column, text.lower()) for column, text in enumerate(line[:2]) if text]
