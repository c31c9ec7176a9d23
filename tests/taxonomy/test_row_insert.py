"""Rows of Python stand in a table as they were given, however many they are."""

from __future__ import annotations

import pytest

from finmod.engines.duckdb import Engine
from finmod.taxonomy.row_insert import insert_rows

ROWS: list[tuple[str | int | None, ...]] = [
    (None, None), (0, ""), (-1, "="), (2**31 - 1, "'; DROP TABLE t; --"), (7, "\x00é\N{ROCKET}"),
]  # fmt: skip


@pytest.mark.parametrize("more", [0, 1200])
def test_rows_stand_as_they_were_given_few_or_many(more: int) -> None:
    rows = [*([(None, None)] * more), *ROWS]
    with Engine(threads=1) as engine:
        engine.run("CREATE TABLE t (number INTEGER, text VARCHAR)")
        insert_rows(engine, "t", ("INTEGER", "VARCHAR"), [])
        insert_rows(engine, "t", ("INTEGER", "VARCHAR"), rows)
        assert engine.rows("FROM t") == rows
