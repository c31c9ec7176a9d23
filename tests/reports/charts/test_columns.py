"""Columns: from zero, sums only where they are whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import pytest

from finmod.reports.charts.columns import Columns, columns
from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.plot import Series
from tests.pictures import MINUS, faults, placed, shapes, untold

FORM = Literal["stacked", "grouped"]


def made(form: FORM, width: int = 680, /, **series: list[int | None]) -> Chart:
    every = tuple(
        Series(name, tuple(None if each is None else Decimal(each) for each in values))
        for name, values in series.items()
    )
    count = max((len(one.values) for one in every), default=0)
    periods = tuple(f"2026-{number + 1:02d}" for number in range(count))
    return columns(Columns(title="Cost", unit="USD", periods=periods, series=every, form=form), width=width, anchor="c")


def test_columns_begin_at_zero_and_are_as_high_as_their_amounts() -> None:
    small, large = shapes(made("grouped", a=[10, 40]), "s0")

    assert large["height"] == pytest.approx(4 * small["height"], abs=0.3)
    assert small["y"] + small["height"] == pytest.approx(large["y"] + large["height"], abs=0.2)


def test_a_stack_goes_up_with_what_is_positive_and_down_with_what_is_negative() -> None:
    chart = made("stacked", a=[30], b=[20], credits=[-10])

    a, b, credits_ = (shapes(chart, role)[1] for role in ("s0", "s1", "s2"))
    assert b["y"] + b["height"] == pytest.approx(a["y"], abs=0.2)
    assert credits_["y"] == pytest.approx(a["y"] + a["height"], abs=0.2)
    assert chart.table.header[-1] == "Total, USD"
    assert chart.table.rows == (("2026-01", "30", "20", f"{MINUS}10", "40"),)
    assert "40" in {each.text for each in placed(chart)}


def test_a_stack_of_which_a_part_is_unknown_is_a_gap() -> None:
    chart = made("stacked", a=[30, 30], b=[20, None])

    assert len(shapes(chart, "s0")) == 2  # one column, and its sample in the legend
    assert "No value" in {each.text for each in placed(chart)}
    assert chart.table.rows[1] == ("2026-02", "30", "no value", "no value")


def test_in_a_group_the_unknown_column_lacks_alone() -> None:
    chart = made("grouped", a=[30, 30], b=[20, None])

    assert (len(shapes(chart, "s0")), len(shapes(chart, "s1"))) == (3, 2)
    assert "No value" in {each.text for each in placed(chart)}


def test_the_table_names_those_that_were_summed_too() -> None:
    many: dict[str, list[int | None]] = {f"s{number}": [number + 1] for number in range(8)}

    chart = made("stacked", **many)

    assert chart.table.header[-2:] == ("3 others, USD", "Total, USD")
    assert chart.table.rows[0][1:] == ("1", "2", "3", "4", "5", "6", "7", "8", "6", "36")


@pytest.mark.parametrize("width", [280, 360, 680])
@pytest.mark.parametrize("form", ["stacked", "grouped"])
@pytest.mark.parametrize("count", [1, 12, 60])
def test_labels_fit_and_stand_in_the_table(width: int, form: FORM, count: int) -> None:
    first: list[int | None] = [(number - 3) * 123_456 for number in range(count)]
    every: list[dict[str, list[int | None]]] = [
        {"a": first},
        {"a": first, "b": [*first[:-1], None]},
        {"a": [-500] * count},
    ]
    for series in every:
        chart = made(form, width, **series)
        assert faults(chart) == []
        assert untold(chart) == []


@pytest.mark.parametrize("series", [{}, {"a": []}, {"a": [None]}, {"a": [None], "b": [None]}])
def test_there_may_be_nothing_to_draw(series: dict[str, list[int | None]]) -> None:
    assert "No values." in made("stacked", **series).svg
