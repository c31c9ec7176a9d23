"""Stacked areas: how a total is made up, period after period, from zero."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finmod.reports.charts.columns import Columns, columns
from finmod.reports.charts.drawing import Chart, Picture, known, nothing
from finmod.reports.charts.plot import (
    NO_VALUES,
    Folded,
    OfPeriods,
    Plot,
    Series,
    checked,
    described,
    field,
    folded,
    framed,
    gaps,
    last_texts,
    pixels,
    runs,
    side_room,
    side_texts,
    tabled,
)
from finmod.reports.charts.scale import zero_scale
from finmod.terms.money import known_sum

_ALONE: Final = 0.3
_INSTEAD: Final = "Columns, because no area can show negative amounts."


@dataclass(frozen=True, kw_only=True)
class Area(OfPeriods):
    """What a stacked area shows.

    Attributes:
        layers: From the bottom up; those beyond six are summed in one.
    """

    layers: tuple[Series, ...]


def area(chart: Area, *, width: int = 680, anchor: str) -> Chart:
    """Return a stacked area; stacked columns where an amount is negative, which no area can show.

    A period of which one layer is not known is a gap: what stands above would be no sum.

    Args:
        chart: What it shows.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.

    Raises:
        InternalError: A layer has not one value per period.
    """
    checked(chart.periods, chart.layers)
    stack = folded(chart.layers, len(chart.periods))
    if any(value < 0 for one in stack.shown for value in known(one.values)):
        instead = Columns(
            title=chart.title, unit=chart.unit, periods=chart.periods, series=chart.layers,
            note=f"{_INSTEAD} {chart.note}".strip(),
        )  # fmt: skip
        return columns(instead, width=width, anchor=anchor)
    told = described("Stacked area", chart.unit, chart.periods, [*stack.shown, stack.totals])
    picture = framed(chart, told, width=width, anchor=anchor)
    if known(stack.totals.values):
        _draw(picture, chart.periods, stack)
    else:
        nothing(picture)
    return picture.chart(tabled(chart.periods, [*stack.listed, stack.totals], chart.unit))


def _draw(picture: Picture, periods: tuple[str, ...], stack: Folded) -> None:
    totals = stack.totals.values
    lacking = [number for number, total in enumerate(totals) if total is None]
    legend = [] if picture.is_wide else stack.looks[::-1]
    picture.legend([*legend, *([NO_VALUES] if lacking else [])])
    texts = last_texts(stack.shown)
    side = side_room(picture, [key.name for key in stack.looks], texts) if picture.is_wide else 4
    plot = field(picture, periods, zero_scale(known(totals), *pixels(picture, 6), 5), side)
    gaps(picture, plot, lacking)
    ends = []
    for place, (one, key) in enumerate(zip(stack.shown, stack.looks, strict=True)):
        below, above = (_levels(stack.shown[:count], len(totals)) for count in (place, place + 1))
        for run in runs(totals):
            points = [*_edge(plot, above, run), *reversed(_edge(plot, below, run))]
            picture.area(points, key.role, hatch=key.hatch, tip=one.name)
            picture.line(_edge(plot, below, run), "page")
        last = runs(totals)[-1].stop - 1
        ends.append(((plot.scale.at(above[last]) + plot.scale.at(below[last])) / 2, texts[place], key))
    picture.line([(plot.left, plot.scale.start), (plot.right, plot.scale.start)], "muted")
    if picture.is_wide:
        side_texts(picture, plot, ends)


def _levels(layers: list[Series], periods: int) -> list[Decimal]:
    """Return how high some layers are together; in gaps, where nothing is drawn, what is known of it."""
    return [known_sum(one.values[number] for one in layers) or Decimal(0) for number in range(periods)]


def _edge(plot: Plot, levels: list[Decimal], run: range) -> list[tuple[float, float]]:
    """Return the upper edge of some layers; a period alone is as wide as can be seen."""
    points = [(plot.x(number), plot.scale.at(levels[number])) for number in run]
    if len(points) > 1:
        return points
    ((x, y),) = points
    return [(x - plot.slot * _ALONE, y), (x + plot.slot * _ALONE, y)]
