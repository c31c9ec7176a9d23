"""The periods of a statement: which are asked for, and which month or day of charges and drivers is in which.

Owns the reading of ``--from``, ``--to`` and ``--period``. What a period is called is told in ``terms/calendars.py``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from finmod.errors import Problem, UserError, printable
from finmod.terms.calendars import Calendar, FiscalPeriod, Grain

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_FISCAL = re.compile(r"FY([0-9]{4})(?:[- ]?(?:Q([1-4])|P(0[1-9]|1[0-2])))?")
_CODE = "FM2332"


@dataclass(frozen=True)
class Asked:
    """The periods that are asked for, as they were written.

    Attributes:
        grain: Of the statement.
        period: One alone; None where a range is asked for, or nothing.
        first: The first one; None for the first that has charges, or ``last`` alone where nothing is asked for.
        last: The last one; None for the last that has charges.
        without: How many whole ones there are where nothing is asked for; None for all that have charges.
    """

    grain: Grain = "month"
    period: str | None = None
    first: str | None = None
    last: str | None = None
    without: int | None = 1


@dataclass(frozen=True)
class Periods:
    """The periods of a statement.

    Attributes:
        calendar: Whose.
        grain: Theirs.
        chosen: In order; at least one.
        by_day: Whether days, and not whole months, are what periods are made of.
        told: First days of the months that have charges: of others nothing is told, so that revenue and cost are of
            the same days.
    """

    calendar: Calendar
    grain: Grain
    chosen: tuple[FiscalPeriod, ...]
    by_day: bool
    told: frozenset[date]

    @property
    def first(self) -> date:
        """Return the first day."""
        return self.chosen[0].first

    @property
    def end(self) -> date:
        """Return the day after the last one."""
        return self.chosen[-1].end

    def place(self, day: date) -> int | None:
        """Return the place of the period that a day, or the month that begins with it, is in; None for none."""
        if not self.first <= day < self.end or day.replace(day=1) not in self.told:
            return None
        return bisect_right(self.chosen, day, key=_first_day) - 1

    def starts(self) -> list[date]:
        """Return the days, or first days of months, that the periods are made of and that have charges."""
        if not self.by_day:
            return [each for each in self.months() if each in self.told]
        days = (self.first + timedelta(days=at) for at in range((self.end - self.first).days))
        return [day for day in days if day.replace(day=1) in self.told]

    def months(self) -> list[date]:
        """Return the first days of the months that the periods have days of."""
        return [each.first for each in Calendar().periods(self.first, self.end, "month")]

    @property
    def bounds(self) -> tuple[date, date]:
        """Return the first day of the first month, and the day after the last one."""
        months = self.months()
        return months[0], Calendar().period_of(months[-1], "month").end

    def relation(self, changes: Sequence[date]) -> str:
        """Return SQL of the columns day, period and segment: how many of some days of change lie on or before it."""
        rows = ", ".join(f"(DATE '{day}', {self.place(day)}, {bisect_right(changes, day)})" for day in self.starts())
        if not rows:  # of months that were never loaded
            return "(SELECT NULL::DATE AS day, NULL::INTEGER AS period, NULL::INTEGER AS segment WHERE false)"
        return f"(SELECT * FROM (VALUES {rows}) AS buckets(day, period, segment))"


def _first_day(period: FiscalPeriod) -> date:
    return period.first


def chosen_periods(calendar: Calendar, asked: Asked, months: Collection[date]) -> Periods:
    """Return the periods that are asked for.

    Args:
        calendar: Of the project.
        asked: What was written.
        months: First days of the months that have charges.

    Raises:
        UserError: There are no charges, or a text is no period of the grain.
    """
    if not months:
        raise UserError(
            Problem(code=_CODE, found="the applied allocation has no month", remedy="Load a bill: finmod load.")
        )
    every = Calendar().period_of(max(months), "month")
    first_of_all, end = min(months), every.end
    there = calendar.periods(first_of_all, end, asked.grain)
    by_day = calendar.weeks is not None and asked.grain != "month"
    if asked.period is not None:
        chosen: Sequence[FiscalPeriod] = _of_period(calendar, asked.grain, asked.period, there)
    elif asked.first is None and asked.last is None:
        # A period that bills have not reached the end of tells less than it will.
        whole = [each for each in there if each.end <= end and each.first >= first_of_all] or there
        chosen = there if asked.without is None else whole[-asked.without :]
    else:
        first = _named(calendar, asked.grain, asked.first, "--from", there) if asked.first else there[0]
        last = _named(calendar, asked.grain, asked.last, "--to", there) if asked.last else there[-1]
        for each in (first, last):
            _refuse_outside([each], there)
        chosen = calendar.periods(first.first, last.end, asked.grain)
        if not chosen:
            found = f"--from {printable(asked.first or first.label, 40)} is after --to {printable(last.label, 40)}"
            raise UserError(Problem(code=_CODE, found=found, remedy="Turn them round."))
    _refuse_outside(chosen, there)
    return Periods(calendar, asked.grain, tuple(chosen), by_day, frozenset(months))


def _refuse_outside(chosen: Sequence[FiscalPeriod], there: Sequence[FiscalPeriod]) -> None:
    for each in (chosen[0], chosen[-1]):
        if not there[0].first <= each.first < there[-1].end:
            raise UserError(
                Problem(
                    code=_CODE,
                    found=f"there are no charges of {each.label}",
                    expected=f"a period from {there[0].label} to {there[-1].label}",
                    remedy="Name one of these, or load and apply what is missing: finmod load, finmod apply.",
                )
            )


def _of_period(calendar: Calendar, grain: Grain, text: str, there: Sequence[FiscalPeriod]) -> Sequence[FiscalPeriod]:
    """Return the period that a text is; of a year, where periods are shorter, all of it that has charges."""
    fiscal = _FISCAL.fullmatch(text.strip().upper())
    first = _named(calendar, grain, text, "--period", there)
    if fiscal is None or fiscal[2] or fiscal[3]:
        return [first]
    last = _named(calendar, grain, text, "--to", there)
    every = [each for each in there if first.first <= each.first < last.end]
    return every or [first]


def _named(calendar: Calendar, grain: Grain, text: str, option: str, there: Sequence[FiscalPeriod]) -> FiscalPeriod:
    """Return the period that a text is: its label, or a month in it.

    Where weeks cut the month, a range has all of it, and one period is that of most of its days.
    """
    month = _MONTH.fullmatch(text)
    if month and month[1] != "0000":
        day = date(int(month[1]), int(month[2]), 1)
        if there[0].first.year - 100 < day.year < 9900:  # noqa: PLR2004 -- no bill is of there
            whole = {"--from": 0, "--to": days_in(day) - 1}
            # Periods are longer than half a month: that of the middle has most of its days.
            return calendar.period_of(day + timedelta(days=whole.get(option, days_in(day) // 2)), grain)
    fiscal = _FISCAL.fullmatch(text.strip().upper())
    if fiscal and grain != "month":
        wanted = f"FY{fiscal[1]}"
        year = next((each for each in _years(calendar, there) if each.label == wanted), None)
        parts = calendar.periods(year.first, year.end, grain) if year else ()
        label = wanted + (f" Q{fiscal[2]}" if fiscal[2] else f"-P{fiscal[3]}" if fiscal[3] else "")
        found = next((each for each in parts if each.label == label), None)
        if found is None and parts and not fiscal[2] and not fiscal[3]:
            found = parts[-1] if option == "--to" else parts[0]
        if found is not None:
            return found
    raise UserError(
        Problem(
            code=_CODE,
            found=f"{option} is {printable(text, 40)!r}",
            expected=f"a period of the grain {grain} from {there[0].label} to {there[-1].label}",
            remedy=f"Write it as {there[-1].label.replace(' ', '-')}"
            + ("." if grain == "month" else ", or a month of it as YYYY-MM."),
        )
    )


def _years(calendar: Calendar, there: Sequence[FiscalPeriod]) -> Sequence[FiscalPeriod]:
    first, end = (calendar.period_of(day, "year") for day in (there[0].first, there[-1].first))
    return calendar.periods(first.first, end.end, "year")


def days_in(month: date) -> int:
    """Return the number of days of a month.

    >>> days_in(date(2028, 2, 1))
    29
    """
    found = Calendar().period_of(month, "month")
    return (found.end - found.first).days
