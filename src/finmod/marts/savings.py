"""The public table ``savings_monthly``: the potential savings of every month, a row per month, rule and candidate.

Owns its columns and how rows become a table. The amounts are those of ``finmod savings``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine, identifier
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

Row = tuple[str | int | date | Decimal | None, ...]
_AFTER: Final = list(SAVINGS_COLUMNS).index("x_Owner")
_AT_ONCE: Final = 5_000


def savings_columns(dimensions: Sequence[str]) -> dict[str, str]:
    """Return the columns with those of some dimensions; one that the table has itself gets a longer name.

    >>> [name for name in savings_columns(["product", "owner"]) if name not in SAVINGS_COLUMNS]
    ['x_Product', 'x_DimensionOwner']
    """
    own = [*SAVINGS_COLUMNS.items()]
    taken = {name.lower() for name in SAVINGS_COLUMNS}
    named: list[tuple[str, str]] = []
    for column in map(column_of, dimensions):
        wanted = [column, *(f"x_Dimension{column.removeprefix('x_')}{'_' * at}" for at in range(len(dimensions) + 1))]
        named.append((next(each for each in wanted if each.lower() not in taken), "VARCHAR"))
        taken.add(named[-1][0].lower())
    return dict([*own[:_AFTER], *named, *own[_AFTER:]])


def make_savings(engine: Engine, dimensions: Sequence[str], rows: Sequence[Row]) -> None:
    """Make the table in an engine.

    Args:
        engine: Where.
        dimensions: Names of dimensions.
        rows: Values in the order of the columns.
    """
    columns = savings_columns(dimensions)
    made = ", ".join(f"{identifier(name)} {kind}" for name, kind in columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE savings_monthly ({made})")
    values = ", ".join(f"CAST(unnest(?::VARCHAR[]) AS {kind})" for kind in columns.values())
    for start in range(0, len(rows), _AT_ONCE):
        part = [[*map(_text, column)] for column in zip(*rows[start : start + _AT_ONCE], strict=True)]
        engine.run(f"INSERT INTO savings_monthly SELECT {values}", part)


def _text(value: object) -> str | None:
    if value is None:
        return None
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
