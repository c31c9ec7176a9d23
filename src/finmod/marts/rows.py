"""Public tables whose rows Python tells: their columns with those of dimensions, and how rows become a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine, identifier

Row = tuple[str | int | date | Decimal | None, ...]
"""Values in the order of the columns."""

_AT_ONCE: Final = 5_000


def free_name(column: str, own: Collection[str]) -> str:
    """Return the column of a dimension in a table; one that the table has itself gets a longer name.

    >>> free_name("x_Product", ["x_Unit"]), free_name("x_unit", ["x_Unit"])
    ('x_Product', 'x_Dimensionunit')
    """
    return f"x_Dimension{column.removeprefix('x_')}" if column.lower() in {name.lower() for name in own} else column


def columns_with(own: Mapping[str, str], after: int, dimensions: Iterable[str]) -> dict[str, str]:
    """Return column -> SQL type: a table's own, and behind so many of them those of dimensions.

    >>> [*columns_with({"x_By": "VARCHAR", "x_Figure": "DOUBLE"}, 1, ["x_Product"])]
    ['x_By', 'x_Product', 'x_Figure']
    """
    items = [*own.items()]
    return dict([*items[:after], *((name, "VARCHAR") for name in dimensions), *items[after:]])


def make_table(engine: Engine, table: str, columns: Mapping[str, str], rows: Sequence[Row] = ()) -> None:
    """Make a table in an engine; every value is handed over as text, which keeps amounts exact.

    Args:
        engine: Where.
        table: Its name, of finmod's own; one that is there is replaced.
        columns: Column -> SQL type.
        rows: What it has.
    """
    made = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE {table} ({made})")
    values = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {kind})" for kind in columns.values())
    for start in range(0, len(rows), _AT_ONCE):
        part = [[*map(_text, column)] for column in zip(*rows[start : start + _AT_ONCE], strict=True)]
        engine.run(f"INSERT INTO {table} SELECT {values}", part)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
