"""``calendar`` of finmod.yaml: how fiscal years are called, and whether they are cut into months or weeks.

Owns the model and what is refused. Which day is in which period is told by ``terms/calendars.py``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from finmod.settings.rule import Day
from finmod.settings.source import many
from finmod.settings.validate import Fault, Settings, refusal, refusals
from finmod.terms.calendars import MOST_DRIFT, Calendar, NamedBy, Weeks

_KIND, _FIT = "FM2300", "FM2301"
_FIRST_YEAR, _LAST_YEAR = 1970, 9990
_PERIODS = 12

Pattern = Literal["4-4-5", "4-5-4", "5-4-4"]


def _extra(value: object) -> object:
    if value == "last":
        return _PERIODS
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _PERIODS:
        raise refusal(_KIND, f"last, or the number of a period from 1 to {_PERIODS}", "Write extra_week: last.")
    return value


def _years(value: object) -> object:
    faults = [
        Fault(code=_KIND, expected="a fiscal year, such as 2028", remedy="Write the years as numbers: [2028, 2034].",
              steps=(place,) if isinstance(value, list) else ())
        for place, year in enumerate(value if isinstance(value, list) else [value])
        if isinstance(year, bool) or not isinstance(year, int) or not _FIRST_YEAR <= year <= _LAST_YEAR
    ]  # fmt: skip
    if faults:
        raise refusals(faults)
    return many(value)


class CalendarSettings(Settings):
    """How fiscal years are called and cut.

    Attributes:
        weeks: Weeks of the three periods of a quarter; None for months.
        first_day: First day of one fiscal year; None beside months.
        years_of_53_weeks: Names of the fiscal years that have one more.
        extra_week: Number of the period that has it then.
        named_by: Whether a fiscal year is called by the calendar year in which it ends or starts.
    """

    weeks: Pattern | None = Field(
        default=None,
        description="Weeks of the three periods of a quarter; months where it is not given.",
        examples=["4-4-5"],
    )
    first_day: Day | None = Field(
        default=None,
        description="Of weeks: the first day of any fiscal year, at most 7 days beside the first of fiscal_year_start.",
        examples=["2026-02-01"],
    )
    years_of_53_weeks: Annotated[tuple[int, ...], BeforeValidator(_years, json_schema_input_type=list[int])] = Field(
        default=(), description="Of weeks: the fiscal years that have a 53rd week.", examples=[[2028]]
    )
    extra_week: Annotated[int, BeforeValidator(_extra, json_schema_input_type=int | Literal["last"])] = Field(
        default=_PERIODS,
        description="Of weeks: the period that has the 53rd week, last or its number.",
        examples=["last"],
    )
    named_by: NamedBy = Field(
        default="end",
        description="Whether a fiscal year is called by the calendar year in which it ends or starts; of one that "
        "starts in January both are the same.",
        examples=["end"],
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        given = self.model_fields_set
        if self.weeks and not self.first_day:
            remedy = "Add first_day: 2026-02-01, or whichever day a fiscal year of yours began on."
            raise refusals(
                [Fault(code=_FIT, expected="first_day beside weeks", remedy=remedy, found="has no first_day")]
            )
        alone = [name for name in ("first_day", "years_of_53_weeks", "extra_week") if name in given and not self.weeks]
        if alone:
            remedy = "Add weeks: 4-4-5, or take the line out: months have no weeks."
            raise refusals(
                Fault(code=_FIT, expected="weeks beside it", remedy=remedy, steps=(name,), found="stands without weeks")
                for name in alone
            )
        return self


def calendar_faults(settings: CalendarSettings, start: int) -> list[Fault]:
    """Return what is wrong with a calendar beside the month in which fiscal years start."""
    if settings.first_day is None:
        return []
    day = date.fromisoformat(settings.first_day)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        expected = f"a day from {_FIRST_YEAR} to {_LAST_YEAR}"
        return [Fault(code=_FIT, expected=expected, remedy="Correct it.", steps=("calendar", "first_day"))]
    away = min(abs((date(year, start, 1) - day).days) for year in (day.year - 1, day.year, day.year + 1))
    if away <= MOST_DRIFT:
        return []
    expected = f"a day at most {MOST_DRIFT} days beside the first of month {start}, which is fiscal_year_start"
    remedy = f"Correct one of them: such a year would start with fiscal_year_start: {day.month}."
    return [Fault(code=_FIT, expected=expected, remedy=remedy, steps=("calendar", "first_day"))]


def calendar_of(settings: CalendarSettings, start: int) -> Calendar:
    """Return the calendar of valid settings, whose fiscal years start in a month."""
    if settings.weeks is None or settings.first_day is None:
        return Calendar(start, settings.named_by)
    one, two, three = map(int, settings.weeks.split("-"))
    weeks = Weeks(
        (one, two, three),
        date.fromisoformat(settings.first_day),
        frozenset(settings.years_of_53_weeks),
        settings.extra_week,
    )
    return Calendar(start, settings.named_by, weeks)
