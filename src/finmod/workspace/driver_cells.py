"""Drivers by month or day and member: what metrics, unit economics and the product P&L divide by and earn.

Owns the reading of a driver's rows into cells: names as the taxonomy has them, money in the reporting currency. What
becomes of several days of a month, and of days that lack, is told by who asks.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from finmod.engines.duckdb import Engine, literal
from finmod.ledger.close_rates import KeptRate, every_kept_rate
from finmod.ledger.drivers import driver_files, driver_state, rows_sql
from finmod.ledger.fx_file import read_rates
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.rates import Rule, rates_used
from finmod.ledger.reductions import kept
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import Driver
from finmod.settings.project import Project
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.segments import Segments
from finmod.taxonomy.value_reader import ValueReader
from finmod.terms.money import whole_sum
from finmod.workspace.driver_definition import is_by_another_entry

Length = Literal["day", "month"]
Member = tuple[str | None, ...]
"""Values of dimensions, in their order; None where a driver names none, or what the taxonomy does not know."""

# Changes where what is kept of a driver would be other rows for the same files.
_SHAPE = "2"
_PLACES = Decimal("1E-12")
_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


class Reading(NamedTuple):
    """What a driver tells of a member in a day or month.

    Attributes:
        total: Sum of the values; None where one of them is in a currency without a rate.
        periods: Number of the driver's own periods, hours, days or a month, that have a value.
        first: Day of the first of them.
        last: Value of the last of them; None as ``total``.
    """

    total: Decimal | None
    periods: int
    first: date
    last: Decimal | None


@dataclass(frozen=True)
class DriverCells:
    """A driver by day or month and member.

    Attributes:
        name: Of the driver.
        unit: What its values count; the reporting currency where they are money.
        grain: Length of its own periods.
        by: The dimensions of ``Member``: those of the question that the driver is told by.
        cells: First day of the day or month, member -> what is told of it.
        since: Member -> day of its first period.
        until: Day after the last period of any member; None without rows.
        unrated: Currency -> days of periods without an exchange rate.
        is_stale: Whether its rows were loaded by another entry of drivers.yaml than stands there now.
    """

    name: str
    unit: str
    grain: str
    by: tuple[str, ...]
    cells: Mapping[tuple[date, Member], Reading]
    since: Mapping[Member, date]
    until: date | None
    unrated: Mapping[str, Sequence[date]] = field(default_factory=dict)
    is_stale: bool = False

    @cached_property
    def lasts(self) -> Mapping[Member, date]:
        """Return member -> first day of its last day or month with a value."""
        found: dict[Member, date] = {}
        for start, member in self.cells:
            if member not in found or start > found[member]:
                found[member] = start
        return found


def driver_cells(  # noqa: PLR0913, PLR0917 -- what is read, of whom, and how it is told
    engine: Engine,
    project: Project,
    ledger: Ledger,
    taxonomy: Taxonomy | None,
    driver: Driver,
    by: Sequence[str] = (),
    *,
    length: Length = "month",
    version: int | None = None,
    bounds: tuple[date | None, date | None] = (None, None),
    snapshot: Snapshot | None = None,
) -> DriverCells:
    """Return a driver by day or month and by those of some dimensions that it is told by.

    Rows of dimensions that are not asked for are added up, and so are texts of one member. A driver in another currency
    is told in the reporting currency, each of its periods by the rate of its last day: that which the close of its
    month keeps, where it keeps one, as costs are.

    Args:
        engine: Where to read.
        project: Whose; it has the exchange rates.
        ledger: Has the rows.
        taxonomy: Says which value a text is; None where there is none: texts stay as they are.
        driver: Which.
        by: Dimensions that are asked for.
        length: Of the periods that cells have; hours are added up to days, a month is a month in any case.
        version: Of the drivers; None for the newest.
        bounds: Only periods that end after the first and start before the second of two days; None for no bound.
        snapshot: State of the ledger whose closes keep rates; None for the newest.
    """
    own = tuple(name for name in by if name in driver.settings.by)
    state = driver_state(engine, ledger, version)
    is_abroad = driver.settings.unit in CURRENCIES and driver.settings.unit != project.currency
    step: Length = "day" if is_abroad else length  # each day has a rate
    files = driver_files(ledger, state, [driver.name])
    rows = _rows(engine, _sql(engine, project.store, files, driver, own, step, bounds), bounds)
    members = _members(engine, taxonomy, own, {row.text for row in rows})
    alike = _alike(rows, members, length) if driver.settings.grain != length else {}
    if alike:
        rows = _rows(engine, _sql(engine, project.store, files, driver, own, step, bounds, alike), bounds)
    unit, unrated = driver.settings.unit, dict[str, list[date]]()
    if is_abroad:
        state_of_closes = snapshot or ledger.head(engine)
        rows, unrated = _converted(project, unit, rows, every_kept_rate(engine, ledger, state_of_closes))
        rows = _by_month(rows) if length == "month" else rows
        unit = project.currency
    is_stale = is_by_another_entry(project.root, driver, state.loads.get(driver.name))
    empty = DriverCells(driver.name, unit, driver.settings.grain, own, {}, {}, None, unrated, is_stale)
    return _cells(empty, rows, members)


def driver_targets(
    engine: Engine, project: Project, ledger: Ledger, driver: Driver, *, version: int | None = None
) -> int:
    """Return how many targets a driver has."""
    if not driver.settings.by:
        return 1
    files = driver_files(ledger, driver_state(engine, ledger, version), [driver.name])
    rows = _sql(engine, project.store, files, driver, driver.settings.by, "month", (None, None))
    return int(engine.row(f"SELECT count(DISTINCT x_Dimensions) FROM {rows}")[0])


class _Row(NamedTuple):
    start: date
    text: str
    reading: Reading
    end: date


def _told(own: Sequence[str], by: Sequence[str]) -> str:
    """Return SQL of the targets of a row as JSON, of the dimensions that are asked for alone."""
    if len(own) == len(by):
        return "x_Dimensions" if own else "'{}'"
    # Names of dimensions have no sign that a pointer of JSON would take for another.
    parts = (f"{literal(name)}, json_extract_string(x_Dimensions, {literal('/' + name)})" for name in own)
    return f"CAST(json_object({', '.join(parts)}) AS VARCHAR)" if own else "'{}'"


Bounds = tuple[date | None, date | None]


def _sql(  # noqa: PLR0913, PLR0917 -- what is read, and how it is told
    engine: Engine,
    store: Path,
    files: Sequence[Path],
    driver: Driver,
    own: Sequence[str],
    step: Length,
    bounds: Bounds,
    alike: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Return SQL of a driver by day or month, and by the texts of its targets; of those that are alike by one of them.

    What months come to is kept: years of days are read once. Of what is not kept no more is read than is asked for.
    """
    is_kept = step == "month" and driver.settings.grain != "month" and bool(files)
    rows, told = rows_sql(files, *((None, None) if is_kept else bounds)), _told(own, driver.settings.by)
    is_plain = step == driver.settings.grain and _are_all(engine, rows, step)
    if told != "x_Dimensions":  # what is not asked for is added up before periods are
        one = f"x_Start, max(x_End) AS x_End, {told} AS x_Dimensions, sum(x_Value) AS x_Value"
        rows = f"(SELECT {one} FROM {rows} GROUP BY x_Start, {told})"
    if alike:
        texts, others = (f"[{', '.join(map(literal, each))}]" for each in (alike, alike.values()))
        rows = (
            "(SELECT x_Start, max(x_End) AS x_End, coalesce(a.one, x_Dimensions) AS x_Dimensions, sum(x_Value) "
            f"AS x_Value FROM {rows} LEFT JOIN (SELECT unnest({texts}) AS text, unnest({others}) AS one) AS a "
            "ON x_Dimensions = a.text GROUP BY ALL)"
        )
    if is_plain:  # a row of each text and period is there at most
        return (
            "(SELECT CAST(x_Start AS DATE) AS start, x_Dimensions, x_Value AS total, 1 AS periods, "
            f"CAST(x_Start AS DATE) AS first, x_Value AS last, CAST(x_End AS DATE) AS ended FROM {rows})"
        )
    sql = (
        f"SELECT CAST(date_trunc('{step}', x_Start) AS DATE) AS start, x_Dimensions, sum(x_Value) AS total, "
        f"count(*) AS periods, CAST(min(x_Start) AS DATE) AS first, arg_max(x_Value, x_Start) AS last, "
        f"CAST(max(x_End) AS DATE) AS ended FROM {rows} GROUP BY ALL"
    )
    if not is_kept:
        return f"({sql})"
    mark = [_SHAPE, step, told, *(file.name for file in files), *(part for pair in alike.items() for part in pair)]
    return kept(engine, store, f"driver-{driver.name}", mark, sql)


def _are_all(engine: Engine, rows: str, grain: Length) -> bool:
    """Return whether rows are of a grain: drivers.yaml may tell another one than they were loaded by."""
    return bool(engine.row(f"SELECT coalesce(bool_and(x_Grain = {literal(grain)}), true) FROM {rows}")[0])


def _alike(rows: Sequence[_Row], members: Mapping[str, Member], length: Length) -> dict[str, str]:
    """Return texts -> the one that stands for their member, of members that have several in one of the periods asked.

    Their own periods are told apart in the files alone: an alias that was given up in mid-month has other days than the
    one after it, and two that stand beside each other have the same.
    """
    texts: defaultdict[tuple[date, Member], set[str]] = defaultdict(set)
    for row in rows:
        start = row.start.replace(day=1) if length == "month" else row.start
        texts[start, members[row.text]].add(row.text)
    shared = {member for (_, member), every in texts.items() if len(every) > 1}
    first: dict[Member, str] = {}
    for text in sorted(members):
        if members[text] in shared:
            first.setdefault(members[text], text)
    return {text: first[member] for text, member in members.items() if member in first and first[member] != text}


def _rows(engine: Engine, sql: str, bounds: Bounds) -> list[_Row]:
    first, last = bounds
    tests = [f"ended > DATE '{first}'"] if first else []
    tests += [f"start < DATE '{last}'"] if last else []
    where = f" WHERE {' AND '.join(tests)}" if tests else ""
    # Texts come twice as fast as decimals do, and what follows from the rest need not come.
    last_value = "CASE WHEN periods > 1 THEN CAST(last AS VARCHAR) END"
    told = f"start, x_Dimensions, CAST(total AS VARCHAR), periods, nullif(first, start), {last_value}, ended"
    found = []
    for start, text, total, periods, since, latest, ended in engine.rows(f"SELECT {told} FROM {sql}{where}"):
        amount = None if total is None else Decimal(total)
        level = amount if periods == 1 else None if latest is None else Decimal(latest)
        found.append(_Row(start, text, Reading(amount, periods, since or start, level), ended))
    return found


def _converted(
    project: Project, currency: str, rows: Sequence[_Row], closed: Iterable[KeptRate]
) -> tuple[list[_Row], dict[str, list[date]]]:
    published = read_rates(project.fx) if project.fx else {}
    days = {row.end - timedelta(days=1) for row in rows}
    rule = Rule(project.currency, project.fx_rate, project.fx_days)
    rates = {used.charge_date: used.rate for used in rates_used([(currency, day) for day in days], published, rule)}
    # What is closed has the rate that its costs have.
    rates |= {
        each.charge_date: each.rate
        for each in closed
        if (each.currency, each.to) == (currency, project.currency) and each.month == each.charge_date.replace(day=1)
    }

    def told(amount: Decimal | None, rate: Decimal | None) -> Decimal | None:
        if amount is None or rate is None:
            return None
        return _WIDE.quantize(_WIDE.multiply(amount, rate), _PLACES)

    found = []
    for row in rows:
        rate, one = rates.get(row.end - timedelta(days=1)), row.reading
        reading = Reading(told(one.total, rate), one.periods, one.first, told(one.last, rate))
        found.append(_Row(row.start, row.text, reading, row.end))
    lacking = sorted({row.start for row in found if row.reading.total is None})
    return found, {currency: lacking} if lacking else {}


def _by_month(rows: Sequence[_Row]) -> list[_Row]:
    """Put the days of a month together, text by text."""
    parts: defaultdict[tuple[date, str], list[_Row]] = defaultdict(list)
    for row in rows:
        parts[row.start.replace(day=1), row.text].append(row)
    found = []
    for (start, text), every in parts.items():
        readings = [row.reading for row in every]
        reading = Reading(
            whole_sum(one.total for one in readings),
            sum(one.periods for one in readings),
            min(one.first for one in readings),
            max(readings, key=_first).last,
        )
        found.append(_Row(start, text, reading, max(row.end for row in every)))
    return found


def _first(reading: Reading) -> date:
    return reading.first


def _members(engine: Engine, taxonomy: Taxonomy | None, own: Sequence[str], texts: Iterable[str]) -> dict[str, Member]:
    """Return JSON of a row's targets -> its member: a text is the value that it was last."""
    every = [*texts]
    parsed: dict[str, dict[str, Any]] = dict(zip(every, json.loads(f"[{','.join(every)}]"), strict=True))
    named: dict[str, dict[str, str | None]] = {}
    for name in own:
        words = {each[name] for each in parsed.values() if each.get(name) is not None}
        named[name] = named_texts(engine, taxonomy, name, sorted(words))
    return {text: tuple(named[name].get(each.get(name, "")) for name in own) for text, each in parsed.items()}


def named_texts(
    engine: Engine, taxonomy: Taxonomy | None, dimension: str, texts: Sequence[str]
) -> dict[str, str | None]:
    """Return text of a driver -> the value that it was last, or None; itself where there is no taxonomy."""
    if taxonomy is None or dimension not in taxonomy.dimensions:
        return dict(zip(texts, texts, strict=True))
    segments = Segments(taxonomy.days())
    reader = ValueReader(engine, taxonomy.dimensions[dimension], segments)
    found: dict[str, str | None] = {}
    for segment in reversed(segments.all()):
        left = [(segment, text) for text in texts if found.get(text) is None]
        found |= {text: value for _, text, value, _ in reader.read(left)} if left else {}
    return found


def _cells(empty: DriverCells, rows: Sequence[_Row], members: Mapping[str, Member]) -> DriverCells:
    """Put rows together that are of one member."""
    cells: dict[tuple[date, Member], Reading] = {}
    since: dict[Member, date] = {}
    shared: defaultdict[tuple[date, Member], list[Reading]] = defaultdict(list)
    for start, text, reading, _ in rows:
        member = members[text]
        place = start, member
        if cells.setdefault(place, reading) is not reading:
            shared[place].append(reading)
        if member not in since or reading.first < since[member]:
            since[member] = reading.first
    cells |= {place: _together([cells[place], *others]) for place, others in shared.items()}
    until = max((row.end for row in rows), default=None)
    return replace(empty, cells=cells, since=since, until=until)


def _together(readings: Sequence[Reading]) -> Reading:
    """Return what several texts of one member tell together, whose own periods are the same."""
    return Reading(
        whole_sum(one.total for one in readings),
        max(one.periods for one in readings),
        min(one.first for one in readings),
        whole_sum(one.last for one in readings),
    )
