"""The periods that figures of metrics are told by: of the fiscal calendar, months or days.

Owns which period a month or day of the books is in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Literal

from finmod.terms.calendars import Calendar, FiscalPeriod
from finmod.terms.calendars import Grain as FiscalGrain

Rows = Literal["months", "days", "begun", "weeks"]
"""What cost is read from: months; days, over which charges that run for some are spread; days on which charges begin;
or parts of months that periods of weeks cut."""

_A_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Periods:
    """The periods that figures are told by.

    Attributes:
        calendar: Says which period a day is in.
        grain: Length of the periods; None for days.
        starts: First days of the months, or days, that are looked at: those of which the books know.
        rows: What cost is read from.
    """

    calendar: Calendar
    grain: FiscalGrain | None
    starts: tuple[date, ...]
    rows: Rows
    _known: dict[date, FiscalPeriod] = field(default_factory=dict, repr=False, compare=False)

    @property
    def daily(self) -> bool:
        """Return whether what is looked at are days: weeks are made of days, months are not."""
        return self.rows != "months"

    def of(self, start: date) -> date:
        """Return the first day of the period that a month or day is in."""
        return self.period(start).first

    def period(self, start: date) -> FiscalPeriod:
        """Return the period that a month or day is in."""
        if start not in self._known:
            self._known[start] = self._period(start)
        return self._known[start]

    def _period(self, start: date) -> FiscalPeriod:
        if self.grain is None:
            return FiscalPeriod(start, start + _A_DAY, start.isoformat())
        return self.calendar.period_of(start, self.grain)

    def all(self) -> list[FiscalPeriod]:
        """Return the periods in their order."""
        return sorted({self.period(start) for start in self.starts})
