"""What the pages of all usage share: a mapping as a section, and what the columns of manifests mean."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Final

from finmod.ledger.tables import UsageTables
from finmod.normalize.mapping import MapColumn, Mapping
from finmod.normalize.usage import INSTANT, UsageColumn
from tools.pages.markdown import table

ROWS: Final = UsageColumn("x_Rows", "BIGINT", "Number of rows.", "rows")
_FILE_MEANINGS: Final = {
    "x_File": "File that was read: relative to the project where it lies inside it, else absolute.",
    "x_FileHash": "SHA-256 of the file's bytes; a file with a known one is not read again.",
    "x_FileBytes": "Size of the file.",
    "x_ReadAs": "Changes when the mapping or the settings of the source change, so that load reads the file again.",
    "x_Rows": "Number of rows of the file in the month.",
    "x_Quantity": "Quantity that the row totals, in the unit that it is kept in; NULL on the row of the file itself.",
    "x_ControlTotal": "Total as the file's text has it.",
    "x_Total": "Sum in the ledger.",
}


def file_columns(
    tables: UsageTables, by_name: MappingOf[str, UsageColumn], report: str, rounding: str
) -> tuple[UsageColumn, ...]:
    """Return the columns of the manifests of one kind of usage.

    Args:
        tables: Of the kind.
        by_name: The columns of its rows, which say what the place of a row is.
        report: What x_Report means.
        rounding: What x_RoundingDifference comes from.
    """
    own = {"x_Report": report, "x_RoundingDifference": f"x_ControlTotal minus x_Total: {rounding}"}
    meanings = _FILE_MEANINGS | own
    return tuple(
        UsageColumn(name, kind, meanings.get(name) or by_name[name].meaning, "rows" if name == "x_Rows" else "")
        for name, kind in tables.files.columns.items()
    )


def rows_of(columns: Sequence[UsageColumn]) -> list[tuple[str, str, str, str]]:
    """Return name, type, unit and meaning of each column."""
    return [(column.name, shown(column.kind), column.unit, column.meaning) for column in columns]


def shown(kind: str) -> str:
    """Return a type as users see it."""
    return "TIMESTAMP" if kind == INSTANT else kind


def section(mapping: Mapping, told: str) -> str:
    """Return the section of a mapping: its title, what tells it, its notes and its columns."""
    notes = "".join(f"- {note}\n" for note in mapping.notes)
    columns = table(("column", "from", "choice"), [_row(item) for item in mapping.columns])
    return f"\n## {mapping.title}\n\n{told}\n\n{notes}{chr(10) if notes else ''}{columns}"


def _row(item: MapColumn) -> tuple[str, str, str]:
    source = f" ({item.source})" if item.source else ""
    return item.target, f"`{item.sql}`", f"{item.choice}{source}".strip()
