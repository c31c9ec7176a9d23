"""The public table ``metrics_monthly``: the figures of every metric by month and member, both sides beside them.

Owns its columns. The figures are those of ``finmod metric``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.marts.rows import Row, columns_with, free_name, make_table
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

_AFTER: Final = 3


def dimension_column(dimension: str) -> str:
    """Return the column of a dimension in the table; one that the table has itself gets a longer name.

    >>> dimension_column("product"), dimension_column("unit")
    ('x_Product', 'x_DimensionUnit')
    """
    return free_name(column_of(dimension), METRICS_COLUMNS)


def metrics_columns(dimensions: Sequence[str]) -> dict[str, str]:
    """Return the columns with those of some dimensions.

    >>> list(metrics_columns(["x_Product"]))[:4]
    ['x_Metric', 'x_BillingPeriod', 'x_By', 'x_Product']
    """
    return columns_with(METRICS_COLUMNS, _AFTER, dimensions)


def make_metrics(engine: Engine, dimensions: Sequence[str], rows: Sequence[Row]) -> None:
    """Make the table in an engine.

    Args:
        engine: Where.
        dimensions: Columns of dimensions.
        rows: Values in the order of the columns.
    """
    make_table(engine, "metrics_monthly", metrics_columns(dimensions), rows)
