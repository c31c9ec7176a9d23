"""A cell of a file as text, exact decimal or instant, by the type that the file gives it.

Owns the three readings that mappings ask for. Each cell is rounded once, here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from finmod.engines.duckdb import identifier
from finmod.sources.stage import Staged, StagedColumn

DateOrder = Literal["iso", "mdy", "dmy"]

# Shortest texts first: %y would take the first two digits of a four-digit year as the year.
_SLASH_DATES: dict[DateOrder, tuple[str, ...]] = {
    "mdy": ("%m/%d/%y", "%m/%d/%Y", "%m/%d/%y %H:%M", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S"),
    "dmy": ("%d/%m/%y", "%d/%m/%Y", "%d/%m/%y %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"),
}
# Below this a double times 1e12 is known to half a unit, so a plain cast gives back the digits that were printed.
_EXACT_DOUBLE = 2000


@dataclass(frozen=True)
class Reading:
    """How the user wants a source read.

    Attributes:
        constants: FOCUS id or ``x_`` name -> value where the bill has none.
        unreadable_as_null: FOCUS ids whose unreadable cells become NULL and a finding.
        date_order: How slashes in dates are read; ``iso`` refuses them.
        accept: Codes of refusals that the user wants as findings instead.
    """

    constants: dict[str, str] = field(default_factory=dict)
    unreadable_as_null: frozenset[str] = frozenset()
    date_order: DateOrder = "iso"
    accept: frozenset[str] = frozenset()


class Values:
    """The columns of one staged file under the names that its mapping uses."""

    def __init__(self, staged: Staged, canonical: Callable[[str], str], date_order: DateOrder) -> None:
        """Index the file's columns by canonical name; the first one wins."""
        self.columns: dict[str, StagedColumn] = {}
        for column in staged.columns:
            self.columns.setdefault(canonical(column.name), column)
        self._date_order: DateOrder = date_order

    def __contains__(self, name: str) -> bool:
        """Return whether the file has the column."""
        return name in self.columns

    def text(self, name: str) -> str:
        """Return SQL for a cell as text; empty is NULL, nested values are JSON."""
        column = self.columns.get(name)
        if column is None:
            return "NULL::VARCHAR"
        cell = identifier(column.physical)
        if column.type == "VARCHAR":
            return f"nullif({cell}, '')"
        if column.type.startswith(("MAP", "STRUCT")) or column.type.endswith("]"):
            return f"CAST(to_json({cell}) AS VARCHAR)"
        return f"CAST({cell} AS VARCHAR)"

    def decimal(self, name: str, *, scale: int = 12, tolerant: bool = False) -> str:
        """Return SQL for a cell as DECIMAL(38, scale): a double counts as its shortest decimal text."""
        column = self.columns.get(name)
        target = f"DECIMAL(38,{scale})"
        if column is None:
            return f"NULL::{target}"
        cast = "TRY_CAST" if tolerant else "CAST"
        cell = identifier(column.physical)
        if column.type == "VARCHAR":
            return _decimal_of_text(cell, scale, cast)
        by_text = f"{cast}(CAST({cell} AS VARCHAR) AS {target})"
        if column.type == "DOUBLE" and scale == 12:
            plain = f"TRY_CAST({cell} AS {target})"
            exact = f"abs({cell}) < {_EXACT_DOUBLE} AND CAST({plain} AS DOUBLE) = {cell}"
            return f"CASE WHEN {exact} THEN {plain} ELSE {by_text} END"
        return by_text if column.type in ("DOUBLE", "FLOAT") else f"{cast}({cell} AS {target})"

    def timestamp(self, name: str, *, tolerant: bool = False) -> str:
        """Return SQL for a cell as TIMESTAMP in UTC; a text without an offset is in UTC already."""
        column = self.columns.get(name)
        if column is None:
            return "NULL::TIMESTAMP"
        cell = identifier(column.physical)
        if column.type == "TIMESTAMP WITH TIME ZONE":
            return f"make_timestamp(epoch_us({cell}))"
        if column.type != "VARCHAR":
            return f"CAST({cell} AS TIMESTAMP)"
        return self._timestamp_of_text(f"nullif({cell}, '')", tolerant=tolerant)

    def _timestamp_of_text(self, cell: str, *, tolerant: bool) -> str:
        cast = "TRY_CAST" if tolerant else "CAST"
        # A plain cast to TIMESTAMP drops an offset without a word, and reads 5/1/25 as a day in the year 5.
        offset = f"contains({cell}[12:], '+') OR contains({cell}[12:], '-')"
        plain = f"{cast}(CASE WHEN contains({cell}, '/') THEN 'not ISO 8601: ' || {cell} ELSE {cell} END AS TIMESTAMP)"
        if self._date_order != "iso":
            formats = ", ".join(f"'{text}'" for text in _SLASH_DATES[self._date_order])
            parse = "try_strptime" if tolerant else "strptime"
            slashed = f"{parse}({cell}, [{formats}])"
            plain = f"CASE WHEN contains({cell}, '/') THEN {slashed} ELSE {cast}({cell} AS TIMESTAMP) END"
        return (
            f"CASE WHEN {offset} THEN make_timestamp(epoch_us({cast}({cell} AS TIMESTAMP WITH TIME ZONE)))"
            f" ELSE {plain} END"
        )


def _decimal_of_text(cell: str, scale: int, cast: str) -> str:
    """Return SQL for a text as DECIMAL(38, scale): through DECIMAL(18,12) where that holds it, 30 times as fast."""
    quick = f"CAST(TRY_CAST({cell} AS DECIMAL(18,12)) AS DECIMAL(38,{scale}))"
    if scale > 12:  # noqa: PLR2004 -- the ledger's scale; a longer fraction or an exponent needs every digit
        short = f"NOT contains({cell}, 'e') AND NOT contains({cell}, 'E') AND (strpos({cell}, '.') = 0 OR length({cell}) - strpos({cell}, '.') <= 12)"
        quick = f"CASE WHEN {short} THEN {quick} END"
    return f"coalesce({quick}, {cast}(nullif({cell}, '') AS DECIMAL(38,{scale})))"
