"""Segments: on every day of a stretch the same holds, whatever began before the first day that is looked at."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from finmod.taxonomy.definition import Span
from finmod.taxonomy.segments import segments_between

FIRST, LAST = date(2026, 9, 1), date(2026, 10, 31)
DAYS = st.dates(FIRST - timedelta(days=40), LAST + timedelta(days=40))


def test_what_began_before_the_first_day_holds_from_it_on() -> None:
    for since in (date(2025, 6, 1), FIRST):
        segments = segments_between([since], FIRST, LAST)
        assert segments.days == ()
        assert segments.holds(0, Span(since=since))
        assert not segments.holds(0, Span(until=since))


@given(DAYS, DAYS, DAYS)
def test_a_span_holds_in_the_segments_of_its_days_and_in_no_others(one: date, other: date, day: date) -> None:
    span = Span(min(one, other), max(one, other) + timedelta(days=1))
    segments = segments_between([span.since or FIRST, span.until or LAST], FIRST, LAST)
    day = min(max(day, FIRST), LAST)
    assert segments.holds(segments.number_of(day), span) == span.holds_on(day)
