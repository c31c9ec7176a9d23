"""Columns: amounts of periods, side by side or stacked, from zero.

Owns where a column stands. Negative amounts go down from zero, also in a stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from finmod.reports.charts.amounts import short
from finmod.reports.charts.drawing import SMALL_MUTED, Box, Chart, Key, Look, Picture, known, nothing
from finmod.reports.charts.labels import SMALL, text_width
from finmod.reports.charts.plot import (
    NO_VALUES,
    OfPeriods,
    Plot,
    Series,
    checked,
    described,
    field,
    folded,
    framed,
    gaps,
    pixels,
    tabled,
)
from finmod.reports.charts.scale import zero_scale
from finmod.terms.money import known_sum

_GROUP: Final = 0.72


@dataclass(frozen=True, kw_only=True)
class Columns(OfPeriods):
    """What columns show.

    Attributes:
        series: From the bottom up, or from left to right; those beyond six are summed in one.
        form: ``stacked`` or ``grouped``.
    """

    series: tuple[Series, ...]
    form: Literal["stacked", "grouped"] = "stacked"


def columns(chart: Columns, *, width: int = 680, anchor: str) -> Chart:
    """Return columns.

    A stack of which one part is not known is not drawn: it would look like a sum. In a group the column lacks alone.

    Args:
        chart: What they show.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.

    Raises:
        InternalError: A series has not one value per period.
    """
    checked(chart.periods, chart.series)
    stack = folded(chart.series, len(chart.periods))
    totals = [stack.totals] if chart.form == "stacked" and len(stack.shown) > 1 else []
    told = described("Stacked columns" if totals else "Columns", chart.unit, chart.periods, stack.shown)
    picture = framed(chart, told, width=width, anchor=anchor)
    if known([value for one in stack.shown for value in one.values]):
        looks = [*zip(stack.shown, stack.looks, strict=True)]
        _draw(picture, chart.periods, looks, stack.totals if totals else None)
    else:
        nothing(picture)
    return picture.chart(tabled(chart.periods, [*stack.listed, *totals], chart.unit))


def _draw(picture: Picture, periods: tuple[str, ...], looks: list[tuple[Series, Key]], totals: Series | None) -> None:
    lacking = [number for number in range(len(periods)) if any(one.values[number] is None for one, _ in looks)]
    legend = [key for _, key in looks] if len(looks) > 1 else []
    picture.legend([*legend, *([NO_VALUES] if lacking else [])])
    ends = _ends(looks, len(periods)) if totals else [value for one, _ in looks for value in known(one.values)]
    plot = field(picture, periods, zero_scale(ends, *pixels(picture, 16), 5), 4)
    if totals:
        gaps(picture, plot, lacking)
        _stacks(picture, plot, periods, looks)
        _totals(picture, plot, totals.values, [_top(looks, number) for number in range(len(periods))])
    else:
        _groups(picture, plot, periods, looks)


def _ends(looks: list[tuple[Series, Key]], periods: int) -> list[Decimal]:
    """Return how far each stack goes up and down."""
    found = []
    for number in range(periods):
        values = known([one.values[number] for one, _ in looks])
        found += [known_sum(each for each in values if each * sign > 0) for sign in (1, -1)]
    return known(found)


def _stacks(picture: Picture, plot: Plot, periods: tuple[str, ...], looks: list[tuple[Series, Key]]) -> None:
    wide = plot.slot * _GROUP
    for number, period in enumerate(periods):
        values = [one.values[number] for one, _ in looks]
        if len(known(values)) < len(values):
            continue
        sofar = {True: Decimal(0), False: Decimal(0)}
        for (one, key), value in zip(looks, known(values), strict=True):
            start, sofar[value > 0] = sofar[value > 0], sofar[value > 0] + value
            low, high = plot.scale.at(start), plot.scale.at(sofar[value > 0])
            box = Box(plot.x(number) - wide / 2, high, wide, low - high)
            picture.box(box, key.role, hatch=key.hatch, tip=f"{one.name}, {period}: {short(value)}")
            picture.line([(box.x, low), (box.x + wide, low)], "page")


def _groups(picture: Picture, plot: Plot, periods: tuple[str, ...], looks: list[tuple[Series, Key]]) -> None:
    each = plot.slot * _GROUP / len(looks)
    zero = plot.scale.at(Decimal(0))
    for place, (one, key) in enumerate(looks):
        shift = (place - (len(looks) - 1) / 2) * each
        for number, value in enumerate(one.values):
            x = plot.x(number) + shift - each / 2
            if value is None:
                whole = Box(x, plot.scale.end, each, plot.scale.start - plot.scale.end)
                picture.box(
                    whole, NO_VALUES.role, hatch=NO_VALUES.hatch, tip=f"{one.name}, {periods[number]}: no value"
                )
                continue
            tip = f"{one.name}, {periods[number]}: {short(value)}"
            picture.box(Box(x, zero, each - 1, plot.scale.at(value) - zero), key.role, hatch=key.hatch, tip=tip)
    if len(looks) == 1:
        _totals(picture, plot, looks[0][0].values, looks[0][0].values)


def _top(looks: list[tuple[Series, Key]], number: int) -> Decimal:
    """Return how far a stack goes up."""
    return known_sum(each for each in known([one.values[number] for one, _ in looks]) if each > 0) or Decimal(0)


def _totals(picture: Picture, plot: Plot, amounts: Sequence[Decimal | None], tops: Sequence[Decimal | None]) -> None:
    """Write amounts above the tops of their columns, all of them or none."""
    texts = [
        (number, top, short(amount))
        for number, (amount, top) in enumerate(zip(amounts, tops, strict=True))
        if amount is not None and top is not None
    ]
    if any(text_width(text, SMALL) > plot.slot - 4 for _, _, text in texts):
        return
    for number, top, text in texts:
        # What is below zero is told above it: under the column stand the periods.
        y = plot.scale.at(max(top, Decimal(0))) - 5
        picture.text(plot.x(number), y, text, Look(size=SMALL_MUTED.size, align="middle"))
