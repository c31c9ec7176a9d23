"""Drivers: read from where drivers.yaml says, kept, listed.

Owns which drivers are read anew and the order of the steps. Reading, converting and committing are done in ``sources``,
``normalize`` and ``ledger``.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine
from finmod.errors import Problem, UserError
from finmod.ledger.drivers import NewDriver, commit_drivers, driver_state
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import hold
from finmod.normalize.drivers import DriverPart
from finmod.settings.drivers import chosen_drivers, read_drivers
from finmod.settings.project import Project
from finmod.workspace.driver_reading import DriverReading, read_driver
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
        reading = DriverReading(engine, project.root, ledger, before, folder, now)
        done, new, problems = list[LoadedDriver](), list[NewDriver](), list[Problem]()
        for number, (name, driver) in enumerate(chosen.items()):
            told(f"driver {name}", number, len(chosen))
            try:
                found = read_driver(reading, driver, again=again)
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
