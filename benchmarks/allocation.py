"""Allocation in process: a month of 20 million charges beside CASE WHEN over its raw rows, 36 months, 50,000 customers.

Owns what is measured. Rules, drivers and projects stand in ``pools.py``, the graph of services in ``service_graph.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.pools import MONTHS, POOLS, allocate_all, months_until, project_of_months, write_drivers, write_rules
from benchmarks.process import Run as Times
from benchmarks.process import timed
from benchmarks.taxonomy import case_sql
from finmod.allocation.definition import Allocation, Level, Share
from finmod.allocation.levels.cut import LevelRun, cut_levels
from finmod.allocation.run import Run
from finmod.allocation.shares import EPOCH, When
from finmod.engines.duckdb import Engine, file_list, identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import CHARGES
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.settings.project import Project, load_project
from finmod.taxonomy.definition import Dimension, Taxonomy

GOAL_SECONDS = 1.5
GOAL_RATIO = 50
GOAL_MONTHS = 30
GOAL_PEAK = 2e9
GOAL_CUSTOMERS = 10
_MONTH = date(2026, 9, 1)


def against_case(folder: Path, project: Path, times: int) -> Iterator[str]:
    """Yield a line: seconds to allocate a month, and to do it by CASE WHEN over raw rows; products must cost the same.

    The other side is given the shares of pools, solved: what it does is to name every raw row, to sum, and to join.
    """
    opened = load_project(project)
    rules = folder / "allocation-rules"
    write_rules(rules)
    drivers = write_drivers(folder, [_MONTH])
    found = []
    with tempfile.TemporaryDirectory(dir=folder) as spill, Engine(temp_folder=Path(spill)) as engine:
        for _ in range(times + 1):
            run, times_of = timed(lambda: allocate_all(engine, opened, rules, drivers))
            found.append(times_of)
        ours = _totals(engine, "x_Product", "allocated")
        _offer_ways(engine, run)
        _, theirs = timed(lambda: _by_case(engine, run, opened))
        _compare(ours, _totals(engine, "product", "by_case"))
    charges = "20M" if "20000000" in project.name else project.name
    ours_of = min(found[1:], key=lambda each: each.wall)
    yield (
        f"allocation of {charges} charges, 120 rules, {POOLS} pools in cycles, 14 products x 60 teams "
        f"{_told(ours_of)} in process (goal {GOAL_SECONDS} s; the first time {_told(found[0])}), as CASE WHEN over the "
        f"raw rows {_told(theirs)}: {theirs.wall / ours_of.wall:.0f}x, of the processor "
        f"{theirs.processor / ours_of.processor:.0f}x (goal {GOAL_RATIO}); products cost the same"
    )


def _told(run: Times) -> str:
    return f"{run.wall:.2f} s ({run.processor:.2f} s of the processor)"


def _totals(engine: Engine, product: str, relation: str) -> dict[str | None, list[Decimal]]:
    sums = ", ".join(f"sum({identifier(name)})" for name in COSTS)
    return {name: costs for name, *costs in engine.rows(f"SELECT {product}, {sums} FROM {relation} GROUP BY 1")}


def _compare(ours: dict[str | None, list[Decimal]], theirs: dict[str | None, list[Decimal]]) -> None:
    """Stop where a product costs something else: theirs are doubles."""
    for name in ours.keys() | theirs.keys():
        pairs = zip(ours[name], theirs[name], strict=True)
        if any(abs(float(mine) - float(other)) > 1e-9 * abs(float(mine)) for mine, other in pairs):
            sys.exit(f"{name} costs {ours[name]}, and by CASE WHEN {theirs[name]}")


def _offer_ways(engine: Engine, run: Run) -> None:
    """Make the table ``ways``: day, pool, product, team and which part of the pool's cost ends there."""
    period = (_MONTH - EPOCH).days
    parts = []
    for day in range(period, period + 31):
        for number in range(1, POOLS + 1):
            way = run.network.ends(-number, When(day, period, 0, "USD"))
            parts.append((np.full(len(way.places), day), np.full(len(way.places), number - 1), way.places, way.parts))
    columns = (np.concatenate(each) for each in zip(*parts, strict=True))
    engine.register("ways_frame", dict(zip(("day", "pool", "target", "part"), columns, strict=True)))
    engine.run(
        "CREATE OR REPLACE TEMP TABLE ways AS SELECT DATE '1970-01-01' + CAST(day AS INTEGER) AS day, "
        "'s' || pool AS pool, t.v0 AS product, t.v1 AS team, part FROM ways_frame AS w "
        "JOIN allocation_targets AS t USING (target)"
    )


def _by_case(engine: Engine, run: Run, project: Project) -> None:
    """Name every raw row by CASE WHEN, sum by day, product and team, and give pools' sums on."""
    ledger = Ledger(project.store)
    raw = file_list(ledger.files(CHARGES, ledger.head(engine)))
    dimensions = run.naming.taxonomy.dimensions
    product, team = (case_sql(dimensions[name]) for name in ("product", "team"))
    costs = ", ".join(map(identifier, COSTS))
    sums = ", ".join(f"sum({name}) AS {name}" for name in map(identifier, COSTS))
    given = ", ".join(f"{name} * part AS {name}" for name in map(identifier, COSTS))
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE by_case AS WITH named AS (SELECT CAST(ChargePeriodStart AS DATE) AS day, "
        f"{product} AS product, {team} AS team, {costs} FROM read_parquet({raw})), summed AS (SELECT day, product, "
        f"CASE WHEN product LIKE 's%' THEN product END AS pool, team, {sums} FROM named GROUP BY ALL) "
        f"SELECT day, product, team, {sums} FROM (SELECT day, product, team, {costs} FROM summed WHERE pool IS NULL "
        f"UNION ALL SELECT s.day, w.product, w.team, {given} FROM summed AS s JOIN ways AS w USING (day, pool)) "
        "GROUP BY ALL"
    )


def months_36(folder: Path, project: Path, times: int) -> Iterator[str]:
    """Yield a line: seconds and peak memory of a process that allocates 36 such months at once."""
    rules = folder / "allocation-rules"
    write_rules(rules)
    months = months_until(_MONTH, MONTHS)
    drivers = write_drivers(folder, months)
    made = folder / "project-months"
    project_of_months(made, project, months)
    command = [sys.executable, "-m", "benchmarks.months", *map(str, (made, rules, *drivers))]
    found = [json.loads(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(times)]
    best = min(found, key=lambda each: float(each["wall"]))
    yield (
        f"allocation of {MONTHS} such months {_told(Times(best['wall'], best['processor'], 0))} "
        f"in process (goal {GOAL_MONTHS} s), peak {max(each['peak'] for each in found) / 1e9:4.2f} GB "
        f"(goal {GOAL_PEAK / 1e9:.0f}); {best['rows']:,} rows, {best['sums']:,} sums proved"
    )


_CUSTOMERS = """
SELECT TIMESTAMP '2026-09-01' + to_days(CAST(day AS INTEGER)) AS x_Start, 'use' AS x_Driver, 'day' AS x_Grain,
    '{{"product":"p' || p || '","customer":"customer-' || c || '"}}' AS x_Dimensions,
    CAST(1 + hash(c, day, p) % 1000 AS DECIMAL(38,12)) AS x_Value
FROM range({days}) AS a(day), range({products}) AS b(p), range({customers}) AS q(c) ORDER BY p, c, day
"""
"""In the order in which the ledger keeps them."""


def customers(folder: Path, times: int, *, count: int = 50_000, days: int = 30, products: int = 20) -> Iterator[str]:
    """Yield a line: seconds to cut what products cost to so many customers, day by day, into files."""
    driver = folder / f"customers-ordered-{count}-{days}-{products}.parquet"
    share = Share(kind="driver", place="allocation.yaml", text="by driver use", driver="use")
    level = Level(
        name="customer", place="allocation.yaml", dimensions=("customer",), within=("product",), shares=(share,)
    )
    allocation = Allocation(to=("product",), levels=(level,))
    taxonomy = Taxonomy({"product": Dimension("product", "Product", None, ())})
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory(dir=folder) as made, Engine(temp_folder=Path(made)) as engine:
            if not driver.exists():
                part = driver.with_suffix(".part")
                engine.copy_parquet(_CUSTOMERS.format(days=days, products=products, customers=count), part)
                part.replace(driver)
            engine.run(f"CREATE TEMP VIEW driver_rows AS SELECT * FROM read_parquet({literal(str(driver))})")
            _offer_products(engine, days, products)
            run, times_of = timed(lambda: cut_levels(engine, allocation, taxonomy, _as_it_is, Path(made)))
            found.append(times_of)
            size = _check_sums(engine, run)
            shutil.rmtree(made, ignore_errors=True)
    yield (
        f"{count:,} customers x {days} days x {products} products {_told(min(found, key=lambda each: each.wall))} "
        f"(goal {GOAL_CUSTOMERS} s); "
        f"{sum(each.rows for each in run.files):,} rows, {size / 1e6:,.0f} MB, every sum the same"
    )


def _as_it_is(dimension: str, text: str, day: date | None = None) -> str | None:
    del dimension, day
    return text


def _offer_products(engine: Engine, days: int, products: int) -> None:
    costs = ", ".join(
        f"CAST(hash(day, p, {at}) % 1000000 AS DECIMAL(38,12)) AS {identifier(name)}" for at, name in enumerate(COSTS)
    )
    unknowns = ", ".join(f"0::BIGINT AS {name}" for name in COST_UNKNOWNS)
    engine.run(
        f"CREATE TEMP TABLE allocated AS SELECT DATE {literal(str(_MONTH))} AS x_BillingPeriod, DATE "
        f"{literal(str(_MONTH))} + CAST(day AS INTEGER) AS x_ChargeDate, 'USD' AS BillingCurrency, "
        f"'p' || p AS x_Product, {costs}, {unknowns} FROM range({days}) AS a(day), range({products}) AS b(p)"
    )


def _check_sums(engine: Engine, run: LevelRun) -> int:
    """Stop where a day of a product has another sum after the cut; return the bytes of the files."""
    sums = ", ".join(f"sum({identifier(name)})" for name in COSTS)
    files = file_list([each.path for each in run.files])
    before, after = (
        engine.rows(f"SELECT x_ChargeDate, x_Product, {sums} FROM {relation} GROUP BY ALL ORDER BY ALL")
        for relation in ("allocated", f"read_parquet({files})")
    )
    if before != after:
        sys.exit("the sums of customers differ from those of products")
    return sum(each.path.stat().st_size for each in run.files)
