"""The drivers' tables: what was loaded of each driver, replaced one driver at a time, at any version.

Owns commits and time travel of drivers. They have versions of their own beside those of the ledger: a version is made
by the table ``driver_loads``, which names the version of the rows that belongs to it, so that no reader sees a load by
halves.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine, EngineError, identifier
from finmod.errors import Problem, UserError, printable
from finmod.ledger.delta import NewFile, damaged
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import hold
from finmod.ledger.reduce import whole
from finmod.ledger.tables import DRIVER_LOADS, DRIVERS
from finmod.ledger.versions import Before, Stamp, write_whole
from finmod.normalize.drivers import DriverPart

DRIVER_COLUMNS = {
    "x_Driver": "VARCHAR",
    "x_Start": "TIMESTAMP",
    "x_End": "TIMESTAMP",
    "x_Grain": "VARCHAR",
    "x_Unit": "VARCHAR",
    "x_Dimensions": "VARCHAR",
    "x_Value": "DECIMAL(38,12)",
    "x_Filled": "VARCHAR",
    "x_Place": "VARCHAR",
}
"""Columns of the rows of drivers as they are read: instants are UTC."""


@dataclass(frozen=True)
class DriverLoad:
    """What a driver was read from last.

    Attributes:
        name: Of the driver.
        definition: Digest of what drivers.yaml said of it.
        content: Digest of its files, or of its rows where it has none.
        rows: Its rows, filled ones included.
        read: Rows of its files that have a value.
        empty: Rows without one.
        combined: Rows that were combined with others of their period and target.
        filled: Rows that fill gaps.
        units: Other units that its files tell -> number of rows.
        loaded_at: When, UTC.
    """

    name: str
    definition: str
    content: str
    rows: int
    read: int
    empty: int
    combined: int
    filled: int
    units: Mapping[str, int]
    loaded_at: datetime


@dataclass(frozen=True)
class DriverState:
    """The drivers at one version.

    Attributes:
        version: From 1; 0 where none was loaded.
        table: Delta version of the rows.
        loads: Name -> what was loaded.
    """

    version: int = 0
    table: int = 0
    loads: Mapping[str, DriverLoad] = field(default_factory=dict)


@dataclass(frozen=True)
class NewDriver:
    """A driver that was read, and what it was read from.

    Attributes:
        part: Its rows.
        definition: Digest of what drivers.yaml says of it.
        content: Digest of its files, or of its rows where it has none.
    """

    part: DriverPart
    definition: str
    content: str


def driver_state(
    engine: Engine, ledger: Ledger, version: int | None = None, *, at: datetime | None = None
) -> DriverState:
    """Return the drivers at a version, or at an instant; the newest where neither is given.

    Before the first load there is a state without drivers.

    Raises:
        UserError: There was no such version, or its files are gone or damaged.
    """
    newest = ledger.delta.version(DRIVER_LOADS)
    if newest <= 0:
        if version:
            raise UserError(_no_version(version, 0))
        return DriverState()
    rows = whole(DRIVER_LOADS, ledger.delta.files(DRIVER_LOADS, newest))
    columns = ", ".join(name for name in DRIVER_LOADS.columns if name not in {"x_LoadedAt", "x_CommittedAt"})
    try:
        until = f"WHERE x_CommittedAt <= TIMESTAMPTZ '{at.isoformat()}'" if at else ""
        last = engine.row(f"SELECT max(x_DriverVersion) FROM {rows} {until}")[0]
        wanted = last if version is None else version
        found = engine.rows(
            f"SELECT {columns}, epoch_us(x_LoadedAt) FROM {rows} WHERE x_DriverVersion = ? ORDER BY x_Driver", [wanted]
        )
    except EngineError as error:
        raise UserError(damaged(str(error))) from error
    if not found:
        if not wanted:
            return DriverState()
        raise UserError(_no_version(wanted, last))
    loads = {row[2]: _load(row) for row in found if row[2] is not None}
    return DriverState(wanted, found[0][1], loads)


def _load(row: Sequence[Any]) -> DriverLoad:
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=row[11])
    _, _, name, definition, content, rows, read, empty, combined, filled, units, _ = row
    return DriverLoad(name, definition, content, rows, read, empty, combined, filled, json.loads(units), instant)


def commit_drivers(
    engine: Engine, ledger: Ledger, new: Sequence[NewDriver], gone: Sequence[str], now: datetime
) -> DriverState:
    """Replace drivers, and take others out, as one change that readers see whole or not at all.

    Args:
        engine: Where the manifest is written.
        ledger: Its tables.
        new: What was read; the files move into the table.
        gone: Names of drivers that are no more.
        now: Time of the load, UTC.
    """
    with hold(ledger.locks, "commit-drivers", "the drivers", wait=True):
        before = driver_state(engine, ledger)
        for table in (DRIVERS, DRIVER_LOADS):
            ledger.delta.create(table)
        # A writer that died between its two commits left rows that no version names.
        if ledger.delta.version(DRIVERS) > before.table:
            ledger.delta.restore(DRIVERS, before.table)
        stamp = Stamp(f"{now:%Y%m%dT%H%M%S%f}-drivers", now, before.version + 1)
        files = [_moved(ledger, each.part, stamp) for each in new]
        version = ledger.delta.replace_alone(DRIVERS, files, gone)
        kept = [load for name, load in before.loads.items() if name not in {each.part.name for each in new} | {*gone}]
        rows = [*map(_kept, kept), *(_loaded(each, now) for each in new)] or [{}]
        mark = {"x_DriverVersion": stamp.version, "x_CommittedAt": now.isoformat(), "x_TableVersion": version}
        marked = [{**row, **mark} for row in rows]
        _append(engine, ledger, marked, stamp)
    return driver_state(engine, ledger)


def _moved(ledger: Ledger, part: DriverPart, stamp: Stamp) -> NewFile:
    folder = ledger.delta.path(DRIVERS) / f"x_Driver={part.name}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{stamp.name}-{stamp.version}.parquet"
    part.parquet.replace(target)
    return NewFile(target, part.rows, part.name)


def _append(engine: Engine, ledger: Ledger, rows: Sequence[Mapping[str, object]], stamp: Stamp) -> None:
    version = ledger.delta.version(DRIVER_LOADS)
    before = Before(ledger.delta.files(DRIVER_LOADS, version) if version > 0 else ())
    written = write_whole(engine, DRIVER_LOADS, ledger.delta.path(DRIVER_LOADS), rows, stamp, before)
    ledger.delta.replace(DRIVER_LOADS, [written])


def _kept(load: DriverLoad) -> dict[str, object]:
    return {
        "x_LoadedAt": load.loaded_at.isoformat(), "x_Driver": load.name, "x_Definition": load.definition,
        "x_Content": load.content, "x_Rows": load.rows, "x_Read": load.read, "x_Empty": load.empty,
        "x_Combined": load.combined, "x_Filled": load.filled, "x_Units": json.dumps(load.units),
    }  # fmt: skip


def _loaded(new: NewDriver, now: datetime) -> dict[str, object]:
    part = new.part
    return _kept(
        DriverLoad(
            part.name, new.definition, new.content, part.rows, part.read, part.empty, part.combined, part.filled,
            part.units, now,
        )
    )  # fmt: skip


def driver_files(ledger: Ledger, state: DriverState, names: Sequence[str] | None = None) -> list[Path]:
    """Return the Parquet files of drivers at one version; of all where ``names`` is None."""
    if not state.version:
        return []
    wanted = None if names is None else {f"x_Driver={name}" for name in names}
    files = ledger.delta.files(DRIVERS, state.table)
    return [file for file in files if wanted is None or file.parent.name in wanted]


def driver_rows(  # noqa: PLR0913 -- which rows of which state
    engine: Engine,
    ledger: Ledger,
    names: Sequence[str] | None = None,
    *,
    first: date | datetime | None = None,
    last: date | datetime | None = None,
    version: int | None = None,
) -> str:
    """Return SQL for rows of drivers, with the columns of ``DRIVER_COLUMNS``; none of what was never loaded.

    Args:
        engine: Where the state is looked up.
        ledger: Its tables.
        names: Of the drivers; all for None.
        first: Periods that end after it, UTC; None for no bound.
        last: Periods that start before it, UTC; None for no bound.
        version: Of the drivers; None for the newest.

    Raises:
        UserError: There was no such version, or its files are gone or damaged.
    """
    return rows_sql(driver_files(ledger, driver_state(engine, ledger, version), names), first, last)


def rows_sql(files: Sequence[Path], first: date | datetime | None = None, last: date | datetime | None = None) -> str:
    """Return SQL for the rows of drivers in files, as ``driver_rows``."""
    # On the stored column, so that row groups of other months are not read.
    conditions = [f"x_End > TIMESTAMPTZ '{first:%Y-%m-%d %H:%M:%S}+00'"] if first else []
    conditions += [f"x_Start < TIMESTAMPTZ '{last:%Y-%m-%d %H:%M:%S}+00'"] if last else []
    bounds = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    picked = {
        "x_Start": "make_timestamp(epoch_us(x_Start))",
        "x_End": "make_timestamp(epoch_us(x_End))",
        "x_Place": "concat(x_File, ', row ', x_Row)",
    }
    columns = ", ".join(f"{picked.get(name, identifier(name))} AS {identifier(name)}" for name in DRIVER_COLUMNS)
    return f"(SELECT {columns} FROM (SELECT * FROM {whole(DRIVERS, list(files))}{bounds}))"


def _no_version(version: int, last: int) -> Problem:
    return Problem(
        code="FM2170",
        found=f"the drivers have no version {printable(str(version), 40)}",
        expected=f"a version from 1 to {last}" if last else "a version, and none was loaded",
        remedy="Load drivers with: finmod drivers load." if not last else "Name another version.",
    )
