"""Allocations made by hand: rows as a run leaves them in the engine, without rules."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.ledger.applied import NewRun, Run, commit, runs
from finmod.ledger.applied_rows import AppliedRows, applied_rows, totals, write_months
from finmod.ledger.closes import Close, Closes
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import relation
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, ALLOCATION_PROOFS

NOW = datetime(2026, 10, 5, tzinfo=UTC)
AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2026, number, 1) for number in (8, 9, 10, 11))
OPEN = Closes()
Cell = tuple[date, str | None, str | None, str]
"""Month, pool, product, amount: the same for every cost."""


def allocated(engine: Engine, *cells: Cell, columns: Sequence[str] = ("x_Product",)) -> None:
    """Make the tables that a run leaves: each cell one row, charged on the first day of its month, in USD."""
    for table in (ALLOCATED, ALLOCATION_PROOFS, ALLOCATED_LEVELS):
        names = [f"{name} {kind}" for name, kind in table.columns.items()]
        names += [] if table is ALLOCATION_PROOFS else [f"{name} VARCHAR" for name in columns]
        engine.run(f"CREATE OR REPLACE TEMP TABLE {table.name} ({', '.join(names)})")
    costs = ", ".join(f"{name}" for name in ALLOCATED.columns if name.endswith("Cost") and "x_" not in name)
    first = columns[0]
    for month, pool, product, amount in cells:
        engine.run(
            f"INSERT INTO allocated BY NAME SELECT ?::DATE AS x_BillingPeriod, ?::DATE AS x_ChargeDate, 'saas' AS "
            f"x_Source, 'USD' AS BillingCurrency, 'Compute' AS ServiceName, 'Usage' AS ChargeCategory, ? AS x_Pool, "
            f"? AS {first}, " + ", ".join(f"{amount} AS {name}" for name in costs.split(", ")),
            [month, month, pool, product],
        )
    engine.run(
        "INSERT INTO allocation_proofs BY NAME SELECT DISTINCT x_BillingPeriod, x_ChargeDate, BillingCurrency, x_Pool, "
        "'EffectiveCost' AS x_Measure, 0 AS x_Difference FROM allocated"
    )


def closed(*months: date, version: int = 5) -> Closes:
    """Return closes of months, one each."""
    return Closes(tuple(Close(month, month, version + place, NOW) for place, month in enumerate(months)))


def apply(
    engine: Engine, ledger: Ledger, *cells: Cell, shut: Closes = OPEN, ledger_version: int = 1
) -> tuple[Run, AppliedRows]:
    """Apply rows."""
    allocated(engine, *cells)
    return apply_tables(engine, ledger, shut=shut, ledger_version=ledger_version)


def apply_tables(
    engine: Engine, ledger: Ledger, *, shut: Closes = OPEN, ledger_version: int = 1, author: str = "ada"
) -> tuple[Run, AppliedRows]:
    """Apply what stands in the engine."""
    known = runs(engine, ledger)
    before = known[-1] if known else None
    made = applied_rows(engine, ledger, shut, before)
    ledger.staging.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=ledger.staging))
    rows, sums = totals(engine, made)
    new = NewRun(
        author=author,
        rule_hash=f"hash{len(known) + 1}",
        ledger_version=ledger_version,
        drivers_version=None,
        note=None,
        dimensions={"product": "x_Product"},
        months=made.prints,
        files=write_months(engine, made, made.differing(before), folder),
        gone=made.months.gone,
        columns=made.columns,
        findings=(),
        rows=rows,
        totals=sums,
    )
    return commit(engine, ledger, new, before, NOW), made


def stored(engine: Engine, ledger: Ledger, run: Run) -> list[tuple[Any, ...]]:
    """Return the rows of an applied allocation: month, closed month that is corrected, pool, product, EffectiveCost."""
    files: list[Path] = ledger.delta.files(ALLOCATED, run.tables["allocated"])
    sql = "SELECT x_BillingPeriod, x_AllocationOf, x_Pool, x_Product, EffectiveCost"
    return engine.rows(f"{sql} FROM {relation(files)} ORDER BY ALL") if files else []
