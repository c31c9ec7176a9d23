"""The public table ``variance_monthly``: why each month cost something else than the one before, effect by effect.

Owns its columns, and how effects of a month are kept. The amounts are those of ``finmod variance``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import numpy as np

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.marts.rows import columns_with, free_name, make_table
from finmod.models.variance.effects import EFFECTS
from finmod.normalize.charges import DECIMAL

VARIANCE_COLUMNS: Final = {
    "x_BillingPeriod": "DATE",
    "x_Against": "DATE",
    "x_Pool": "VARCHAR",
    "x_Source": "VARCHAR",
    "ServiceName": "VARCHAR",
    "ChargeCategory": "VARCHAR",
    "x_Effect": "VARCHAR",
    "x_Amount": DECIMAL,
    "x_Currency": "VARCHAR",
}
"""Columns of the table; one per dimension that costs are allocated to follows x_Against."""

KEPT: Final = "variance_kept"
_TEXTS: Final = ("x_Pool", "x_Source", "ServiceName", "ChargeCategory")
_UNIT: Final = 10**12
_AFTER: Final = 2


def variance_columns(dimensions: Sequence[str]) -> dict[str, str]:
    """Return the columns with those of dimensions.

    >>> list(variance_columns(["x_Product"]))[:3]
    ['x_BillingPeriod', 'x_Against', 'x_Product']
    """
    return columns_with(VARIANCE_COLUMNS, _AFTER, map(_called, dimensions))


def _called(column: str) -> str:
    return free_name(column, VARIANCE_COLUMNS)


def keep_effects(engine: Engine, texts: Mapping[str, Sequence[str | None]], effects: np.ndarray) -> str:
    """Make the table of the effects of one month, a column each, and return SQL of its rows.

    Args:
        engine: Where.
        texts: Column -> its texts, one per row.
        effects: One row per row, one column per effect, units of 1e-12.
    """
    names = ", ".join(f"{identifier(name)} VARCHAR" for name in texts)
    engine.run(f"CREATE OR REPLACE TEMP TABLE variance_texts (place BIGINT{', ' + names if names else ''})")
    values = ", ".join(["unnest(?::BIGINT[])", *("unnest(?::VARCHAR[])" for _ in texts)])
    engine.run(f"INSERT INTO variance_texts SELECT {values}", [[*range(len(effects))], *map(list, texts.values())])
    columns: dict[str, np.ndarray] = {"place": np.arange(len(effects))}
    sums = []
    for at, effect in enumerate(EFFECTS):
        whole = effects[:, at] // _UNIT
        columns[f"w{at}"], columns[f"r{at}"] = whole.astype(np.int64), (effects[:, at] - whole * _UNIT).astype(np.int64)
        amount = f"CAST(w{at} AS {DECIMAL}) + CAST(r{at} AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(12,12))"
        sums.append(f"CAST({amount} AS {DECIMAL}) AS {effect.name}")
    engine.register("variance_units", columns)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {KEPT} AS SELECT t.* EXCLUDE (place), {', '.join(sums)} "
        "FROM variance_texts AS t JOIN variance_units AS u USING (place)"
    )
    return f"SELECT * FROM {KEPT}"


def make_variance(
    engine: Engine, dimensions: Sequence[str], months: Mapping[tuple[date, date], str], currency: str
) -> None:
    """Make the table in an engine.

    Args:
        engine: Where.
        dimensions: Columns of dimensions.
        months: (month, month before) -> SQL of its rows, as ``keep_effects`` makes them.
        currency: The reporting currency.
    """
    make_table(engine, "variance_monthly", variance_columns(dimensions))
    names = ", ".join(effect.name for effect in EFFECTS)
    named = [f"{identifier(name)} AS {identifier(_called(name))}" for name in dimensions]
    texts = ", ".join((*named, *_TEXTS))
    given = ", ".join(map(identifier, (*dimensions, *_TEXTS)))
    sums = ", ".join(f"CAST(sum({effect.name}) AS {DECIMAL}) AS {effect.name}" for effect in EFFECTS)
    for (month, against), rows in months.items():
        engine.run(
            f"INSERT INTO variance_monthly BY NAME SELECT DATE '{month}' AS x_BillingPeriod, DATE '{against}' AS "
            f'x_Against, {texts}, "#effect" AS x_Effect, "#amount" AS x_Amount, {literal(currency)} AS x_Currency '
            f"FROM (UNPIVOT (SELECT {given}, {sums} FROM {rows} GROUP BY ALL) ON {names} "
            'INTO NAME "#effect" VALUE "#amount") WHERE "#amount" <> 0'
        )
