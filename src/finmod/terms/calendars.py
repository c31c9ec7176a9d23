"""Fiscal calendars: months, quarters and years from any month on, and years of 52 or 53 weeks.

Owns which period a day is in and what it is called. Periods include their first day and exclude their end. A 53rd week
is there only where it was given: without it a calendar of weeks drifts, and ``drifts_from`` says from when on.

Source of the patterns: National Retail Federation, 4-5-4 calendar; 4-4-5 and 5-4-4 move the week.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal, get_args

Grain = Literal["month", "period", "quarter", "year"]
GRAINS: Final[tuple[Grain, ...]] = get_args(Grain)
"""``month`` is a calendar month, ``period`` a month of the fiscal year or the 4 or 5 weeks that stand for it."""

NamedBy = Literal["end", "start"]

MOST_DRIFT: Final = 7
"""Days by which a year of weeks may start beside the first of its month."""

_WEEK = timedelta(days=7)
_MONTHS, _PER_QUARTER, _WEEKS = 12, 3, 52


@dataclass(frozen=True, order=True)
class FiscalPeriod:
    """A stretch of days of a fiscal calendar.

    Attributes:
        first: Its first day.
        end: The day after its last one.
        label: ``2026-09``, ``FY2027-P03``, ``FY2027 Q1`` or ``FY2027``.
    """

    first: date
    end: date
    label: str


@dataclass(frozen=True)
class Weeks:
    """How a fiscal year is cut into weeks.

    Attributes:
        pattern: Weeks of the three periods of a quarter, such as 4, 4, 5.
        first_day: First day of one fiscal year.
        long_years: Years of 53 weeks, by their names.
        extra: Period, from 1 to 12, that has the 53rd week.
    """

    pattern: tuple[int, int, int]
    first_day: date
    long_years: frozenset[int] = frozenset()
    extra: int = 12


@dataclass(frozen=True)
class Calendar:
    """A fiscal calendar.

    Attributes:
        start_month: Month in which the fiscal year starts, from 1.
        named_by: Whether a year is called by the calendar year in which it ends or starts; of a year that starts in
            January both are its calendar year.
        weeks: How its years are cut; None for months.

    >>> Calendar(2).period_of(date(2026, 3, 31), "quarter")
    FiscalPeriod(first=datetime.date(2026, 2, 1), end=datetime.date(2026, 5, 1), label='FY2027 Q1')
    """

    start_month: int = 1
    named_by: NamedBy = "end"
    weeks: Weeks | None = None
    _years: dict[int, tuple[date, date]] = field(default_factory=dict, compare=False, repr=False)

    def period_of(self, day: date, grain: Grain) -> FiscalPeriod:
        """Return the period of a grain that a day is in."""
        if grain == "month":
            first = day.replace(day=1)
            return FiscalPeriod(first, _first_of(first.year * _MONTHS + first.month), f"{first:%Y-%m}")
        # The last day of all has none after it that could be an end.
        found = (each for each in self._of_year(self._year_of(day), grain) if day < each.end or each.end == date.max)
        return next(found)

    def periods(self, first: date, end: date, grain: Grain) -> tuple[FiscalPeriod, ...]:
        """Return the periods of a grain that have days from ``first`` until before ``end``, in order."""
        found: list[FiscalPeriod] = []
        day = first
        while day < end:
            found.append(self.period_of(day, grain))
            if found[-1].end <= day:  # the last day of all has none after it
                break
            day = found[-1].end
        return tuple(found)

    def drifts_from(self, first: date, end: date) -> FiscalPeriod | None:
        """Return the first year of some days that starts more than 7 days beside its month; None where none does.

        A 53rd week in a year before it would bring it back, or one too many is given.
        """
        if self.weeks is None:
            return None
        years = self.periods(first, end, "year")
        return next((each for each in years if abs((each.first - self._nominal(each)).days) > MOST_DRIFT), None)

    def _nominal(self, year: FiscalPeriod) -> date:
        """Return the first of the month with which a year would start."""
        name = int(year.label.removeprefix("FY"))
        return _first_of((name - self._ahead) * _MONTHS + self.start_month - 1)

    @property
    def _ahead(self) -> int:
        """Return by how much the name of a year is more than the calendar year of its first month."""
        return int(self.named_by == "end" and self.start_month > 1)

    def _of_year(self, name: int, grain: Grain) -> list[FiscalPeriod]:
        bounds = self._bounds(name)
        if grain == "year":
            return [FiscalPeriod(bounds[0], bounds[-1], f"FY{name}")]
        if grain == "quarter":
            bounds = bounds[::_PER_QUARTER]
            return [FiscalPeriod(bounds[at], bounds[at + 1], f"FY{name} Q{at + 1}") for at in range(4)]
        return [FiscalPeriod(bounds[at], bounds[at + 1], f"FY{name}-P{at + 1:02}") for at in range(_MONTHS)]

    def _bounds(self, name: int) -> list[date]:
        """Return the first days of the twelve periods of a year, and of the year after it."""
        if self.weeks is None:
            place = (name - self._ahead) * _MONTHS + self.start_month - 1
            return [_first_of(place + number) for number in range(_MONTHS + 1)]
        first, _ = self._span(name)
        found = [first]
        for number in range(1, _MONTHS + 1):
            weeks = self.weeks.pattern[(number - 1) % _PER_QUARTER]
            extra = name in self.weeks.long_years and number == self.weeks.extra
            found.append(found[-1] + (weeks + extra) * _WEEK)
        return found

    def _year_of(self, day: date) -> int:
        """Return the name of the fiscal year that a day is in."""
        if self.weeks is None:
            return day.year + self._ahead - (day.month < self.start_month)
        name = self._first_name
        while self._span(name)[1] <= day:
            name += 1
        while day < self._span(name)[0]:
            name -= 1
        return name

    @property
    def _first_name(self) -> int:
        """Return the name of the year that begins with ``first_day``: that of the month nearest to it."""
        assert self.weeks is not None  # noqa: S101 -- asked of calendars of weeks alone
        day = self.weeks.first_day
        years = (day.year - 1, day.year, day.year + 1)
        nearest = min(years, key=lambda year: abs((date(year, self.start_month, 1) - day).days))
        return nearest + self._ahead

    def _span(self, name: int) -> tuple[date, date]:
        """Return first day and end of a year of weeks."""
        assert self.weeks is not None  # noqa: S101 -- as above
        if not self._years:
            first = self.weeks.first_day
            self._years[self._first_name] = (first, first + self._length(self._first_name))
        while name not in self._years:
            if name > max(self._years):
                last = max(self._years)
                first = self._years[last][1]
                self._years[last + 1] = (first, first + self._length(last + 1))
            else:
                least = min(self._years)
                end = self._years[least][0]
                self._years[least - 1] = (end - self._length(least - 1), end)
        return self._years[name]

    def _length(self, name: int) -> timedelta:
        assert self.weeks is not None  # noqa: S101 -- as above
        return (_WEEKS + (name in self.weeks.long_years)) * _WEEK


def _first_of(place: int) -> date:
    """Return the first day of a month by its number from the year 0 on; of months without a date the nearest day."""
    year, month = divmod(place, _MONTHS)
    if year < date.min.year:
        return date.min
    return date.max if year > date.max.year else date(year, month + 1, 1)
