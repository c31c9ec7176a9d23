"""Lines: broken where nothing is known, told apart by more than colour, honest about zero."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.lines import Band, Line, Lines, lines
from tests.pictures import faults, placed, untold


def amounts(values: list[int | None]) -> tuple[Decimal | None, ...]:
    return tuple(None if each is None else Decimal(each) for each in values)


def made(*every: Line, width: int = 680, band: Band | None = None) -> Chart:
    periods = tuple(f"2026-{number + 1:02d}" for number in range(len(every[0].values) if every else 0))
    return lines(Lines(title="Cost", unit="USD", periods=periods, lines=every, band=band), width=width, anchor="l")


def line(name: str, *values: int | None) -> Line:
    return Line(name, amounts([*values]))


def texts(chart: Chart) -> set[str]:
    return {each.text for each in placed(chart)}


def drawn(chart: Chart, role: str) -> list[str]:
    """Return the lines of a colour that are thick, without those of the legend."""
    return re.findall(rf'<path d="([^"]+)" fill="none" stroke-width="2.2"[^>]* class="fm-stroke-{role}"', chart.svg)


def test_a_line_is_broken_where_a_value_is_unknown_and_the_picture_says_so() -> None:
    chart = made(line("a", 1, 2, None, 4, 5), line("b", 1, 1, 1, 1, 1), width=360)

    assert [path.count("L") for path in drawn(chart, "s0")] == [1, 1, 1]  # that of the legend, and two parts
    assert "In USD. A line is broken where there is no value." in texts(chart)
    assert chart.table.rows[2] == ("2026-03", "no value", "1")


def test_a_line_that_begins_late_is_not_broken() -> None:
    assert "In USD" in texts(made(line("a", None, 2, 3, None), line("b", 1, 1, 1, 1)))


def test_a_period_of_which_nothing_is_known_is_marked() -> None:
    assert "No value" in texts(made(line("a", 1, None, 3)))
    assert "No value" not in texts(made(line("a", 1, None, 3), line("b", 1, 2, 3)))


def test_an_axis_without_zero_says_so() -> None:
    assert "The axis runs from 900k to 940k: it does not show 0." in texts(made(line("a", 900_000, 935_000)))
    assert not any("does not show 0" in each for each in texts(made(line("a", 100, 935_000))))


def test_actual_plan_and_forecast_differ_in_dash_and_mark() -> None:
    chart = made(
        Line("Actual", amounts([1, 2]), "actual"),
        Line("Plan", amounts([1, 2]), "plan"),
        Line("Next", amounts([1, 2]), "forecast"),
    )

    dashes = re.findall(r'stroke-width="2.2" stroke-linejoin="round"( stroke-dasharray="[^"]+")?', chart.svg)
    assert len(set(dashes)) == 3
    assert "<circle" in chart.svg
    assert re.search(r'<path d="M[^"]+Z" class="fm-fill-s1"', chart.svg)


def test_a_band_is_drawn_where_both_of_its_ends_are_known() -> None:
    band = Band("80 % interval", amounts([None, 2, 3]), amounts([5, 6, None]))

    chart = made(line("a", 3, 4, 5), band=band)

    assert chart.svg.count('fill-opacity="0.18"') == 2  # one stretch, and its sample in the legend
    assert "80 % interval" in texts(chart)
    assert chart.table.header == ("Period", "a, USD", "80 % interval, low, USD", "80 % interval, high, USD")
    assert chart.table.rows[0] == ("2026-01", "3", "no value", "5")


def test_lines_beyond_the_colours_are_grey_and_counted_and_in_the_table() -> None:
    chart = made(*(line(f"line {chr(97 + number)}", number, number + 1) for number in range(9)))

    assert "3 others" in texts(chart)
    assert len(drawn(chart, "rest")) == 4
    assert len(chart.table.header) == 10


@pytest.mark.parametrize("width", [280, 360, 680])
@pytest.mark.parametrize("count", [1, 3, 60])
def test_labels_fit_and_stand_in_the_table(width: int, count: int) -> None:
    chart = made(
        *(line(f"a line {'x' * number * 5}", *(each * 100 + 900_000 for each in range(count))) for number in range(6)),
        width=width,
    )

    assert faults(chart) == []
    assert untold(chart) == []


def test_there_may_be_nothing_to_draw() -> None:
    assert "No values." in made().svg
    assert "No values." in made(line("a", None, None)).svg
