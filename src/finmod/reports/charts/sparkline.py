"""Sparklines: a small line beside a figure, without axes.

Owns its size. It shows a shape, not amounts: where it begins is told in its description, amounts stand in its table.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finmod.reports.charts.amounts import short
from finmod.reports.charts.drawing import Chart, Head, Picture, known
from finmod.reports.charts.plot import Series, checked, described, runs, tabled
from finmod.reports.charts.scale import Scale

_HEIGHT: Final = 28
_EDGE: Final = 4


@dataclass(frozen=True, kw_only=True)
class Spark:
    """What a sparkline shows.

    Attributes:
        title: Of the figures.
        unit: Of every amount.
        periods: Labels, one per period, none left out.
        values: One per period; None where it is not known.
    """

    title: str
    unit: str
    periods: tuple[str, ...]
    values: tuple[Decimal | None, ...]


def sparkline(chart: Spark, *, width: int = 120, anchor: str) -> Chart:
    """Return a sparkline: broken where a value is not known, a dot at the last one that is, zero where it is near.

    Args:
        chart: What it shows.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.

    Raises:
        InternalError: There is not one value per period.
    """
    one = Series(chart.title, chart.values)
    checked(chart.periods, [one])
    values = known(chart.values)
    told = described("Sparkline", chart.unit, chart.periods, [one])
    ends = f" From {short(min(values))} at the bottom to {short(max(values))} at the top." if values else ""
    picture = Picture(Head(chart.title, "", told + ends), width, anchor, is_inline=True)
    picture.y = _HEIGHT
    if values:
        _draw(picture, chart.values, values)
    return picture.chart(tabled(chart.periods, [one], chart.unit))


def _draw(picture: Picture, values: tuple[Decimal | None, ...], every: list[Decimal]) -> None:
    low, high = min(every), max(every)
    scale = Scale(low, high if high > low else low + 1, _HEIGHT - _EDGE, _EDGE, ())
    step = (picture.width - 2 * _EDGE) / max(1, len(values) - 1)
    if low < 0 < high:
        picture.line([(0, scale.at(Decimal(0))), (picture.width, scale.at(Decimal(0)))], "grid")
    for run in runs(values):
        points = [(_EDGE + number * step, scale.at(value)) for number in run if (value := values[number]) is not None]
        picture.line(points, "s0", width=1.8)
        if len(points) == 1:
            picture.mark(*points[0], "s0")
    x = _EDGE + (runs(values)[-1].stop - 1) * step
    picture.mark(x, scale.at(every[-1]), "s0")
