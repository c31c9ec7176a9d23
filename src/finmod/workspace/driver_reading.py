"""One driver on its way into the ledger: read from where drivers.yaml says, and told whether it changed.

Owns which reader a driver has, what it is known by, and what of a server's driver is kept: Prometheus forgets, the
ledger does not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger import drivers as kept_drivers
from finmod.ledger.drivers import DriverState, NewDriver, rows_sql
from finmod.ledger.ledger import Ledger
from finmod.normalize.drivers import convert_driver, digest_of, no_rows
from finmod.settings.drivers import Driver
from finmod.sources.drivers.excel import stage_excel
from finmod.sources.drivers.files import driver_files, stage_files
from finmod.sources.drivers.postgres import stage_postgres
from finmod.sources.drivers.prometheus import stage_prometheus, window_of
from finmod.sources.drivers.queries import Query, query_of
from finmod.sources.drivers.sql import stage_query
from finmod.sources.files import SourceFile
from finmod.sources.stage import Staged, stage


@dataclass(frozen=True)
class DriverReading:
    """Where drivers are read.

    Attributes:
        engine: Reads and converts.
        root: Folder of the project.
        ledger: Has what was loaded.
        before: What was loaded.
        folder: Temporary folder.
        now: Time of the load, UTC.
    """

    engine: Engine
    root: Path
    ledger: Ledger
    before: DriverState
    folder: Path
    now: datetime


def read_driver(reading: DriverReading, driver: Driver, *, again: bool) -> NewDriver | None:
    """Return a driver as it is now; None where it is as it was.

    Args:
        reading: Where it is read.
        driver: What drivers.yaml says.
        again: Take it although it is as it was; Prometheus is asked for the whole window again.

    Raises:
        UserError: It cannot be read.
    """
    query = query_of(reading.root, driver)
    definition = definition_of(driver, query)
    files = driver_files(reading.root, driver)
    content = content_of(files)
    known = reading.before.loads.get(driver.name)
    is_known = known is not None and known.definition == definition and not again
    if is_known and known is not None and files and known.content == content:
        return None
    parts = _staged(reading, driver, files, query, is_known=is_known)
    if not parts:
        if is_known:
            return None
        raise no_rows(driver)
    part = convert_driver(reading.engine, driver, parts, reading.folder / f"{driver.name}.parquet")
    for staged in parts:
        if staged.parquet.is_relative_to(reading.folder):
            staged.parquet.unlink(missing_ok=True)
    content = content or digest_of(reading.engine, part)
    if is_known and known is not None and known.content == content:
        return None
    return NewDriver(part, definition, content)


def _staged(
    reading: DriverReading, driver: Driver, files: Sequence[SourceFile], query: Query | None, *, is_known: bool
) -> list[Staged]:
    engine, folder = reading.engine, reading.folder
    if query is None:
        is_excel = driver.settings.source.kind == "excel"
        return stage_excel(engine, driver, files, folder) if is_excel else stage_files(engine, files, folder)
    if driver.settings.source.kind == "sql":
        return stage_query(engine, reading.root, query, folder)
    if driver.settings.source.kind == "postgres":
        return stage_postgres(engine, driver, query, folder)
    kept, until = _kept(reading, driver, query) if is_known else ([], None)
    window = window_of(driver, until, reading.now)
    found = stage_prometheus(engine, driver, query, window, folder) if window else []
    return [*kept, *found] if found else []


def _kept(reading: DriverReading, driver: Driver, query: Query) -> tuple[list[Staged], datetime | None]:
    """Return what is in the ledger of a driver, as if it had been read, and the end of its last period."""
    files = kept_drivers.driver_files(reading.ledger, reading.before, [driver.name])
    rows = f"(SELECT * FROM {rows_sql(files)} WHERE x_Filled IS NULL)"
    until = reading.engine.row(f"SELECT max(x_End) FROM {rows}")[0]
    if until is None:
        return [], None
    settings, target = driver.settings, reading.folder / "kept.parquet"
    day, value = identifier(settings.date or "date"), identifier(settings.value or "value")
    by = "".join(
        f", x_Dimensions ->> {literal(f'$.{identifier(name)}')} AS {identifier(settings.column(name))}"
        for name in settings.by
    )
    reading.engine.copy_parquet(
        f"SELECT x_Start AS {day}{by}, x_Value AS {value} FROM {rows} ORDER BY x_Start, x_Dimensions",
        target,
        ordered=True,
    )
    file = SourceFile(target, query.name, "", target.stat().st_size)
    return [stage(reading.engine, file, reading.folder)], until.replace(tzinfo=UTC)


def definition_of(driver: Driver, query: Query | None) -> str:
    """Return a digest of what drivers.yaml says of a driver, and of the query that it names."""
    said = driver.settings.model_dump(mode="json", exclude={"label", "description"})
    text = query.text if query else None
    return hashlib.sha256(json.dumps([said, text], sort_keys=True).encode()).hexdigest()


def content_of(files: Sequence[SourceFile]) -> str:
    """Return a digest of files; empty where there are none."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest() if files else ""
