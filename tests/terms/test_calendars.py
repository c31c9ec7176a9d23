"""Fiscal calendars: what a day is in, what it is called, where weeks drift."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.terms.calendars import GRAINS, Calendar, FiscalPeriod, Grain, Weeks

RETAIL = Calendar(2, weeks=Weeks((4, 4, 5), date(2026, 2, 1), frozenset({2028})))
CALENDARS = (Calendar(), Calendar(2), Calendar(7, "start"), RETAIL)


def label(calendar: Calendar, day: date, grain: Grain) -> str:
    return calendar.period_of(day, grain).label


def test_a_year_is_called_by_its_end_unless_it_starts_in_january() -> None:
    day = date(2026, 9, 15)

    assert [label(Calendar(month), day, "year") for month in (1, 2, 7, 12)] == ["FY2026", "FY2027", "FY2027", "FY2026"]
    assert [label(Calendar(month, "start"), day, "year") for month in (1, 2, 7, 12)] == [
        "FY2026", "FY2026", "FY2026", "FY2025",
    ]  # fmt: skip


def test_every_grain_has_its_label() -> None:
    assert [label(Calendar(2), date(2026, 4, 30), grain) for grain in GRAINS] == [
        "2026-04", "FY2027-P03", "FY2027 Q1", "FY2027",
    ]  # fmt: skip
    assert Calendar(2).period_of(date(2027, 1, 31), "quarter") == FiscalPeriod(
        date(2026, 11, 1), date(2027, 2, 1), "FY2027 Q4"
    )


@pytest.mark.parametrize(("pattern", "ends"), [((4, 4, 5), (28, 56, 91)), ((4, 5, 4), (28, 63, 91)),
                                               ((5, 4, 4), (35, 63, 91))])  # fmt: skip
def test_a_quarter_of_weeks_has_the_given_pattern(pattern: tuple[int, int, int], ends: tuple[int, ...]) -> None:
    first = date(2026, 2, 1)
    calendar = Calendar(2, weeks=Weeks(pattern, first))

    found = calendar.periods(first, first + timedelta(days=91), "period")

    assert [each.end for each in found] == [first + timedelta(days=days) for days in ends]
    assert [each.label for each in found] == ["FY2027-P01", "FY2027-P02", "FY2027-P03"]


def test_a_53rd_week_is_there_only_where_it_is_given() -> None:
    years = RETAIL.periods(date(2026, 2, 1), date(2029, 2, 1), "year")

    assert [(each.label, (each.end - each.first).days // 7) for each in years] == [
        ("FY2027", 52), ("FY2028", 53), ("FY2029", 52),
    ]  # fmt: skip
    last = RETAIL.period_of(date(2028, 2, 1), "period")
    assert (last.label, (last.end - last.first).days) == ("FY2028-P12", 42)
    assert RETAIL.period_of(date(2025, 6, 1), "year").first == date(2025, 2, 2)


def test_the_53rd_week_may_stand_in_another_period() -> None:
    calendar = Calendar(2, weeks=Weeks((4, 4, 5), date(2026, 2, 1), frozenset({2027}), extra=1))

    first = calendar.period_of(date(2026, 2, 1), "period")

    assert (first.end - first.first).days == 35


def test_a_year_of_weeks_is_named_as_the_month_nearest_to_its_start() -> None:
    december = Calendar(1, weeks=Weeks((4, 4, 5), date(2025, 12, 28)))

    assert label(december, date(2025, 12, 28), "year") == "FY2026"
    assert label(december, date(2026, 12, 27), "year") == "FY2027"


def test_weeks_without_a_53rd_drift_and_say_from_when_on() -> None:
    calendar = Calendar(2, weeks=Weeks((4, 4, 5), date(2026, 2, 1)))

    found = calendar.drifts_from(date(2026, 2, 1), date(2040, 1, 1))

    assert found == FiscalPeriod(date(2033, 1, 23), date(2034, 1, 22), "FY2034")
    assert calendar.drifts_from(date(2026, 2, 1), date(2031, 1, 1)) is None
    assert RETAIL.drifts_from(date(2026, 2, 1), date(2033, 1, 1)) is None
    assert Calendar(2).drifts_from(date(2026, 2, 1), date(2099, 1, 1)) is None


def test_years_at_the_ends_of_time_have_the_days_that_there_are() -> None:
    assert Calendar(2).period_of(date(1, 1, 15), "year") == FiscalPeriod(date.min, date(1, 2, 1), "FY1")
    assert Calendar(2).period_of(date(9999, 12, 31), "year").end == date.max


def test_the_last_month_of_all_ends_with_the_last_day() -> None:
    assert Calendar().periods(date(9999, 12, 1), date.max, "month")[0].end == date.max


@given(st.dates(date(1995, 1, 1), date(2060, 1, 1)), st.integers(0, 800), st.sampled_from(CALENDARS),
       st.sampled_from(GRAINS))  # fmt: skip
def test_periods_follow_each_other_without_a_gap(first: date, days: int, calendar: Calendar, grain: Grain) -> None:
    end = first + timedelta(days=days)

    found = calendar.periods(first, end, grain)

    assert all(one.end == other.first for one, other in itertools.pairwise(found))
    assert bool(found) == (days > 0)
    if found:
        assert found[0].first <= first
        assert end <= found[-1].end
    assert all(calendar.period_of(each.first, grain) == each for each in found)
    assert len({each.label for each in found}) == len(found)
