"""The list of inferred tags that a rule looks up: what somebody confirmed in it stays when it is written again.

Owns its columns, and which of its lines are kept. What is inferred stands in ``tags_infer.py``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from finmod.taxonomy.accepted import INFERRED_FROM, PRECISION
from finmod.taxonomy.csv_tables import read_csv
from finmod.workspace.files import begins

COLUMNS: Final = ("AllocatedResourceId", "ResourceId", "value", "confidence", "why", INFERRED_FROM, PRECISION)
KIND: Final = ",".join(COLUMNS)
"""How the first line of every such list begins."""


@dataclass(frozen=True)
class Confirmed:
    """The lines of a list that somebody confirmed or wrote: those that say of no month that they were inferred from it.

    Attributes:
        columns: Of the list: those that somebody added stand behind ``COLUMNS``.
        lines: Cells by these columns, in the order of the list.
    """

    columns: tuple[str, ...] = COLUMNS
    lines: tuple[tuple[str, ...], ...] = ()

    def without(self, lines: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Return new lines without those of resources that have a confirmed line.

        Args:
            lines: Cells by ``COLUMNS``, or by the first of them.
        """
        known = {_ids(line) for line in self.lines}
        return [line for line in lines if _ids(line) not in known]

    def text(self) -> str:
        """Return the confirmed lines as CSV without a header, each cell as it was."""
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

    Raises:
        UserError: FM2009, the list is no CSV any more: what it holds cannot be kept.
    """
    if not begins(path, KIND):
        return Confirmed()
    table = read_csv(path.parent, path.name, COLUMNS, asked_by="--to", shown=str(path))
    columns = (*COLUMNS, *(name for name in table.columns[len(COLUMNS) :] if name))
    lines = (tuple(row.cells[name] for name in columns) for row in table.rows if not row.cells[INFERRED_FROM])
    return Confirmed(columns, tuple(lines))


def _ids(line: Sequence[str]) -> tuple[str, str]:
    """Return what a lookup finds a line by; it knows no case."""
    allocated, resource, *_ = line
    return allocated.lower(), resource.lower()
