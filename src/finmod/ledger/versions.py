"""The files of tables that are replaced whole: each version of the ledger writes all their rows anew.

Owns the rows on their way into a file. Which version they make is the ledger's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.ledger.delta import NewFile
from finmod.ledger.reduce import relation
from finmod.ledger.tables import Table


@dataclass(frozen=True)
class Stamp:
    """What tells one version of the ledger from all others.

    Attributes:
        name: Of the load, the close or the reopening.
        at: Instant of the commit, UTC.
        version: Ledger version.
    """

    name: str
    at: datetime
    version: int


@dataclass(frozen=True)
class Before:
    """The rows that stand already.

    Attributes:
        files: Where.
        undone: Months whose true-ups a reopening takes back: the loads that booked them are marked.
    """

    files: Sequence[Path] = ()
    undone: Sequence[date] = ()


_NOTHING = Before()
_AT_ONCE = 200


def write_whole(  # noqa: PLR0913, PLR0917 -- a table, its rows from where, and its file
    engine: Engine,
    table: Table,
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    stamp: Stamp,
    before: Before = _NOTHING,
) -> NewFile:
    """Write the file of a new version: the rows before, then new ones, in this order; absent values are NULL."""
    columns = ", ".join(f"{name} {kind}" for name, kind in table.columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE new_rows ({columns})")
    if before.files:
        engine.run(f"INSERT INTO new_rows BY NAME SELECT * FROM {relation(list(before.files))}")
    for period in before.undone:
        engine.run(
            "UPDATE new_rows SET x_UndoneVersion = ? "
            "WHERE x_BillingPeriod = ? AND x_BookedPeriod IS NOT NULL AND x_UndoneVersion IS NULL",
            [stamp.version, period],
        )
    marks = f"({', '.join('?' * len(table.columns))})"
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        values = [row.get(name) for row in some for name in table.columns]
        engine.run(f"INSERT INTO new_rows VALUES {', '.join([marks] * len(some))}", values)
    target = folder / f"{stamp.name}-{stamp.version}.parquet"
    count = engine.copy_parquet("SELECT * FROM new_rows", target, ordered=True)
    engine.run("DROP TABLE new_rows")
    return NewFile(target, count)
