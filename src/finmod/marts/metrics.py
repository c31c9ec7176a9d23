"""The public table ``metrics_monthly``: the figures of every metric by month and member, both sides beside them.

Owns its columns and how rows become a table. The figures are those of ``finmod metric``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine, identifier
from finmod.normalize.charges import DECIMAL
from finmod.taxonomy.definition import column_of

METRICS_COLUMNS: Final = {
    "x_Metric": "VARCHAR",
    "x_BillingPeriod": "DATE",
    "x_By": "VARCHAR",
    "x_IsTotal": "BOOLEAN",
    "x_Numerator": DECIMAL,
    "x_Denominator": DECIMAL,
    "x_Figure": DECIMAL,
    "x_Unit": "VARCHAR",
    "x_Currency": "VARCHAR",
    "x_Additivity": "VARCHAR",
    "x_Better": "VARCHAR",
    "x_Owner": "VARCHAR",
    "x_Why": "VARCHAR",
}
"""Columns of the table; one per dimension that a metric is told by follows x_By, see ``dimension_column``."""

Row = tuple[str | bool | date | Decimal | None, ...]
_AFTER: Final = 3
_AT_ONCE: Final = 5_000


def dimension_column(dimension: str) -> str:
    """Return the column of a dimension in the table; one that the table has itself gets a longer name.

    >>> dimension_column("product"), dimension_column("unit")
    ('x_Product', 'x_DimensionUnit')
    """
    column = column_of(dimension)
    own = {name.lower() for name in METRICS_COLUMNS}
    return f"x_Dimension{column.removeprefix('x_')}" if column.lower() in own else column


def metrics_columns(dimensions: Sequence[str]) -> dict[str, str]:
    """Return the columns with those of some dimensions.

    >>> list(metrics_columns(["x_Product"]))[:4]
    ['x_Metric', 'x_BillingPeriod', 'x_By', 'x_Product']
    """
    own = [*METRICS_COLUMNS.items()]
    return dict([*own[:_AFTER], *((name, "VARCHAR") for name in dimensions), *own[_AFTER:]])


def make_metrics(engine: Engine, dimensions: Sequence[str], rows: Sequence[Row]) -> None:
    """Make the table in an engine.

    Args:
        engine: Where.
        dimensions: Columns of dimensions.
        rows: Values in the order of the columns.
    """
    columns = metrics_columns(dimensions)
    made = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE metrics_monthly ({made})")
    values = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {kind})" for kind in columns.values())
    for start in range(0, len(rows), _AT_ONCE):
        part = [[*map(_text, column)] for column in zip(*rows[start : start + _AT_ONCE], strict=True)]
        engine.run(f"INSERT INTO metrics_monthly SELECT {values}", part)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
