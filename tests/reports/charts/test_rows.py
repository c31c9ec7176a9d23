"""Rows: name, bar and amount, in any width."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.reports.charts.drawing import Chart, ChartTable, Head, Picture
from finmod.reports.charts.rows import Row, draw_rows
from tests.pictures import faults, placed, shapes


def drawn(rows: list[Row], width: int, *, is_linked: bool = False) -> Chart:
    picture = Picture(Head("Rows", "In USD", ""), width, "a")
    draw_rows(picture, rows, is_linked=is_linked)
    return Chart(picture.finish(), ChartTable((), ()), "")


def row(name: str, low: int, high: int) -> Row:
    return Row(name=name, text=f"{high - low:,}", span=(Decimal(low), Decimal(high)), role="s0")


def test_bars_begin_at_zero_and_are_as_long_as_their_amounts() -> None:
    small, large = shapes(drawn([row("a", 0, 10), row("b", 0, 40)], 680), "s0")

    assert small["x"] == large["x"]
    assert large["width"] == pytest.approx(4 * small["width"], abs=0.3)


def test_a_bar_may_lie_left_of_zero() -> None:
    left, right = shapes(drawn([row("a", 0, -10), row("b", 0, 40)], 680), "s0")

    assert left["x"] + left["width"] == pytest.approx(right["x"], abs=0.2)


def test_names_stand_beside_bars_where_it_is_wide_and_above_where_it_is_narrow() -> None:
    for width, is_above in ((680, False), (360, True)):
        chart = drawn([row("search", 0, 10)], width)
        name = next(each for each in placed(chart) if each.text == "search")
        bar = shapes(chart, "s0")[0]
        assert (name.bottom <= bar["y"]) == is_above
        assert (name.right <= bar["x"]) != is_above


@pytest.mark.parametrize("width", [280, 360, 519, 520, 680, 1200])
@pytest.mark.parametrize("is_linked", [True, False])
def test_fifteen_rows_of_long_names_fit(width: int, *, is_linked: bool) -> None:
    rows = [row(f"an effect with a long name {'W' * number * 3}", number * 900_000, 0) for number in range(15)]

    assert faults(drawn(rows, width, is_linked=is_linked)) == []


def test_a_row_without_a_bar_is_text_alone() -> None:
    chart = drawn([Row(name="unknown", text="no value"), row("a", 0, 1)], 680)

    assert len(shapes(chart, "s0")) == 1
    assert {"unknown", "no value"} <= {each.text for each in placed(chart)}


def test_the_longest_bar_takes_the_whole_lane() -> None:
    (bar,) = shapes(drawn([row("a", 0, 930)], 360), "s0")

    assert (bar["x"], bar["width"]) == (1, 358)
