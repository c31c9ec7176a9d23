"""The proof of a run: what went in comes out, per billing period, day, currency, pool and measure, to the last digit.

Owns the table ``allocation_proofs``. What went in is summed from the daily cube, not from what the run split.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finmod.allocation.cells import CELLS, PLACES
from finmod.allocation.definition import Allocation
from finmod.allocation.parts import CODED
from finmod.engines.duckdb import Engine, identifier, literal
from finmod.errors import InternalError
from finmod.focus.columns import COSTS
from finmod.normalize.charges import DECIMAL

PROOFS: Final = "allocation_proofs"
"""Table: x_BillingPeriod, x_ChargeDate, BillingCurrency, x_Pool, x_Measure, x_Before, x_After, x_Difference."""


@dataclass(frozen=True)
class Proved:
    """What was proved.

    Attributes:
        sums: Number of sums that were compared.
        totals: (Measure, currency) -> the whole.
    """

    sums: int
    totals: dict[tuple[str, str | None], Decimal | None]


def prove(engine: Engine, allocation: Allocation, days: str, true_ups: str) -> Proved:
    """Make the table of proofs.

    Args:
        engine: Has the tables of cells and parts.
        allocation: Has the names of pools.
        days: SQL for the cube's rows of the months.
        true_ups: SQL for the true-ups that are booked in them.

    Raises:
        InternalError: A sum differs: then no number of the run can be believed.
    """
    names = ", ".join(literal(pool.name) for pool in allocation.pools)
    pool = f"list_extract([{names}]::VARCHAR[], nullif(pool, 0))" if names else "NULL::VARCHAR"
    by_place = ", ".join(f"sum({name}) AS {name}" for name in map(identifier, COSTS))
    before, after = (
        f"SELECT {side} AS side, day, pool, x_BillingPeriod, BillingCurrency, {', '.join(map(identifier, COSTS))} "
        f"FROM (SELECT day, place, pool, {by_place} FROM {table} GROUP BY day, place, pool) JOIN {PLACES} USING (place)"
        for side, table in ((0, CELLS), (1, CODED))
    )
    sums = ", ".join(
        f"coalesce(sum({identifier(name)}) FILTER (side = {side}), 0) AS {letter}{at}"
        for at, name in enumerate(COSTS)
        for side, letter in ((0, "b"), (1, "a"))
    )
    measures = " UNION ALL ".join(
        f"SELECT x_BillingPeriod, DATE '1970-01-01' + day AS x_ChargeDate, BillingCurrency, {pool} AS x_Pool, "
        f"{literal(name)} AS x_Measure, CAST(b{at} AS {DECIMAL}) AS x_Before, CAST(a{at} AS {DECIMAL}) AS x_After "
        "FROM summed"
        for at, name in enumerate(COSTS)
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {PROOFS} AS WITH summed AS (SELECT x_BillingPeriod, day, BillingCurrency, pool, "
        f"{sums} FROM ({before} UNION ALL {after}) GROUP BY ALL) "
        f"SELECT *, x_After - x_Before AS x_Difference FROM ({measures})"
    )
    _refuse_difference(engine, days, true_ups)
    count = engine.row(f"SELECT count(*) FROM {PROOFS}")[0]
    totals = engine.rows(f"SELECT x_Measure, BillingCurrency, sum(x_After) FROM {PROOFS} GROUP BY ALL")
    return Proved(count, {(measure, currency): total for measure, currency, total in totals})


def _refuse_difference(engine: Engine, days: str, true_ups: str) -> None:
    """Compare the proofs with the cube itself, whose rows were joined with no name."""
    costs = ", ".join(map(identifier, COSTS))
    sums = ", ".join(f"coalesce(sum({identifier(name)}), 0)" for name in COSTS)
    raw = (
        f"SELECT x_BillingPeriod, x_ChargeDate, unnest(amounts) AS amount, "
        f"unnest([{', '.join(map(literal, COSTS))}]) AS x_Measure FROM (SELECT x_BillingPeriod, x_ChargeDate, "
        f"[{sums}] AS amounts FROM (SELECT x_BillingPeriod, x_ChargeDate, {costs} FROM {days} UNION ALL "
        f"SELECT x_BillingPeriod, x_ChargeDate, {costs} FROM {true_ups}) GROUP BY x_BillingPeriod, x_ChargeDate)"
    )
    found = engine.rows(
        "SELECT x_BillingPeriod, x_ChargeDate, x_Measure, raw.amount, proved.amount FROM "
        f"({raw}) AS raw FULL JOIN (SELECT x_BillingPeriod, x_ChargeDate, x_Measure, sum(x_After) AS amount "
        f"FROM {PROOFS} GROUP BY ALL) AS proved USING (x_BillingPeriod, x_ChargeDate, x_Measure) "
        "WHERE coalesce(raw.amount, 0) <> coalesce(proved.amount, 0) "
        "UNION ALL SELECT x_BillingPeriod, x_ChargeDate, x_Measure, x_Before, x_After "
        f"FROM {PROOFS} WHERE x_Difference <> 0 LIMIT 1"
    )
    if found:
        period, day, measure, before, after = found[0]
        message = f"{measure} of {day}, billed in {period:%Y-%m}, was {before} before allocation and {after} after it"
        raise InternalError(message)
