"""``finmod pnl`` and ``finmod metric`` in process: 36 months of 14 products and 60 teams; a month of 50,000 customers.

Owns the invented books: charges and their allocation are written as tables, as load and apply would leave them. Stops
where a statement is not the ledger's total.
"""

from __future__ import annotations

import gc
import shutil
import statistics
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.process import timed
from finmod.engines.duckdb import Engine, identifier
from finmod.focus.columns import COSTS
from finmod.ledger.applied import NewRun, commit, runs
from finmod.ledger.ledger import Ledger, ManifestRow, PreparedPeriod
from finmod.ledger.locks import hold
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, CHARGE_DAYS, CHARGE_KEYS, Table
from finmod.marts.monthly import allocated_months
from finmod.models.pnl_report import PnlReport
from finmod.normalize.charges import COST_UNKNOWNS
from finmod.settings.project import load_project
from finmod.terms.calendars import Calendar
from finmod.workspace.drivers import load_drivers
from finmod.workspace.metrics.metric import Grain, metric
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted, make_pnl

_NOW = datetime(2026, 11, 1, tzinfo=UTC)
_PRODUCTS, _TEAMS, _KEYS, _DAYS = 14, 60, 4_200, 28
_FILES = {
    "finmod.yaml": "name: books\ncurrency: USD\ncalendar: {weeks: 4-4-5, first_day: 2023-01-01}\n",
    "metrics.yaml": "cost_of_revenue: {cost: EffectiveCost, per: revenue}\n",
    "pnl.yaml": """\
revenue: [{name: Subscriptions, driver: revenue, spread: days}]
cloud:
  - {name: Support, when: {x_Pool: support}, section: opex}
  - {name: Tools, when: {ServiceName: ["service-1*", "/service-[2]/"]}, section: cogs, variable: 0.5}
default: {name: Hosting, section: cogs}
""",
}
_AMOUNT = "CAST((1000 + (key * 37 + day * 11) % 977) * CAST(0.001234567891 AS DECIMAL(14,12)) AS DECIMAL(38,12))"
_CELLS = f"(SELECT range AS key FROM range({_KEYS})) CROSS JOIN (SELECT range AS day FROM range({_DAYS}))"
_AMOUNTS = ", ".join([*(f"{_AMOUNT} AS {cost}" for cost in COSTS), *(f"0 AS {name}" for name in COST_UNKNOWNS)])


def statements(folder: Path, times: int) -> Iterator[str]:
    """Yield seconds of statements in process, the second and later ones of a project."""
    gc.set_threshold(50_000, 20, 20)  # as the command does
    years = _books(folder / "statements", 36, 0)
    for by in ("product", "team"):
        found, seconds = _seconds(years, Wanted(by, Asked(first="2023-01")), times)
        yield (
            f"pnl --by {by}, {len(found.periods)} months, {_PRODUCTS} products x {_TEAMS} teams: {seconds:.2f} s of "
            f"processor in process (goal 0.5 s); reading its reduced rows alone {_floor(years, times):.2f} s"
        )
    found, seconds = _seconds(years, Wanted("product", Asked(grain="period", first="2023-01")), times)
    yield (
        f"pnl --by product --grain period, {len(found.periods)} periods of 4-4-5 weeks, {_KEYS * _DAYS * 36:,} rows by "
        f"day, a tenth of which run for days: {seconds:.2f} s of processor in process (goal 0.5 s)"
    )
    for by, grain in ((("product",), "month"), (("product", "team"), "month"), (("product",), "period")):
        rows, seconds = _of_metric(years, by, times, grain)
        yield (
            f"metric --by {','.join(by)} --grain {grain}, 36 months, {_PRODUCTS} products x {_TEAMS} teams, "
            f"{rows:,} figures: {seconds:.2f} s of processor in process (goal 0.5 s)"
        )
    customers = _books(folder / "statements-customers", 1, 50_000)
    found, seconds = _seconds(customers, Wanted("customer", Asked()), times)
    yield f"pnl --by customer, {len(found.order) - 1:,} customers: {seconds:.2f} s of processor in process (goal 5 s)"


def _seconds(root: Path, wanted: Wanted, times: int) -> tuple[PnlReport, float]:
    project = load_project(root)
    found = make_pnl(project, wanted)
    if not all(proof.holds for proof in found.proofs):
        sys.exit(f"the statement of {root} is not the ledger's total: {found.proofs}")
    return found, statistics.median(timed(lambda: make_pnl(project, wanted))[1].processor for _ in range(times))


def _of_metric(root: Path, by: tuple[str, ...], times: int, grain: Grain) -> tuple[int, float]:
    project = load_project(root)
    name = "cost_of_revenue" if grain == "month" else "cloud_cost"  # revenue is told by month
    report = metric(project, name, by, grain=grain)
    if not all(row.figure.value for row in report.rows):
        sys.exit(f"a figure of {root} is not there")
    seconds = statistics.median(
        timed(lambda: metric(project, name, by, grain=grain))[1].processor for _ in range(times)
    )
    return len(report.rows), seconds


def _floor(root: Path, times: int) -> float:
    """Return the seconds in which the engine adds up the reduced rows by month, product and line."""
    project = load_project(root)
    ledger = Ledger(project.store)

    def read() -> None:
        with Engine() as engine:
            rows = allocated_months(engine, ledger, runs(engine, ledger)[-1], "USD")
            engine.rows(
                f"SELECT x_BillingPeriod, x_Product, x_Pool, ServiceName, sum(EffectiveCost) FROM {rows} GROUP BY ALL"
            )

    return statistics.median(timed(read)[1].processor for _ in range(times))


def _books(root: Path, months: int, customers: int) -> Path:
    """Return a project with an applied allocation; one that is there is taken."""
    if (root / "made").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    by = "customer" if customers else "team"
    names = {"product": [f"p{at:02d}" for at in range(_PRODUCTS)], "team": [f"t{at:02d}" for at in range(_TEAMS)]}
    dimensions = "".join(
        f"  {name}: {{values: {{{', '.join(f'{each}: {{}}' for each in values)}}}, from: [{{tag: {name}}}]}}\n"
        for name, values in names.items()
    )
    files = {**_FILES, "taxonomy.yaml": f"dimensions:\n{dimensions}"}
    files["drivers.yaml"] = f"revenue: {{unit: USD, grain: month, by: [product, {by}], from: {{csv: revenue.csv}}}}\n"
    first = [each.first for each in Calendar().periods(date(2023, 1, 1), date(2023 + months // 12, 1 + months % 12, 1),
                                                       "month")]  # fmt: skip
    files["revenue.csv"] = _revenue(first, customers)
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")
    with Engine() as engine:
        _commit(engine, root, first, customers)
    load_drivers(load_project(root), (), _NOW)
    (root / "made").touch()
    return root


def _revenue(months: list[date], customers: int) -> str:
    others = range(customers or _TEAMS)
    name = "customer-{}" if customers else "t{:02d}"
    rows = (
        f"{month:%Y-%m},p{product:02d},{name.format(other)},{(product * 7 + other) % 90 + 300}\n"
        for month in months
        for product in range(_PRODUCTS)
        for other in others
        if not customers or product % 3 == other % 3
    )
    return f"date,product,{'customer' if customers else 'team'},revenue\n{''.join(rows)}"


def _commit(engine: Engine, root: Path, months: list[date], customers: int) -> None:
    ledger = Ledger(load_project(root).store)
    staged, allocated, levels = [], dict[date, list[tuple[Path, int]]](), dict[date, list[tuple[Path, int]]]()
    for month in months:
        place = f"'bills' AS x_Source, DATE '{month}' AS x_BillingPeriod"
        texts = f"SELECT {place}, range AS x_ChargeKey, 'USD' AS BillingCurrency FROM range({_KEYS})"
        days = f"SELECT {place}, key AS x_ChargeKey, {_day(month)}, 1 AS x_Charges, {_AMOUNTS} FROM {_CELLS}"
        files = {
            table.name: _written(engine, table, sql, root / f"{table.name}-{month}")
            for table, sql in ((CHARGE_KEYS, texts), (CHARGE_DAYS, days))
        }
        told = ManifestRow("bill.csv", "", 0, 1, "USD", None, None, None)
        staged.append(PreparedPeriod("bills", month, "focus", "", files, (told,), {}))
        rows = (
            f"SELECT {place}, {_day(month)}, 'USD' AS BillingCurrency, concat('service-', key % 5) AS ServiceName, "
            f"'Usage' AS ChargeCategory, CASE WHEN key % 5 = 0 THEN 'support' END AS x_Pool, "
            f"printf('p%02d', key % {_PRODUCTS}) AS x_Product, printf('t%02d', (key // 14) % {_TEAMS}) AS x_Team, "
            f"{_AMOUNTS} FROM {_CELLS}"
        )
        allocated[month] = [_written(engine, ALLOCATED, rows, root / f"allocated-{month}")]
        if customers:
            sql = _customers(allocated[month][0][0], month, customers)
            levels[month] = [_written(engine, ALLOCATED_LEVELS, sql, root / f"levels-{month}")]
    ledger.commit(engine, staged, "load", _NOW)
    new = NewRun(
        author="bench", rule_hash="", ledger_version=ledger.head(engine).version, drivers_version=None, note=None,
        dimensions={"product": "x_Product", "team": "x_Team"}, months=dict.fromkeys(months, ""),
        files={ALLOCATED.name: allocated, ALLOCATED_LEVELS.name: levels}, gone=(),
        columns={ALLOCATED.name: ["x_Product", "x_Team"],
                 ALLOCATED_LEVELS.name: ["x_Product", "x_Customer"] if customers else []},
        findings=(), rows=1, totals={},
    )  # fmt: skip
    with hold(ledger.locks, "apply", "the allocation", wait=True):
        commit(engine, ledger, new, None, _NOW)


def _day(month: date) -> str:
    """Return SQL of the day of a row, and on how many it runs: of one in ten on all that are left of four weeks."""
    runs = f"CASE WHEN key % 10 = 0 THEN {_DAYS} - day ELSE 1 END"
    return f"DATE '{month}' + CAST(day AS INTEGER) AS x_ChargeDate, CAST({runs} AS INTEGER) AS x_ChargeDays"


def _customers(allocated: Path, month: date, customers: int) -> str:
    """Return SQL of a product's cost in equal parts for a third of the customers; what rounding leaves is nobody's."""
    costs = ", ".join(f"cost AS {name}" for name in COSTS)
    unknown = ", ".join(f"0 AS {name}" for name in COST_UNKNOWNS)
    return f"""WITH whole AS (SELECT x_Product, sum(EffectiveCost) AS cost FROM read_parquet('{allocated}') GROUP BY 1),
        parts AS (SELECT x_Product, cost AS whole, number, CAST(cost / {customers // 3 + 1} AS DECIMAL(38,12)) AS cost
            FROM whole, range({customers // 3}) AS each(number)),
        told AS (SELECT x_Product, cost,
            concat('customer-', number * 3 + CAST(x_Product[2:] AS INTEGER) % 3) AS x_Customer
            FROM parts UNION ALL SELECT x_Product, any_value(whole) - sum(cost), NULL FROM parts GROUP BY 1)
        SELECT DATE '{month}' AS x_BillingPeriod, DATE '{month}' AS x_ChargeDate, 'USD' AS BillingCurrency,
            'customer' AS x_Level, x_Product, x_Customer, {costs}, {unknown} FROM told"""


def _written(engine: Engine, table: Table, sql: str, name: Path) -> tuple[Path, int]:
    empty = ", ".join(f"NULL::{kind} AS {identifier(column)}" for column, kind in table.columns.items())
    path = name.with_name(f"{name.name}.parquet")
    return path, engine.copy_parquet(f"SELECT {empty} WHERE false UNION ALL BY NAME SELECT * FROM ({sql})", path)
