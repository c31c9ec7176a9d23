"""Ranked bars: the order, the rest, the unknown."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.reports.charts.bars import Bar, Bars, bars
from finmod.reports.charts.drawing import Chart
from tests.pictures import MINUS, faults, placed, shapes, untold


def made(amounts: dict[str, int | None], width: int = 680, shown: int = 12, *, is_ranked: bool = True) -> Chart:
    every = tuple(Bar(name, None if each is None else Decimal(each)) for name, each in amounts.items())
    return bars(Bars(title="Cost", unit="USD", bars=every, shown=shown, is_ranked=is_ranked), width=width, anchor="b")


def names(chart: Chart) -> list[str]:
    """Return the names of rows, from above."""
    return [each.text for each in placed(chart) if each.role == "ink" and each.left == 0][1:]


def test_the_largest_comes_first_and_the_unknown_after_all_that_is_known() -> None:
    chart = made({"b": 5, "u": None, "a": 5, "c": 9, "credit": -3})

    assert names(chart) == ["c", "a", "b", "credit", "u"]
    assert ("u", "no value") in chart.table.rows
    assert len(shapes(chart, "s0")) == 4


def test_bars_may_stay_in_the_order_they_came_in() -> None:
    assert names(made({"b": 5, "u": None, "c": 9}, is_ranked=False)) == ["b", "u", "c"]


def test_those_that_are_too_many_are_summed_and_counted_and_a_large_credit_is_not_among_them() -> None:
    chart = made({"a": 100, "b": 50, "c": 2, "d": 1, "e": None, "credit": -70}, shown=4)

    assert names(chart) == ["a", "b", "credit", "3 others, 1 of them without a value"]
    assert chart.table.rows[-1] == ("3 others, 1 of them without a value", "3")
    assert ("d", "1") in chart.table.rows
    assert ("credit", f"{MINUS}70") in chart.table.rows


def test_negative_bars_are_hatched() -> None:
    assert "url(#b-rising)" in made({"a": 10, "credit": -5}).svg
    assert "url(#b-rising)" not in made({"a": 10}).svg


@pytest.mark.parametrize("width", [280, 360, 680])
@pytest.mark.parametrize("size", [1, 10**8, 10**14])
def test_labels_fit_and_stand_in_the_table(width: int, size: int) -> None:
    chart = made(
        {f"{'name ' * number}{chr(97 + number)}": (number - 3) * size for number in range(20)} | {"u": None}, width
    )

    assert faults(chart) == []
    assert untold(chart) == []


@pytest.mark.parametrize("amounts", [{}, {"a": None}, {"a": 0}])
def test_there_may_be_nothing_to_draw(amounts: dict[str, int | None]) -> None:
    assert faults(made(amounts)) == []
    assert ("No values." in made(amounts).svg) == (not amounts)
