"""The field: slots of one width, labels that leave each other room, sums that are whole."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest

from finmod.errors import InternalError
from finmod.reports.charts.drawing import Chart, ChartTable, Head, Key, Picture
from finmod.reports.charts.plot import Plot, Series, checked, field, folded, keys, runs, side_texts, sums
from finmod.reports.charts.scale import zero_scale
from tests.pictures import faults, placed


def series(name: str, *values: int | None) -> Series:
    return Series(name, tuple(None if each is None else Decimal(each) for each in values))


def framed(periods: list[str], width: int, side: float = 4) -> tuple[Picture, Plot]:
    picture = Picture(Head("Field", "In USD", ""), width, "a")
    top = picture.y + 8
    return picture, field(picture, periods, zero_scale([Decimal(900_000)], top + 200, top, 5), side)


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(InternalError, match="'ads' has 1 values for 2 periods"):
        checked(["2026-01", "2026-02"], [series("ads", 1)])


def test_periods_are_evenly_spaced() -> None:
    _, plot = framed([f"p{number}" for number in range(12)], 680)

    assert {round(plot.x(number + 1) - plot.x(number), 6) for number in range(11)} == {round(plot.slot, 6)}


@pytest.mark.parametrize("width", [280, 360, 680])
@pytest.mark.parametrize("count", [1, 2, 12, 13, 36, 120, 900])
def test_as_many_periods_are_named_as_have_room(width: int, count: int) -> None:
    picture, _ = framed([f"FY{2020 + number // 12}-P{number % 12 + 1:02d}" for number in range(count)], width)
    picture.y += 4
    chart = Chart(picture.finish(), ChartTable((), ()), "")

    assert faults(chart) == []
    assert "FY2020-P01" in [each.text for each in placed(chart)]


def test_series_beyond_the_colours_are_summed_smallest_first_and_order_stays() -> None:
    many = [series(f"s{number}", size, size) for number, size in enumerate([1, 90, 80, 2, 70, 60, 50, 3])]

    stack = folded(many, 2)

    assert [one.name for one in stack.shown] == ["s1", "s2", "s4", "s5", "s6", "3 others"]
    assert [*stack.shown[-1].values] == [6, 6]
    assert stack.looks[-1].role == "rest"
    assert stack.listed == [*many, stack.shown[-1]]
    assert stack.totals == series("Total", 356, 356)
    assert folded(many[:6], 2).shown == folded(many[:6], 2).listed == many[:6]


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert sums([series("a", 1, 2), series("b", 3, None)], 2) == (Decimal(4), None)
    assert sums([], 2) == (None, None)


def test_series_differ_by_hatch_where_colours_are_neighbours() -> None:
    looks = keys([series(f"s{number}", 1) for number in range(6)], has_rest=False)

    assert all(one.hatch != other.hatch for one, other in pairwise(looks))
    assert len({one.role for one in looks}) == 6


def test_stretches_end_at_gaps() -> None:
    assert runs([None, 1, 2, None, None, 3, None]) == [range(1, 3), range(5, 6)]
    assert runs([]) == []


def test_names_at_the_side_never_stand_over_one_another() -> None:
    picture, plot = framed(["a", "b"], 680, side=150)
    ends = [(plot.scale.end + 100 + number, "1,000", Key(f"line {'x' * number * 9}", "s0")) for number in range(7)]
    side_texts(picture, plot, [*ends, (plot.scale.start, "0", Key("low", "s1"))])
    chart = Chart(picture.finish(), ChartTable((), ()), "")

    assert faults(chart) == []
    assert sum(each.text.endswith("1,000") for each in placed(chart)) == 7
