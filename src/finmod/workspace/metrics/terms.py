"""Terms of metrics: measures by period of the calendar and member, ready to be divided.

Owns how months become quarters and years, what a driver's days become in a month, and what is told of what lacks.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final

from finmod.models.metrics import Member, Place, Term, quotient
from finmod.settings.drivers import Driver
from finmod.settings.validate import listing
from finmod.terms.findings import Finding
from finmod.terms.metrics import Measure, Metric
from finmod.terms.money import whole_sum
from finmod.terms.units import how_many
from finmod.workspace.days_told import cut_charges, runs_on
from finmod.workspace.driver_cells import DriverCells, Length, Reading, driver_cells, driver_targets
from finmod.workspace.driver_ends import Costing, Target, costing_months, stopped
from finmod.workspace.metrics.findings import finding, of_driver, of_lacking, of_unknown
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.one_sided import of_strangers
from finmod.workspace.metrics.periods import Periods
from finmod.workspace.metrics.sums import Sums, keeps, scaled, sums

_A_DAY: Final = timedelta(days=1)
_SHOWN: Final = 3
_MOST_TARGETS: Final = 5_000


@dataclass
class Terms:
    """Makes terms, and keeps what is odd about them.

    Attributes:
        books: Where measures are read.
        by: What figures are told by.
        periods: Their periods.
        shown: Starts of the months or days that are shown: of others nothing is told.
        findings: What was odd.
    """

    books: Measures
    by: tuple[str, ...]
    periods: Periods
    shown: frozenset[date]
    findings: list[Finding] = field(default_factory=list)

    def term(self, measure: Measure, *, is_above: bool = False) -> Term:
        """Return a measure as a term.

        Args:
            measure: Which.
            is_above: Whether it stands above the line.

        Raises:
            UserError: What it names is not there, or nothing was applied.
        """
        return self._of_driver(measure, is_above=is_above) if measure.kind == "driver" else self._of_sums(measure)

    def _of_sums(self, measure: Measure) -> Term:
        rows = self.periods.rows
        asked = (replace(measure, sign=1, place=""), self.by, rows)
        if asked not in self.books.kept:
            self.books.kept[asked] = sums(self.books, measure, self.by, rows)
        found: Sums = self.books.kept[asked]
        self.findings += of_unknown(measure, found, self.books.project.currency, self.shown)
        self.findings += self._cut() if rows in {"days", "weeks"} and measure.basis == "allocated" else ()
        if not found.cells and measure.where:
            words = f"no charge is as the conditions of {measure.name} demand: its sum is 0"
            self.findings.append(finding("FM2437", words, where=measure.where[0].place))
        looked = {*self.periods.starts}
        lacking = looked - found.known
        self._tell_lacking(sorted(lacking))
        # The sum of a period without one of its months would be too small.
        cut = {self.periods.of(start) for start in lacking}
        known = frozenset(self.periods.of(start) for start in looked & found.known) - cut
        at = tuple(range(len(self.by)))
        return Term(cells=self._by_period(found, looked, cut), sign=measure.sign, places=at, known=known)

    def _cut(self) -> Sequence[Finding]:
        """Return what is said of charges that days or weeks cut; asked for once."""
        books, shown = self.books, sorted({self.periods.period(start) for start in self.shown})
        asked = ("cut charges", *shown)
        if asked not in books.kept:
            currency = books.project.currency
            cut = cut_charges(books.engine, books.ledger, books.applied, shown, currency)
            books.kept[asked] = (*cut, *runs_on(books.billed, shown))
        found: Sequence[Finding] = books.kept[asked]
        return found

    def _by_period(
        self, found: Sums, looked: Collection[date], cut: Collection[date]
    ) -> Mapping[Place, Decimal | None]:
        if self.periods.grain in {None, "month"} and not cut and set(looked) >= {start for start, _ in found.cells}:
            return found.cells
        parts: defaultdict[Place, list[Decimal | None]] = defaultdict(list)
        for (start, member), amount in found.cells.items():
            if start in looked and self.periods.of(start) not in cut:
                parts[self.periods.of(start), member].append(amount)
        return {place: whole_sum(every) for place, every in parts.items()}

    def _tell_lacking(self, lacking: Iterable[date]) -> None:
        starts = sorted({start.replace(day=1) for start in lacking if start in self.shown})
        if starts:
            months = ", ".join(f"{start:%Y-%m}" for start in starts[:_SHOWN])
            more = f" and {len(starts) - _SHOWN} more" if len(starts) > _SHOWN else ""
            self.findings.append(finding("FM2433", f"there are no charges of {months}{more}: no figure is made there"))

    def _of_driver(self, measure: Measure, *, is_above: bool) -> Term:
        driver = self.books.drivers[measure.name]
        own = tuple(name for name in self.by if name in driver.settings.by)
        at = tuple(self.by.index(name) for name in own)
        cells = self._read(driver, measure, own)
        self.findings += of_driver(measure, cells, driver)
        if driver.settings.grain == "month" and self.periods.daily:
            message = f"driver {measure.name} is told by month: nothing is known of its days or weeks"
            self.findings.append(finding("FM2435", message, where=measure.place))
            return Term(cells={}, sign=measure.sign, places=at)
        kept = _Kept.of(self.books, measure, cells)
        self.findings += of_strangers(self.books, measure, cells, self.shown, kept.keeps)
        places = tuple(cells.by.index(name) for name in own)
        stops = self._stops(cells)
        made, lacking = _DriverTerms(self.periods, measure, cells, kept, places, stops).made()
        times = how_many(cells.unit, measure.unit)
        if times is not None and times != 1:
            made = {place: None if value is None else scaled(value, times) for place, value in made.items()}
        self.findings += of_lacking(measure, cells.by, lacking, self.shown, daily=self.periods.daily)
        if self._refused(measure, driver, own, kept) or self._is_of_the_whole(measure, own, is_above=is_above):
            made = dict.fromkeys(made, None)
        return Term(cells=made, sign=measure.sign, places=at, since=kept.since(cells, places))

    def driver_below(self, chosen: Metric) -> DriverCells | None:
        """Return the driver that a metric is divided by; None where that is no single one."""
        below = chosen.denominator
        if len(below) != 1 or below[0].kind != "driver":
            return None
        return self._read(self.books.drivers[below[0].name], below[0], ())

    def _stops(self, cells: DriverCells) -> Mapping[Member, AbstractSet[date]]:
        """Return member -> months after its last value of which it is not told, since its target still costs."""
        books = self.books
        names = [name for name in (books.run.dimensions if books.run else ()) if name in cells.by]
        if not names:
            return {}
        at = [cells.by.index(name) for name in names]
        targets = {member: tuple(member[place] for place in at) for member in cells.lasts}
        ends: dict[Target, date] = {}
        for member, last in cells.lasts.items():
            ends[targets[member]] = max(ends.get(targets[member], last), last)
        # Of several members of a target those count that were there last.
        there = {member: target for member, target in targets.items() if cells.lasts[member] == ends[target]}
        going = {target for member, target in there.items() if cells.cells[ends[target], member].last != 0}
        found = stopped(ends, lambda: self._costing(names), ended={*ends} - going, by_day=self.periods.daily)
        return {member: found[target] for member, target in there.items() if target in found}

    def _costing(self, names: Sequence[str]) -> Costing:
        books, asked = self.books, ("costing", *names)
        if asked not in books.kept:
            books.kept[asked] = costing_months(books.engine, books.relation("months"), names)
        found: Costing = books.kept[asked]
        return found

    def _read(self, driver: Driver, measure: Measure, own: Sequence[str]) -> DriverCells:
        """Return a driver by all that it is told by, so that a gap of one target is seen though targets are added up.

        Of very many targets only what is asked for is read. Customers and other members of a level are added up too:
        one of them without a row bought nothing.
        """
        length: Length = "day" if self.periods.daily else "month"
        books = self.books
        told = tuple(name for name in driver.settings.by if not self._is_level(name))
        every = driver_targets(books.engine, books.project, books.ledger, driver, version=books.drivers_version)
        demands = [each.subject for each in measure.where]
        asked = (*own, *measure.not_over, *demands)
        wanted = asked if every > _MOST_TARGETS else (*told, *asked)
        return self._cells(driver, tuple(name for name in driver.settings.by if name in wanted), length)

    def _is_level(self, name: str) -> bool:
        """Return whether a dimension is none of the taxonomy, as customers are: those of levels below targets."""
        run, taxonomy = self.books.run, self.books.taxonomy
        return taxonomy is not None and name not in taxonomy.dimensions and not (run and name in run.dimensions)

    def _cells(self, driver: Driver, by: tuple[str, ...], length: Length) -> DriverCells:
        books, asked = self.books, (driver.name, by, length)
        if asked not in books.kept:
            books.kept[asked] = driver_cells(
                books.engine, books.project, books.ledger, books.taxonomy, driver, by, length=length,
                version=books.drivers_version, snapshot=books.snapshot,
            )  # fmt: skip
        found: DriverCells = books.kept[asked]
        return found

    def _refused(self, measure: Measure, driver: Driver, own: Sequence[str], kept: _Kept) -> bool:
        """Return whether a driver would have to be added up over a dimension over which it must not."""
        over = [
            name for name in measure.not_over
            if name in driver.settings.by and name not in own and kept.choices(name) != 1
        ]  # fmt: skip
        if over:
            words = listing(over, "and")
            message = (
                f"{measure.name} must not be added up over {words}: ask for it --by {','.join(over)}, or load it "
                f"without {words}"
            )
            self.findings.append(finding("FM2424", message, where=measure.place))
        return bool(over)

    def _is_of_the_whole(self, measure: Measure, own: Sequence[str], *, is_above: bool) -> bool:
        """Return whether parts have nothing of a driver above the line: it would stand whole in each of them."""
        others = [name for name in self.by if name not in own]
        if not others:
            return False
        words = listing(others, "and")
        if is_above:
            message = f"{measure.name} is not told by {words}: no part has a figure, all together have"
            self.findings.append(finding("FM2434", message, where=measure.place))
        else:
            message = f"{measure.name} is not told by {words}: each part is divided by that of the whole"
            self.findings.append(finding("FM2425", message, where=measure.place))
        return is_above


@dataclass(frozen=True)
class _Kept:
    """Which members of a driver conditions allow.

    Attributes:
        allowed: Place in the member -> the values that are allowed.
        names: Dimension -> its place.
    """

    allowed: Mapping[int, frozenset[str | None]]
    names: Mapping[str, int]

    @classmethod
    def of(cls, books: Measures, measure: Measure, cells: DriverCells) -> _Kept:
        names = {name: place for place, name in enumerate(cells.by)}
        texts = {
            name: sorted({value for value in (member[place] for member in cells.since) if value is not None})
            for name, place in names.items()
        }
        found = keeps(books, measure.where, texts)
        return cls({names[name]: frozenset(values) for name, values in found.items()}, names)

    def keeps(self, member: Member) -> bool:
        return all(member[place] in values for place, values in self.allowed.items())

    def since(self, cells: DriverCells, places: Sequence[int]) -> dict[Member, date]:
        """Return member, of some dimensions alone -> day of the first period of any that is allowed."""
        found: dict[Member, date] = {}
        for member, day in cells.since.items():
            if self.keeps(member):
                short = tuple(member[place] for place in places)
                found[short] = min(found.get(short, day), day)
        return found

    def choices(self, name: str) -> int | None:
        """Return how many values a dimension may have; None where there is no condition."""
        values = self.allowed.get(self.names[name])
        return None if values is None else len(values)


@dataclass(frozen=True)
class _DriverTerms:
    """Months of a driver's members made periods of the members that are asked for."""

    periods: Periods
    measure: Measure
    cells: DriverCells
    kept: _Kept
    places: tuple[int, ...]
    stops: Mapping[Member, AbstractSet[date]]

    def made(self) -> tuple[dict[Place, Decimal | None], dict[Member, list[tuple[date, int, int]]]]:
        """Return the term's cells, and member -> (start, days that are told, days that should be) of what lacks."""
        parts: defaultdict[Place, dict[Member, list[tuple[date, Reading | None]]]] = defaultdict(dict)
        found: dict[Place, Decimal | None] = {}
        lacking: dict[Member, list[tuple[date, int, int]]] = {}
        ends, spans = (
            self._ends(),
            [(start, self._days(start), self.periods.of(start)) for start in self.periods.starts],
        )
        is_alone = len(self.places) == len(self.cells.by) and self.periods.grain in {None, "month"}
        for member, since in self._since().items():
            if not self.kept.keeps(member):
                continue
            own, end = tuple(member[each] for each in self.places), ends[member]
            for start, days, first in spans:
                reading = self.cells.cells.get((start, member))
                expected = self._expected(start, days, since, is_first=since == self.first)
                if not expected or (reading is None and start > end and not self._is_missed(member, start)):
                    continue  # not yet there, or ended
                told = reading.periods if reading else 0
                if told < expected and not (reading and start == end and reading.last == 0):
                    lacking.setdefault(member, []).append((start, told, expected))
                    reading = None
                if is_alone:
                    found[first, own] = self._of_one(reading)
                else:
                    parts[first, own].setdefault(member, []).append((start, reading))
        lasts = {first: start for start, _, first in spans}
        return found | {place: self._value(every, lasts[place[0]]) for place, every in parts.items()}, lacking

    def _is_missed(self, member: Member, start: date) -> bool:
        return start.replace(day=1) in self.stops.get(member, ())

    @cached_property
    def first(self) -> date:
        """Return the day of the first value of any member."""
        return min(self.cells.since.values(), default=date.max)

    def _since(self) -> Mapping[Member, date]:
        """Return member -> from when on it should have values."""
        since, first = self.cells.since, self.first
        begun = [start for start in self.periods.starts if start <= first]
        if self.periods.grain is None or not begun:
            return since
        # Where the whole driver begins inside a period, nobody knows since when in it its members are there.
        period = self.periods.period(begun[-1])
        start = min(each for each in self.periods.starts if period.first <= each)
        if first <= start:
            return since
        return {member: min(start, day) if day < period.end else day for member, day in since.items()}

    def _ends(self) -> dict[Member, date]:
        """Return member -> start of its last month or day with a value."""
        found = self.cells.lasts
        # Where the whole driver ends, nobody knows that its members do.
        last = max(found.values(), default=None)
        return {member: date.max if day == last else day for member, day in found.items()}

    def _days(self, start: date) -> int:
        return 1 if self.periods.daily else monthrange(start.year, start.month)[1]

    def _expected(self, start: date, days: int, since: date, *, is_first: bool) -> int:
        """Return how many of the driver's periods a month or day has from the member's first one on."""
        left = days if since <= start else days - (since - start).days
        if left <= 0:
            return 0
        if self.cells.grain == "month":
            return 1
        if self.cells.grain != "hour":
            return left
        # A member may begin in any hour of its first day, but the driver as a whole tells of the day or does not.
        return left * 24 if since < start or is_first else left * 24 - 23

    def _of_one(self, reading: Reading | None) -> Decimal | None:
        """Return the value of one member in one month or day."""
        if reading is None or self.measure.over_time == "last":
            return reading.last if reading else None
        if reading.total is None or self.measure.over_time == "sum":
            return reading.total
        return quotient(reading.total, Decimal(reading.periods))

    def _value(self, members: Mapping[Member, Sequence[tuple[date, Reading | None]]], last: date) -> Decimal | None:
        """Return the value of several members or months together; a level is that of the days in which all of it is."""
        if self.measure.over_time == "last":
            # Who ended before the last month is no part of its level.
            there = [every[-1][1] for every in members.values() if every[-1][0] == last]
            return whole_sum(each.last if each else None for each in there) if there else None
        total = whole_sum(each.total if each else None for every in members.values() for _, each in every)
        if total is None or self.measure.over_time == "sum":
            return total
        # Whoever is told in a month is told until its end: the longest has each day that any has.
        longest: dict[date, int] = {}
        for start, reading in (each for every in members.values() for each in every):
            longest[start] = max(longest.get(start, 0), reading.periods if reading else 0)
        periods = sum(longest.values())
        return quotient(total, Decimal(periods)) if periods else None
