"""The proof of a run: what went in comes out, per billing period, day, currency, pool and measure, to the last digit.

Owns the table ``allocation_proofs``. What went in is summed from the daily cube, not from what the run split, by an
engine of its own, which knows no table of the run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
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


# Each thread holds row groups of its own: four need some 100 MB, and 32 more than 300.
_MEMORY, _MOST_THREADS = "300MB", 4
_INTERRUPT_SECONDS = 0.05
_NOTHING = Decimal(0)


@dataclass(frozen=True)
class Proved:
    """What was proved.

    Attributes:
        sums: Number of sums that were compared.
        totals: (Measure, currency) -> the whole.
    """

    sums: int
    totals: dict[tuple[str, str | None], Decimal | None]


Place = tuple[date, date, str]
"""Billing period, day and cost."""


@contextmanager
def counted(days: str, true_ups: str) -> Iterator[Callable[[], dict[Place, Decimal]]]:
    """Sum the cube beside what the block does, which leaves a processor idle; yield what waits for the sums.

    Args:
        days: SQL for the cube's rows of the months, which names files alone.
        true_ups: SQL for the true-ups that are booked in them.
    """
    with Engine(threads=_threads(), memory_limit=_MEMORY) as engine, ThreadPoolExecutor(1) as beside:
        running = beside.submit(_count, engine, days, true_ups)
        try:
            yield running.result
        finally:
            while not running.done():  # a statement that has not begun yet does not hear an interruption
                engine.interrupt()
                wait([running], timeout=_INTERRUPT_SECONDS)


def _threads() -> int:
    return min(_MOST_THREADS, max(1, (os.cpu_count() or 1) // 2))


def _count(engine: Engine, days: str, true_ups: str) -> dict[Place, Decimal]:
    costs = ", ".join(map(identifier, COSTS))
    sums = ", ".join(f"coalesce(sum({identifier(name)}), 0)" for name in COSTS)
    rows = engine.rows(
        f"SELECT x_BillingPeriod, x_ChargeDate, {sums} FROM (SELECT x_BillingPeriod, x_ChargeDate, {costs} FROM {days} "
        f"UNION ALL SELECT x_BillingPeriod, x_ChargeDate, {costs} FROM {true_ups}) GROUP BY 1, 2"
    )
    return {
        (period, day, name): amount
        for period, day, *amounts in rows
        for name, amount in zip(COSTS, amounts, strict=True)
    }


def prove(engine: Engine, allocation: Allocation, went_in: Mapping[Place, Decimal]) -> Proved:
    """Make the table of proofs.

    Args:
        engine: Has the tables of cells and parts.
        allocation: Has the names of pools.
        went_in: What the cube has of each day.

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
    _refuse_difference(engine, went_in)
    count = engine.row(f"SELECT count(*) FROM {PROOFS}")[0]
    totals = engine.rows(f"SELECT x_Measure, BillingCurrency, sum(x_After) FROM {PROOFS} GROUP BY ALL")
    return Proved(count, {(measure, currency): total for measure, currency, total in totals})


def _refuse_difference(engine: Engine, went_in: Mapping[Place, Decimal]) -> None:
    """Compare the proofs with the cube itself, whose rows were joined with no name."""
    rows = engine.rows(
        "SELECT x_BillingPeriod, x_ChargeDate, x_Measure, sum(x_Before), sum(x_After), bool_or(x_Difference <> 0) "
        f"FROM {PROOFS} GROUP BY ALL ORDER BY ALL"
    )
    found = {row[:3]: row[3:] for row in rows}
    for place in sorted({*found, *went_in}):
        before, after, differs = found.get(place, (_NOTHING, _NOTHING, False))
        raw = went_in.get(place, _NOTHING)
        if differs or raw != after:
            message = (
                f"{place[2]} of {place[1]}, billed in {place[0]:%Y-%m}, was {raw if raw != after else before} before "
                f"allocation and {after} after it"
            )
            raise InternalError(message)
