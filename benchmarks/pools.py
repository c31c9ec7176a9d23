"""What the benchmarks of allocation run on: 120 rules, 12 pools that feed each other in cycles, drivers, 36 months.

Owns the rules, the drivers' rows and the project of many months. Its charges are those of ``rows.py``.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from finmod.allocation.definition import Allocation
from finmod.allocation.driver_series import DRIVER_ROWS
from finmod.allocation.reading import read_allocation
from finmod.allocation.run import Run, allocate
from finmod.engines.duckdb import Engine, file_list, literal
from finmod.ledger.ledger import Ledger, ManifestRow, PreparedPeriod
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS
from finmod.settings.project import Project, load_project
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.reading import read_taxonomy

PRODUCTS = 14
TEAMS = 60
POOLS = 12
MONTHS = 36

_DRIVERS = """
SELECT 'd' || d AS x_Driver, CAST(day AS TIMESTAMP) AS x_Start, 'day' AS x_Grain,
    '{{"product":"p' || p || '","team":"team-' || t || '"}}' AS x_Dimensions,
    CAST(1 + hash(d, epoch(day), p, t) % 1000 AS DECIMAL(38,12)) AS x_Value
FROM range({pools}) AS a(d), range(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) AS b(day), range({products}) AS c(p),
    range({teams}) AS e(t)
UNION ALL
SELECT 'd' || d, CAST(day AS TIMESTAMP), 'day', '{{"product":"s' || (d + k) % {pools} || '"}}',
    CAST(9000 AS DECIMAL(38,12))
FROM range({pools}) AS a(d), range(DATE '{first}', DATE '{last}', INTERVAL 1 DAY) AS b(day), (VALUES (1), (5)) AS v(k)
"""
"""Each pool is used by every team of every product, and by two pools: one after it, and one that leads back to it."""


def write_rules(folder: Path) -> None:
    """Write taxonomy and allocation of 120 rules and 12 pools, unless they are there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "taxonomy.yaml").write_text(_taxonomy(), encoding="utf-8")
    pools = "\n".join(
        f"  - {{name: s{at}, when: {{product: s{at}}}, share: {{by: driver, driver: d{at}}}}}" for at in range(POOLS)
    )
    (folder / "allocation.yaml").write_text(f"to: [product, team]\npools:\n{pools}\n", encoding="utf-8")


def _taxonomy() -> str:
    """Return rules as people write them: what is known of names, accounts and ids comes before what tags say."""
    values = ", ".join([f"p{at}: {{}}" for at in range(PRODUCTS)] + [f"s{at}: {{shared: true}}" for at in range(POOLS)])
    platforms = ", ".join(f'"{111111111111 + at}": s{at}' for at in range(POOLS))
    names = ", ".join(f'"n{at}-*-prod-*": p{at % PRODUCTS}' for at in range(35))
    accounts = ", ".join(f'"{222222222222 + at}": p{at % PRODUCTS}' for at in range(11))
    when = "\n".join(
        f"      - when: {{ServiceName: 'Service {at}*', ResourceName: ['x{at}-*', '/^y{at}-[0-9]+.*$/']}}\n"
        f"        is: p{at % PRODUCTS}"
        for at in range(30)
    )
    ids = ", ".join(f'"/arn:.*:{at}:.*team{at}-.*/": team-{at}' for at in range(30))
    teams = ", ".join(f"team-{at}" for at in range(TEAMS))
    return (
        f"dimensions:\n  product:\n    values: {{{values}}}\n    from:\n      - account: {{{platforms}}}\n"
        f"      - name: {{{names}}}\n      - account: {{{accounts}}}\n{when}\n      - tag: [product, app]\n"
        f"  team:\n    values: [{teams}]\n    from:\n      - id: {{{ids}}}\n      - tag: team\n"
    )


def read_rules(folder: Path) -> tuple[Taxonomy, Allocation]:
    """Return taxonomy and allocation as a plan reads them."""
    taxonomy = read_taxonomy(folder)
    return taxonomy, read_allocation(folder, taxonomy, None)


def write_drivers(folder: Path, months: Sequence[date]) -> list[Path]:
    """Write the drivers' rows of some months, a file for each, unless they are there; return the files."""
    files = []
    for month in months:
        file = folder / f"drivers-{month}.parquet"
        files.append(file)
        if not file.exists():
            counts = {"pools": POOLS, "products": PRODUCTS, "teams": TEAMS}
            with Engine() as engine:
                # Charges of whole hours reach a little into the day after the last month.
                last = after(month) + timedelta(days=month == months[-1])
                engine.copy_parquet(_DRIVERS.format(first=month, last=last, **counts), file)
    return files


def offer_drivers(engine: Engine, files: Sequence[Path]) -> None:
    """Make the relation that a run reads drivers from: files, as the ledger has them."""
    engine.run(f"CREATE OR REPLACE TEMP VIEW {DRIVER_ROWS} AS SELECT * FROM read_parquet({file_list(files)})")


def after(month: date) -> date:
    """Return the first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def months_until(last: date, count: int) -> list[date]:
    """Return the first days of so many months, the last one last."""
    number = last.year * 12 + last.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(number - count + 1, number + 1)]


def project_of_months(folder: Path, model: Path, months: Sequence[date]) -> Project:
    """Return a project with the keys and the cube of the model's month in each of some months, unless it is there.

    Args:
        folder: Of the project.
        model: Project of one month.
        months: First days of billing periods.
    """
    if (folder / "made").exists():
        return load_project(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "finmod.yaml").write_text("name: months\ncurrency: USD\n", encoding="utf-8")
    project, given = load_project(folder), Ledger(load_project(model).store)
    with Engine() as engine:
        head = given.head(engine)
        read = {table.name: file_list(given.files(table, head)) for table in (CHARGE_KEYS, CHARGE_DAYS)}
        staged = [_prepared(engine, folder, read, month) for month in months]
        Ledger(project.store).commit(engine, staged, "load", datetime(2026, 11, 1, tzinfo=UTC))
    (folder / "made").touch()
    return project


def _prepared(engine: Engine, folder: Path, read: dict[str, str], month: date) -> PreparedPeriod:
    """Return a month with the model's days of the same number; a day that the month has not is left out."""
    files = {}
    for table, files_of in read.items():
        path = folder / f"{table}-{month}.parquet"
        day = f"DATE {literal(str(month))} + CAST(day(x_ChargeDate) AS INTEGER) - 1"
        moved, kept = "", ""
        if table == CHARGE_DAYS.name:
            moved, kept = f", {day} AS x_ChargeDate", f" WHERE {day} < DATE {literal(str(after(month)))}"
        replaced = f"DATE {literal(str(month))} AS x_BillingPeriod{moved}"
        sql = f"SELECT * REPLACE ({replaced}) FROM read_parquet({files_of}){kept}"
        files[table] = (path, engine.copy_parquet(sql, path))
    manifest = ManifestRow("bill.parquet", "", 0, files[CHARGE_DAYS.name][1], "USD", None, None, None)
    return PreparedPeriod("focus", month, "focus", "", files, (manifest,), {})


def allocate_all(engine: Engine, project: Project, rules: Path, drivers: Sequence[Path]) -> Run:
    """Read the rules and allocate every month of a project, as a plan does before it prints.

    Args:
        engine: Where.
        project: Has the charges.
        rules: Folder of taxonomy and allocation.
        drivers: Files of the drivers' rows.
    """
    taxonomy, allocation = read_rules(rules)
    offer_drivers(engine, drivers)
    values = {name: set(each.values or ()) for name, each in taxonomy.dimensions.items()}
    ledger = Ledger(project.store)

    def resolve(dimension: str, text: str, day: date | None = None) -> str | None:
        del day
        return text if text in values[dimension] else None

    return allocate(engine, ledger, ledger.head(engine), taxonomy, allocation, resolve=resolve)
