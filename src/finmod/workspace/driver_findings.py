"""What is odd about the drivers of a project: gaps, reach, signs, names, units, age.

Owns the words of these findings. They are told by ``finmod drivers`` and by ``finmod check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from finmod.engines.duckdb import Engine
from finmod.errors import UserError, counted, near, printable
from finmod.ledger.driver_facts import DriverFacts, days_of_bills, driver_facts
from finmod.ledger.drivers import DriverLoad, DriverState, driver_files, driver_state, rows_sql
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.settings.drivers import Driver, Grain, read_drivers
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.sources.drivers.files import driver_files as source_files
from finmod.sources.drivers.queries import query_of
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.driver_names import UnknownName, unknown_names
from finmod.taxonomy.reading import has_taxonomy, read_taxonomy
from finmod.terms.findings import Finding, codes
from finmod.workspace.driver_definition import OTHER_ENTRY, definition_of
from finmod.workspace.driver_reading import content_of

_MOST_NAMES = 5


@dataclass(frozen=True)
class DriversFound:
    """The drivers of a project with what is known of them.

    Attributes:
        drivers: Of drivers.yaml, in its order.
        state: What was loaded.
        facts: Name -> facts of its rows.
        findings: Name -> what is odd about it.
    """

    drivers: dict[str, Driver]
    state: DriverState
    facts: dict[str, DriverFacts]
    findings: dict[str, list[Finding]]


def driver_findings(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot) -> list[Finding]:
    """Return what is odd about the drivers of a project; nothing where it has none.

    Raises:
        UserError: drivers.yaml or taxonomy.yaml has problems, or the ledger is damaged.
    """
    found = look_at_drivers(engine, project, ledger, snapshot)
    return [finding for of_driver in found.findings.values() for finding in of_driver]


def look_at_drivers(engine: Engine, project: Project, ledger: Ledger, snapshot: Snapshot) -> DriversFound:
    """Return the drivers of a project with facts and findings.

    Raises:
        UserError: As ``driver_findings``.
    """
    drivers = read_drivers(project.root)
    state = driver_state(engine, ledger)
    if not drivers and not state.loads:
        return DriversFound({}, state, {}, {})
    names = [name for name in drivers if name in state.loads]
    rows = rows_sql(driver_files(ledger, state, names))
    loaded = max((load.loaded_at for load in state.loads.values()), default=datetime.now(tz=UTC))
    facts = driver_facts(engine, rows, loaded.astimezone(UTC).replace(tzinfo=None))
    taxonomy = read_taxonomy(project.root) if has_taxonomy(project.root) else None
    unknown = unknown_names(engine, taxonomy, rows) if taxonomy else []
    bills = days_of_bills(engine, ledger, snapshot)
    findings = {
        name: [
            *_age(project, driver, state.loads.get(name)),
            *(_of_rows(driver, facts[name], bills) if name in facts else ()),
            *(_of_load(driver, state.loads[name]) if name in state.loads else ()),
            *_names(driver, taxonomy, [each for each in unknown if each.driver == name]),
        ]
        for name, driver in drivers.items()
    }
    for name in state.loads:
        if name not in drivers:
            message = f"The driver {printable(name, 80)} is loaded, and drivers.yaml has it no more."
            findings[name] = [_finding("FM2191", message, example=name)]
    return DriversFound(drivers, state, facts, findings)


def _finding(  # noqa: PLR0913 -- what a finding tells
    code: str,
    message: str,
    *,
    rows: int | None = None,
    months: tuple[date, date] | None = None,
    example: str | None = None,
    where: str | None = None,
) -> Finding:
    first, last = (f"{months[0]:%Y-%m}", f"{months[1]:%Y-%m}") if months else (None, None)
    return Finding(
        code=code, severity=codes()[code].severity, message=message, rows=rows, billing_period=first,
        last_billing_period=last if last != first else None, example=example, where=where,
    )  # fmt: skip


def _age(project: Project, driver: Driver, load: DriverLoad | None) -> Iterator[Finding]:
    if load is None:
        yield _finding("FM2191", f"The driver {driver.name} was never loaded.", where=driver.place)
        return
    try:
        definition = definition_of(driver, query_of(project.root, driver))
        files = source_files(project.root, driver)
    except UserError as error:
        what = f"The driver {driver.name} cannot be read any more: {error.problems[0].found}."
        yield _finding("FM2191", what, where=driver.source_place)
        return
    if definition != load.definition:
        yield _finding("FM2191", f"The driver {driver.name} {OTHER_ENTRY}.", where=driver.place)
    elif files and content_of(files) != load.content:
        what = f"The files of the driver {driver.name} changed after they were loaded."
        yield _finding("FM2191", what, where=files[0].name)


def _of_rows(driver: Driver, facts: DriverFacts, bills: tuple[date, date] | None) -> Iterator[Finding]:
    grain, unit = driver.settings.grain, driver.settings.unit
    if facts.first_gap:
        lacks = counted(facts.gaps, grain)
        message = f"The driver {driver.name} has no row of {lacks} between its first and last one; the first is "
        months = facts.first_gap.date(), facts.first_gap.date()
        yield _finding("FM2185", f"{message}{_told(facts.first_gap, grain)}.", rows=facts.gaps, months=months)
    if bills:
        yield from _reach(driver, facts, bills)
    if facts.negative:
        message = (
            f"The driver {driver.name} has {counted(facts.negative, 'negative value')}, "
            f"{_number(facts.negative_sum)} {printable(unit, 40)} in all."
        )
        yield _finding("FM2187", message, rows=facts.negative, where=facts.negative_place)
    if facts.future:
        message = (
            f"The driver {driver.name} has {counted(facts.future, 'row')} of periods that had not begun when it was "
        )
        yield _finding("FM2190", f"{message}loaded, up to {_told(facts.last, grain)}.", rows=facts.future)


def _reach(driver: Driver, facts: DriverFacts, bills: tuple[date, date]) -> Iterator[Finding]:
    """Yield what days of bills a driver does not reach; of a monthly one the months."""
    first, end = bills
    last = end - timedelta(days=1)
    begins, ends = facts.first.date(), facts.end.date()
    lacks, months = [], list[date]()
    if begins > (first.replace(day=1) if driver.settings.grain == "month" else first):
        lacks.append(f"before {_told(facts.first, driver.settings.grain)}")
        months += [first, min(begins - timedelta(days=1), last)]
    if ends < end:
        lacks.append(f"after {_told(facts.last, driver.settings.grain)}")
        months += [max(ends, first), last]
    if lacks:
        message = f"The driver {driver.name} has nothing {' and nothing '.join(lacks)}, and bills have charges from "
        yield _finding("FM2186", f"{message}{first} to {last}.", months=(months[0], months[-1]))


def _of_load(driver: Driver, load: DriverLoad) -> Iterator[Finding]:
    for unit, rows in load.units.items():
        message = (
            f"{counted(rows, 'row')} of the driver {driver.name} {'says' if rows == 1 else 'say'} the unit "
            f"{printable(unit, 40)!r}, and drivers.yaml {printable(driver.settings.unit, 40)!r}."
        )
        yield _finding("FM2189", message, rows=rows, example=unit)
    if load.combined:
        message = f"{counted(load.combined, 'row')} of the driver {driver.name} became part of another one of the same "
        yield _finding("FM2192", f"{message}period and target ({driver.settings.combined}).", rows=load.combined)
    if load.empty:
        message = f"{counted(load.empty, 'row')} of the driver {driver.name} {'has' if load.empty == 1 else 'have'} no "
        yield _finding(
            "FM2192", f"{message}value, and {'was' if load.empty == 1 else 'were'} passed over.", rows=load.empty
        )
    if load.filled:
        message = (
            f"{counted(load.filled, 'gap')} of the driver {driver.name} {'was' if load.filled == 1 else 'were'} filled "
        )
        yield _finding("FM2193", f"{message}({driver.settings.gaps}).", rows=load.filled)


def _names(driver: Driver, taxonomy: Taxonomy | None, unknown: Sequence[UnknownName]) -> Iterator[Finding]:
    unit = printable(driver.settings.unit, 40)
    for dimension, group in groupby(unknown, key=lambda each: each.dimension):
        texts = list(group)
        shown = listing([repr(printable(each.text, 40)) for each in texts[:_MOST_NAMES]], "and")
        more = f" and {len(texts) - _MOST_NAMES:,} more" if len(texts) > _MOST_NAMES else ""
        rows, value = sum(each.rows for each in texts), sum((each.value for each in texts), Decimal())
        message = (
            f"The driver {driver.name} names what is no {dimension}: {shown}{more}; {counted(rows, 'row')}, "
            f"{_number(value)} {unit}."
        )
        yield _finding("FM2188", message, rows=rows, example=texts[0].text, where=texts[0].place)
    for name in driver.settings.by if taxonomy else ():
        # Customers and the like of a level are no dimensions of the taxonomy; a slip of the pen is near to one.
        close = near(name, taxonomy.dimensions) if taxonomy and name not in taxonomy.dimensions else None
        if close:
            message = f"The driver {driver.name} is told by {name!r}, and the taxonomy has {close!r}: is that meant?"
            yield _finding("FM2194", message, example=name, where=driver.place)


def _told(period: datetime, grain: Grain) -> str:
    return {"hour": f"{period:%Y-%m-%d %H:%M} UTC", "day": f"{period:%Y-%m-%d}", "month": f"{period:%Y-%m}"}[grain]


def _number(value: Decimal) -> str:
    """Return a value for people: thousands separated, no zeros at its end.

    >>> _number(Decimal("1234.500"))
    '1,234.5'
    """
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
