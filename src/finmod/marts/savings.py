"""The public table ``savings_monthly``: the potential savings of every month, a row per month, rule and candidate.

Owns its columns. The amounts are those of ``finmod savings``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.marts.rows import Row, columns_with, make_table
from finmod.normalize.charges import DECIMAL
from finmod.taxonomy.definition import column_of

SAVINGS_COLUMNS: Final = {
    "x_BillingPeriod": "DATE",
    "x_Rank": "BIGINT",
    "x_Rule": "VARCHAR",
    "x_Title": "VARCHAR",
    "x_Kind": "VARCHAR",
    "x_Resource": "VARCHAR",
    "ResourceId": "VARCHAR",
    "x_Source": "VARCHAR",
    "SubAccountId": "VARCHAR",
    "SubAccountName": "VARCHAR",
    "RegionId": "VARCHAR",
    "ServiceName": "VARCHAR",
    "x_Owner": "VARCHAR",
    "x_EffectiveCost": DECIMAL,
    "x_PotentialSavings": DECIMAL,
    "x_PotentialCash": DECIMAL,
    "x_PotentialCommitted": DECIMAL,
    "x_Commitments": "VARCHAR",
    "x_Currency": "VARCHAR",
    "x_How": "VARCHAR",
    "x_Share": DECIMAL,
    "x_Effort": "VARCHAR",
    "x_Risk": "VARCHAR",
    "x_Days": "BIGINT",
    "x_Since": "DATE",
    "x_Evidence": "VARCHAR",
    "x_Basis": "VARCHAR",
    "x_Remedy": "VARCHAR",
}
"""Columns of the table; one per dimension of the taxonomy follows ServiceName, see ``savings_columns``."""

_AFTER: Final = list(SAVINGS_COLUMNS).index("x_Owner")


def savings_columns(dimensions: Sequence[str]) -> dict[str, str]:
    """Return the columns with those of some dimensions; one that the table has itself gets a longer name.

    >>> [name for name in savings_columns(["product", "owner"]) if name not in SAVINGS_COLUMNS]
    ['x_Product', 'x_DimensionOwner']
    """
    taken = {name.lower() for name in SAVINGS_COLUMNS}
    named: list[str] = []
    for column in map(column_of, dimensions):
        wanted = [column, *(f"x_Dimension{column.removeprefix('x_')}{'_' * at}" for at in range(len(dimensions) + 1))]
        named.append(next(each for each in wanted if each.lower() not in taken))
        taken.add(named[-1].lower())
    return columns_with(SAVINGS_COLUMNS, _AFTER, named)


def make_savings(engine: Engine, dimensions: Sequence[str], rows: Sequence[Row]) -> None:
    """Make the table in an engine.

    Args:
        engine: Where.
        dimensions: Names of dimensions.
        rows: Values in the order of the columns.
    """
    make_table(engine, "savings_monthly", savings_columns(dimensions), rows)
