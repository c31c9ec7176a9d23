"""Stacked areas: from zero, whole or not at all."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from finmod.reports.charts.area import Area, area
from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.plot import Series
from tests.pictures import faults, placed, untold


def made(width: int = 680, /, **layers: list[int | None]) -> Chart:
    every = tuple(
        Series(name, tuple(None if each is None else Decimal(each) for each in values))
        for name, values in layers.items()
    )
    count = max((len(one.values) for one in every), default=2)
    periods = tuple(f"2026-{number + 1:02d}" for number in range(count))
    return area(Area(title="Cost", unit="USD", periods=periods, layers=every), width=width, anchor="a")


def paths(chart: Chart, role: str) -> list[list[tuple[float, float]]]:
    """Return the corners of the shapes of a colour."""
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path)]
        for path in re.findall(rf'<path d="([^"]+)Z" class="fm-fill-{role}"', chart.svg)
    ]


def test_layers_stand_on_one_another_and_the_lowest_on_zero() -> None:
    chart = made(a=[10, 20], b=[30, 30])

    ((low,), (high,)) = paths(chart, "s0"), paths(chart, "s1")
    assert low[2][1] == low[3][1] == max(y for _, y in low)
    assert high[2:] == [low[1], low[0]]
    assert chart.table.rows == (("2026-01", "10", "30", "40"), ("2026-02", "20", "30", "50"))


def test_a_period_of_which_a_layer_is_unknown_is_a_gap_in_all_of_them() -> None:
    chart = made(a=[10, 20, 20, 20], b=[30, None, 30, 30])

    assert len(paths(chart, "s0")) == len(paths(chart, "s1")) == 2
    assert "No value" in {each.text for each in placed(chart)}
    assert chart.table.rows[1] == ("2026-02", "20", "no value", "no value")


def test_negative_amounts_are_shown_as_columns_and_the_picture_says_why() -> None:
    chart = made(a=[10, 20], credits=[-1, -2])

    assert "In USD. Columns, because no area can show negative amounts." in {each.text for each in placed(chart)}
    assert paths(chart, "s0") == []


@pytest.mark.parametrize("width", [280, 360, 680])
@pytest.mark.parametrize("count", [1, 3, 60])
def test_labels_fit_and_stand_in_the_table(width: int, count: int) -> None:
    values: list[int | None] = [number * 123_456 for number in range(count)]

    chart = made(width, **{f"layer {'x' * number * 6}": values for number in range(9)}, thin=[0] * count)

    assert faults(chart) == []
    assert untold(chart) == []


@pytest.mark.parametrize("layers", [{}, {"a": [None, None]}])
def test_there_may_be_nothing_to_draw(layers: dict[str, list[int | None]]) -> None:
    assert "No values." in made(**layers).svg
