"""Drivers: read from where drivers.yaml says, kept, listed.

Owns which drivers are read anew and the order of the steps. Reading, converting and committing are done in ``sources``,
``normalize`` and ``ledger``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from finmod.engines.disk import told_when_full
from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import Problem, UserError
from finmod.ledger.aside import aside
from finmod.ledger.delta import damaged
from finmod.ledger.driver_facts import DriverFacts
from finmod.ledger.drivers import DriverLoad, NewDriver, commit_drivers, driver_state
from finmod.ledger.ledger import Ledger
from finmod.ledger.locks import hold
from finmod.ledger.tables import DRIVER_LOADS
from finmod.normalize.drivers import DriverPart
from finmod.settings.drivers import Driver, Grain, chosen_drivers, read_drivers
from finmod.settings.project import Project
from finmod.terms.findings import Finding
from finmod.workspace.driver_findings import look_at_drivers
from finmod.workspace.driver_kept import DriverReading
from finmod.workspace.driver_reading import read_driver
from finmod.workspace.steps import Step, silent, watching

# No source of bills can be called so.
_ASIDE = "_drivers"


@dataclass(frozen=True)
class LoadedDriver:
    """What a load did with one driver.

    Attributes:
        name: Of the driver.
        unit: What its values count.
        grain: Length of its periods.
        part: Its rows; None where it was not read anew, or has the same rows as before.
    """

    name: str
    unit: str
    grain: Grain
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
    if not drivers and ledger.delta.version(DRIVER_LOADS) < 0:
        return DriversLoad(), []
    with (
        told_when_full(),
        hold(ledger.locks, "drivers", "the drivers"),
        aside(ledger.staging, _ASIDE, now) as folder,
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
            said = driver.settings
            done.append(LoadedDriver(name, said.unit, said.grain, found.part if found else None))
            new += [found] if found else []
        after = commit_drivers(engine, ledger, new, gone, now) if new or gone else before
    return DriversLoad(tuple(done), tuple(gone), after.version), problems


def load_drivers_too(
    project: Project, now: datetime, step: Step, *, again: bool
) -> tuple[DriversLoad | None, list[Problem]]:
    """Read all drivers behind the bills; None where the project has none, and what is refused with the bills' own."""
    try:
        if not read_drivers(project.root):
            return None, []
        return load_drivers(project, [], now, step, again=again)
    except UserError as error:
        return None, list(error.problems)


@dataclass(frozen=True)
class DriverLine:
    """One driver as it is listed.

    Attributes:
        driver: Of drivers.yaml.
        load: What was loaded; None where nothing was.
        facts: Of its rows; None likewise.
        findings: What is odd about it.
    """

    driver: Driver
    load: DriverLoad | None
    facts: DriverFacts | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class DriverList:
    """The drivers of a project.

    Attributes:
        lines: One per driver of drivers.yaml, in its order.
        left: Findings of drivers that drivers.yaml has no more.
        version: Of the drivers; 0 where none was ever loaded.
    """

    lines: tuple[DriverLine, ...]
    left: tuple[Finding, ...]
    version: int


def list_drivers(project: Project) -> DriverList:
    """Return the drivers of a project with what is known of them.

    Raises:
        UserError: drivers.yaml or taxonomy.yaml has problems, or a file of the ledger is gone or damaged.
    """
    ledger = Ledger(project.store)
    with Engine(temp_folder=project.store / "spill") as engine:
        try:
            found = look_at_drivers(engine, project, ledger, ledger.head(engine))
        except EngineError as error:
            raise UserError(damaged(str(error))) from error
    lines = [
        DriverLine(driver, found.state.loads.get(name), found.facts.get(name), tuple(found.findings[name]))
        for name, driver in found.drivers.items()
    ]
    left = [finding for name, those in found.findings.items() if name not in found.drivers for finding in those]
    return DriverList(tuple(lines), tuple(left), found.state.version)
