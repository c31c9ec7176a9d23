"""Sparklines: a shape without text, and what it shows in words."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.sparkline import Spark, sparkline
from tests.pictures import faults, placed, root


def made(*values: int | None) -> Chart:
    periods = tuple(f"p{number}" for number in range(len(values)))
    every = tuple(None if each is None else Decimal(each) for each in values)
    return sparkline(Spark(title="Cost per order", unit="USD", periods=periods, values=every), anchor="s")


def test_it_is_small_and_has_no_text_inside() -> None:
    chart = made(1, 2, 3)

    assert (root(chart).get("width"), root(chart).get("height")) == ("120", "28")
    assert root(chart).get("class") == "fm-chart fm-spark"
    assert placed(chart) == []


def test_its_description_says_where_it_begins_and_its_table_has_the_amounts() -> None:
    chart = made(950, None, 1000)

    assert root(chart)[1].text == (
        "Sparkline in USD, p0 to p2: Cost per order 950 to 1k, 1 without a value. "
        "From 950 at the bottom to 1k at the top."
    )
    assert chart.table.rows == (("p0", "950"), ("p1", "no value"), ("p2", "1,000"))


def test_it_is_broken_where_a_value_is_unknown_and_ends_in_a_dot() -> None:
    assert made(1, 2, None, 4, 5).svg.count('fill="none"') == 2
    assert made(1, 2, None).svg.count("<circle") == 1


def test_zero_is_drawn_where_it_lies_between() -> None:
    assert "fm-stroke-grid" in made(-1, 2).svg
    assert "fm-stroke-grid" not in made(1, 2).svg


@pytest.mark.parametrize("values", [(), (None,), (5,), (5, 5)])
def test_few_or_equal_values_are_no_trouble(values: tuple[int | None, ...]) -> None:
    assert faults(made(*values)) == []
