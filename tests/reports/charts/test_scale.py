"""Scales: round marks, zero where it must be, amounts where they belong."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from finmod.reports.charts.scale import near_scale, zero_scale

AMOUNTS = st.lists(st.decimals(-(10**15), 10**15, places=6), max_size=6)


@given(AMOUNTS)
def test_a_scale_from_zero_holds_zero_and_every_amount(amounts: list[Decimal]) -> None:
    scale = zero_scale(amounts, 0, 100, 5)

    assert scale.low <= 0 <= scale.high
    assert Decimal(0) in scale.ticks
    assert all(-0.001 <= scale.at(each) <= 100.001 for each in amounts)
    assert len(scale.ticks) <= 7


@given(AMOUNTS)
def test_marks_are_round_and_evenly_spaced(amounts: list[Decimal]) -> None:
    scale = near_scale(amounts, 0, 100, 5)

    steps = {high - low for low, high in zip(scale.ticks, scale.ticks[1:], strict=False)}
    assert len(steps) == 1
    assert str(steps.pop().normalize()).split("E")[0].replace(".", "").strip("0") in ("1", "2", "25", "5")
    assert all(scale.low <= each <= scale.high for each in amounts)


def test_lines_begin_elsewhere_where_zero_would_leave_more_than_half_empty() -> None:
    assert near_scale([Decimal(900), Decimal(930)], 0, 100, 5).low == 900
    assert near_scale([Decimal(450), Decimal(930)], 0, 100, 5).low == 0
    assert near_scale([Decimal(-930), Decimal(-900)], 0, 100, 5).high == -900
    assert near_scale([Decimal(-1), Decimal(900)], 0, 100, 5).low < 0


def test_one_amount_alone_has_room_around_it() -> None:
    scale = near_scale([Decimal(900)], 0, 100, 5)

    assert scale.low < 900 < scale.high


def test_a_snug_scale_ends_at_the_outermost_amount() -> None:
    scale = zero_scale([Decimal(930)], 0, 93, 5, is_snug=True)

    assert (scale.high, scale.at(Decimal(930)), scale.ticks[-1]) == (Decimal(930), 93.0, Decimal(800))


def test_pixels_may_run_downwards() -> None:
    scale = zero_scale([Decimal(10)], 200, 0, 5)

    assert (scale.at(Decimal(0)), scale.at(Decimal(10)), scale.at(Decimal(5))) == (200, 0, 100)
