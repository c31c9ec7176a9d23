"""Rows that were made in Python, into a table: few as lists, very many as arrays.

Owns which of the two is quicker. The engine takes a minute to bind lists of a million texts, and a second
for arrays of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from finmod.engines.duckdb import Engine

_LISTED = 1000
_NO_NUMBER = -(2**31)


def insert_rows(engine: Engine, table: str, kinds: Sequence[str], rows: Sequence[tuple[str | int | None, ...]]) -> None:
    """Insert rows into a table.

    Args:
        engine: Where the table stands.
        table: Its name, of finmod's own.
        kinds: Of each column, INTEGER or VARCHAR.
        rows: Any number of them, in the order of the columns; None is NULL.
    """
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    if len(rows) <= _LISTED:
        engine.run(f"INSERT INTO {table} SELECT {', '.join(f'unnest(?::{kind}[])' for kind in kinds)}", columns)
        return
    import numpy as np  # noqa: PLC0415 -- few tables are that long, and loading it takes longer than a short list

    frame: dict[str, Any] = {}
    read = []
    for place, (kind, column) in enumerate(zip(kinds, columns, strict=True)):
        if kind == "VARCHAR":
            # The type of an array of objects is guessed from some of them, which may all be None.
            frame[f"c{place}"] = np.array(["" if each is None else f"={each}" for each in column], dtype=object)
            read.append(f"CASE WHEN c{place} <> '' THEN c{place}[2:] END")
        else:
            frame[f"c{place}"] = np.array([_NO_NUMBER if each is None else each for each in column], dtype=np.int32)
            read.append(f"nullif(c{place}, {_NO_NUMBER})")
    engine.register("inserted_rows", frame)
    engine.run(f"INSERT INTO {table} SELECT {', '.join(read)} FROM inserted_rows")
    engine.run("DROP VIEW inserted_rows")
