"""Segments: a month is cut where something changes, and nowhere else."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import ALWAYS, Span
from finmod.taxonomy.segments import Segments, segments_between
from tests.taxonomy.small import segment_of

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 31)
DAYS = st.dates(date(2025, 12, 1), date(2026, 2, 28))


def test_without_changes_all_days_are_one_segment() -> None:
    segments = segments_between([], FIRST, LAST)

    assert (list(segments.all()), segments.of("day"), segment_of(segments, LAST)) == ([0], "0", 0)


def test_a_change_within_the_days_makes_a_segment_and_one_outside_makes_none() -> None:
    days = [date(2025, 1, 1), FIRST, date(2026, 1, 15), date(2026, 1, 15), LAST, date(2026, 2, 1)]
    segments = segments_between(days, FIRST, LAST)

    assert segments.days == (date(2026, 1, 15), LAST)
    assert [segment_of(segments, date(2026, 1, day)) for day in (1, 14, 15, 30, 31)] == [0, 0, 1, 1, 2]


def test_what_began_before_the_first_day_holds_from_it_on() -> None:
    began, later = Span(since=date(2020, 1, 1)), Span(since=date(2026, 1, 15))
    ended, never = Span(until=FIRST), Span(since=date(2026, 2, 1))
    segments = segments_between([each for each in (began.since, later.since, FIRST, never.since) if each], FIRST, LAST)

    assert [tuple(segments.holding(span)) for span in (ALWAYS, began, later, ended, never)] == [
        (0, 1),
        (0, 1),
        (1,),
        (),
        (),
    ]
    assert tuple(segments.holding(began, later)) == (1,)


def test_a_change_in_the_middle_of_a_month_is_told_apart_in_sql() -> None:
    segments = segments_between([date(2026, 1, 15), date(2026, 1, 20)], FIRST, LAST)

    with Engine(threads=1) as engine:
        sql = "SELECT DATE '2025-12-31' + n::INTEGER AS day FROM range(1, 32) AS t (n)"
        rows = engine.rows(f"SELECT day, {segments.of('day')} FROM ({sql})")
    assert {number: len([day for day, found in rows if found == number]) for number in segments.all()} == {
        0: 14,
        1: 5,
        2: 12,
    }
    assert all(segment_of(segments, day) == found for day, found in rows)


@given(edges=st.lists(DAYS, max_size=6), since=st.none() | DAYS, until=st.none() | DAYS)
def test_a_span_holds_on_a_day_as_in_the_segment_of_that_day(
    edges: list[date], since: date | None, until: date | None
) -> None:
    span = Span(since, until)
    segments = segments_between([*edges, *(day for day in (since, until) if day)], FIRST, LAST)

    for number in range(31):
        day = FIRST + timedelta(number)
        assert segments.holds(segment_of(segments, day), span) == span.holds_on(day)


def test_segments_of_no_days_hold_what_always_holds() -> None:
    assert tuple(Segments().holding(ALWAYS)) == (0,)
