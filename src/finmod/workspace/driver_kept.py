"""A driver of Prometheus on its way into the ledger: what is asked for, and what of the ledger stays beside it.

Owns that Prometheus forgets and the ledger does not: later loads ask for later periods alone, and of periods that are
asked for again the ledger keeps those that the server does not have any more, or not as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.ledger.drivers import DriverState, driver_files, rows_sql
from finmod.ledger.ledger import Ledger
from finmod.settings.drivers import Driver
from finmod.sources.drivers.prometheus import Window, stage_prometheus, start_of, window_of
from finmod.sources.drivers.queries import Query
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


def read_prometheus(
    reading: DriverReading, driver: Driver, query: Query, *, is_same: bool, again: bool
) -> list[Staged]:
    """Return the rows of a driver: those of the ledger that stay, and those that the server has told.

    Args:
        reading: Where it is read.
        driver: What drivers.yaml says.
        query: What is asked.
        is_same: Whether drivers.yaml says the same as at the load before; else the ledger keeps nothing.
        again: Ask for all periods, those in the ledger too.

    Returns:
        Nothing where the server has told nothing.
    """
    engine = reading.engine
    files = driver_files(reading.ledger, reading.before, [driver.name]) if is_same else []
    rows = f"(SELECT * FROM {rows_sql(files)} WHERE x_Filled IS NULL)"
    until = engine.row(f"SELECT max(x_End) FROM {rows}")[0]
    window = window_of(driver, until.replace(tzinfo=UTC) if until and not again else None, reading.now)
    found = stage_prometheus(engine, driver, query, window, reading.folder) if window else []
    if not found or window is None or until is None:
        return found
    end = _kept_until(engine, driver, found[0], window, rows) if again else f"{until:%Y-%m-%dT%H:%M:%SZ}"
    return [*_kept(reading, driver, query, (rows, end)), *_later(reading, driver, found[0], end)]


def _day(driver: Driver, staged: Staged) -> str:
    """Return SQL for the instants of an answer."""
    name = driver.settings.date or "date"
    return next(column.sql for column in staged.columns if column.name == name)


def _kept_until(engine: Engine, driver: Driver, found: Staged, window: Window, rows: str) -> str:
    """Return until before which instant the ledger's rows stay, as the server's answer writes instants.

    Where the answer begins behind the window, the server has forgotten what was before, and maybe a part of its first
    period: the ledger has that as a whole.
    """
    first = start_of(datetime.fromisoformat(engine.row(f"SELECT min({_day(driver, found)}) FROM {found.relation}")[0]),
                     driver.settings.grain)  # fmt: skip
    end = engine.row(f"SELECT max(x_End) FROM {rows} WHERE x_Start = TIMESTAMP '{first:%Y-%m-%d %H:%M:%S}'")[0]
    return f"{end if end and first > window.start else first:%Y-%m-%dT%H:%M:%SZ}"


def _kept(reading: DriverReading, driver: Driver, query: Query, kept: tuple[str, str]) -> list[Staged]:
    """Return rows of the ledger until before an instant, as if they had been read."""
    rows, end = kept
    rows = f"(SELECT * FROM {rows} WHERE x_Start < CAST({literal(end)} AS TIMESTAMP))"
    if not reading.engine.row(f"SELECT count(*) FROM {rows}")[0]:
        return []
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
    return [stage(reading.engine, file, reading.folder)]


def _later(reading: DriverReading, driver: Driver, found: Staged, end: str) -> list[Staged]:
    """Return what the server has told from an instant on."""
    later = f"{_day(driver, found)} >= {literal(end)}"
    if not reading.engine.row(f"SELECT count(*) FROM {found.relation} WHERE NOT {later}")[0]:
        return [found]
    target = reading.folder / "later.parquet"
    columns = ", ".join(f"{column.sql} AS {identifier(column.name)}" for column in found.columns)
    sql = f"SELECT {columns} FROM {found.relation} WHERE {later} ORDER BY file_row_number"
    if not reading.engine.copy_parquet(sql, target, ordered=True):
        return []
    file = SourceFile(target, found.file.name, "", target.stat().st_size)
    return [stage(reading.engine, file, reading.folder)]
