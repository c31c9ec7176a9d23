"""Drivers: read from where drivers.yaml says, kept, listed.

Owns which drivers are read anew and the order of the steps. Reading, converting and committing are done in ``sources``,
``normalize`` and ``ledger``.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.drivers import DriverLoad, NewDriver, commit_drivers, driver_state
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import hold
from finmod.normalize.drivers import DriverPart, convert_driver
from finmod.settings.driver_source import names_a_file
from finmod.settings.drivers import Driver, chosen_drivers, read_drivers
from finmod.settings.project import Project
from finmod.sources.drivers.files import driver_files, stage_files
from finmod.sources.files import SourceFile
from finmod.workspace.steps import Step, silent, watching


@dataclass(frozen=True)
class LoadedDriver:
    """What a load did with one driver.

    Attributes:
        name: Of the driver.
        part: Its rows; None where it was not read anew, or has the same rows as before.
    """

    name: str
    part: DriverPart | None


@dataclass(frozen=True)
class DriversLoad:
    """What a load of drivers did.

    Attributes:
        drivers: What was done with each.
        gone: Drivers that drivers.yaml has no more, and that left.
        version: Version of the drivers afterwards; 0 where none was ever loaded.
    """

    drivers: tuple[LoadedDriver, ...] = ()
    gone: tuple[str, ...] = ()
    version: int = 0


def load_drivers(
    project: Project, names: Sequence[str], now: datetime, step: Step = silent, *, again: bool = False
) -> tuple[DriversLoad, list[Problem]]:
    """Read drivers anew whose files or definition changed; each by itself, all that succeed as one version.

    Args:
        project: Whose drivers.
        names: Some of them; none for all: then those that drivers.yaml has no more leave.
        now: Time of the load, UTC.
        step: Progress.
        again: Read those that have not changed too.

    Returns:
        What was done, and the problems of the drivers that were refused: they stay as they were.

    Raises:
        UserError: drivers.yaml has problems, or no driver of a name.
    """
    drivers = read_drivers(project.root)
    chosen = chosen_drivers(drivers, tuple(names))
    ledger = Ledger(project.store)
    with (
        told_when_full(),
        hold(ledger.locks, "drivers", "the drivers"),
        _staging(ledger, now) as folder,
        Engine(temp_folder=folder / "spill") as engine,
        watching(engine, step) as told,
    ):
        before = driver_state(engine, ledger)
        gone = [] if names else [name for name in before.loads if name not in drivers]
        done, new, problems = list[LoadedDriver](), list[NewDriver](), list[Problem]()
        for number, (name, driver) in enumerate(chosen.items()):
            told(f"driver {name}", number, len(chosen))
            try:
                found = _read(engine, project, driver, before.loads.get(name), folder, again=again)
            except UserError as error:
                problems += error.problems
                continue
            done.append(LoadedDriver(name, found.part if found else None))
            new += [found] if found else []
        after = commit_drivers(engine, ledger, new, gone, now) if new or gone else before
    return DriversLoad(tuple(done), tuple(gone), after.version), problems


@contextmanager
def _staging(ledger: Ledger, now: datetime) -> Iterator[Path]:
    ledger.clear_staging("drivers")
    folder = ledger.staging / f"drivers@{now:%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(  # noqa: PLR0913 -- a driver, what is known of it, and where it is read
    engine: Engine, project: Project, driver: Driver, before: DriverLoad | None, folder: Path, *, again: bool
) -> NewDriver | None:
    """Return a driver as it is now; None where it is as it was."""
    definition = definition_of(project.root, driver)
    files = driver_files(project.root, driver)
    content = content_of(files)
    is_known = before is not None and before.definition == definition
    if is_known and not again and files and before is not None and before.content == content:
        return None
    parts = stage_files(engine, files, folder)
    part = convert_driver(engine, driver, parts, folder / f"{driver.name}.parquet")
    for staged in parts:
        if staged.parquet.is_relative_to(folder):
            staged.parquet.unlink(missing_ok=True)
    content = content or part.digest
    if is_known and not again and before is not None and before.content == content:
        return None
    return NewDriver(part, definition, content)


def definition_of(root: Path, driver: Driver) -> str:
    """Return a digest of what drivers.yaml says of a driver, and of the query that it names."""
    said = driver.settings.model_dump(mode="json", exclude={"label", "description"})
    source = driver.settings.source
    texts = [(root / text).read_text() for text in (source.sql, source.query) if text and names_a_file(text)]
    return hashlib.sha256(json.dumps([said, texts], sort_keys=True).encode()).hexdigest()


def content_of(files: Sequence[SourceFile]) -> str:
    """Return a digest of files; empty where there are none."""
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest() if files else ""
