"""Lines: amounts of periods, actual against plan, and the interval of a forecast.

Owns how a line is told from another. Lines need no zero: where the axis begins elsewhere, it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from finmod.reports.charts.amounts import on_axis, short
from finmod.reports.charts.drawing import SMALL_MUTED, Chart, Dash, Head, Key, Picture, known, nothing, said
from finmod.reports.charts.labels import SMALL, clean, text_width
from finmod.reports.charts.plot import (
    NO_VALUES,
    Plot,
    Series,
    checked,
    described,
    field,
    gaps,
    height,
    last_text,
    runs,
    side_room,
    side_texts,
    tabled,
)
from finmod.reports.charts.scale import Scale, near_scale
from finmod.reports.charts.style import REST, SERIES

_FORMS: Final[dict[str, Dash]] = {"actual": "solid", "plan": "dashed", "forecast": "dotted"}
_FEW: Final = 16


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        name: What it is.
        values: One per period; None where there is none.
        kind: Solid, dashed or dotted, in that order.
    """

    name: str
    values: tuple[Decimal | None, ...]
    kind: Literal["actual", "plan", "forecast"] = "actual"


@dataclass(frozen=True)
class Band:
    """An interval; drawn where both ends are known."""

    name: str
    low: tuple[Decimal | None, ...]
    high: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class Lines:
    """What lines show.

    Attributes:
        title: Of the chart.
        unit: Of every amount.
        periods: Labels, one per period, none left out.
        lines: Those beyond six have no colour of their own.
        band: Of the last line; None for none.
        note: One sentence below the title; may be empty.
    """

    title: str
    unit: str
    periods: tuple[str, ...]
    lines: tuple[Line, ...]
    band: Band | None = None
    note: str = ""


def lines(chart: Lines, *, width: int = 680, anchor: str) -> Chart:
    """Return lines, broken where a value is not known; a period without any value is marked.

    Args:
        chart: What they show.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.

    Raises:
        InternalError: A line has not one value per period.
    """
    own = [Series(one.name, one.values) for one in chart.lines]
    band = chart.band
    ends = [Series(f"{band.name}, low", band.low), Series(f"{band.name}, high", band.high)] if band else []
    checked(chart.periods, [*own, *ends])
    told = described("Lines", chart.unit, chart.periods, [*own, *ends])
    picture = Picture(Head(chart.title, said(chart.unit, chart.note), told), width, anchor)
    table = tabled(chart.periods, [*own, *ends], chart.unit)
    every = [value for one in [*own, *ends] for value in known(one.values)]
    if not every:
        return Chart(nothing(picture), table, clean(chart.title))
    _draw(picture, chart, every)
    return Chart(picture.finish(), table, clean(chart.title))


def _draw(picture: Picture, chart: Lines, every: list[Decimal]) -> None:
    roles = [*SERIES, *(REST for _ in chart.lines[len(SERIES) :])]
    looks = [
        (one, Key(clean(one.name), role, "line", dash=_FORMS[one.kind]))
        for one, role in zip(chart.lines, roles, strict=False)
    ]
    role = looks[-1][1].role if looks else SERIES[0]
    sides: list[Sequence[Decimal | None]] = [one.values for one in chart.lines]
    lacking = [number for number in range(len(chart.periods)) if all(side[number] is None for side in sides)]
    keys = [] if picture.is_wide else [key for _, key in looks]
    keys += [Key(clean(chart.band.name), role, "band")] if chart.band else []
    keys += [NO_VALUES] if lacking else []
    if keys:
        picture.legend(keys)
    texts = [last_text(Series(one.name, one.values)) for one in chart.lines]
    side = side_room(picture, texts) if picture.is_wide else 4
    top = picture.y + 8
    plot = field(picture, chart.periods, near_scale(every, top + height(picture), top, 5), side)
    gaps(picture, plot, lacking)
    if chart.band:
        _band(picture, plot, chart.band, role)
    for one, key in looks:
        _line(picture, plot, one.values, key)
    if picture.is_wide:
        drawn = [(one.values, text, key) for (one, key), text in zip(looks, texts, strict=True) if known(one.values)]
        side_texts(picture, plot, [(plot.scale.at(known(values)[-1]), text, key) for values, text, key in drawn])
    _say_start(picture, plot.scale)


def _band(picture: Picture, plot: Plot, band: Band, role: str) -> None:
    both = [None if low is None or high is None else (low, high) for low, high in zip(band.low, band.high, strict=True)]
    for run in runs(both):
        pairs = [(plot.x(number), both[number]) for number in run]
        low, high = ([(x, plot.scale.at(pair[end])) for x, pair in pairs if pair] for end in (0, 1))
        picture.veil([*high, *reversed(low)], role)
        for edge in (low, high):
            picture.line(edge, role)


def _line(picture: Picture, plot: Plot, values: tuple[Decimal | None, ...], key: Key) -> None:
    for run in runs(values):
        points = [(plot.x(number), plot.scale.at(value)) for number in run if (value := values[number]) is not None]
        picture.line(points, key.role, width=2.2, dash=key.dash)
        # A point between two gaps has no line.
        if len(points) == 1 or len(values) <= _FEW:
            for x, y in points:
                picture.dot(x, y, key.role)


def _say_start(picture: Picture, scale: Scale) -> None:
    if scale.low <= 0 <= scale.high:
        return
    low, high = on_axis([scale.low, scale.high])
    picture.y += 14
    picture.text(0, picture.y, f"The axis runs from {low} to {high}: it does not show 0.", SMALL_MUTED)
    picture.y += 5
