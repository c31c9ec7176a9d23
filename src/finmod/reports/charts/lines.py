"""Lines: amounts of periods, actual against plan, and the interval of a forecast.

Owns how a line is told from another. Lines need no zero: where the axis begins elsewhere, it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from finmod.errors import counted
from finmod.reports.charts.amounts import on_axis
from finmod.reports.charts.drawing import SMALL_MUTED, Chart, Dash, Key, Picture, known, nothing
from finmod.reports.charts.labels import SMALL, clean, wrapped
from finmod.reports.charts.plot import (
    NO_VALUES,
    OfPeriods,
    Plot,
    Series,
    checked,
    described,
    field,
    framed,
    gaps,
    last_texts,
    pixels,
    runs,
    side_room,
    side_texts,
    tabled,
)
from finmod.reports.charts.scale import Scale, near_scale
from finmod.reports.charts.style import REST, SERIES

_FORMS: Final[dict[str, Dash]] = {"actual": "solid", "plan": "dashed", "forecast": "dotted"}
_FEW: Final = 16
_MARKS: Final = 8
_BROKEN: Final = "A line is broken where there is no value."


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
class Lines(OfPeriods):
    """What lines show.

    Attributes:
        lines: Those beyond six are drawn in grey, and named in the table alone.
        band: In the colour of the last line that has one; None for none.
    """

    lines: tuple[Line, ...]
    band: Band | None = None


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
    how = _BROKEN if any(len(runs(one.values)) > 1 for one in own) else ""
    picture = framed(chart, told, width=width, anchor=anchor, how=how)
    every = [value for one in [*own, *ends] for value in known(one.values)]
    if every:
        _draw(picture, chart, every)
    else:
        nothing(picture)
    return picture.chart(tabled(chart.periods, [*own, *ends], chart.unit))


def _draw(picture: Picture, chart: Lines, every: list[Decimal]) -> None:
    looks = [
        (one, Key(clean(one.name), role, "line", dash=_FORMS[one.kind], mark=number))
        for number, (one, role) in enumerate(zip(chart.lines, SERIES, strict=False))
    ]
    others = chart.lines[len(SERIES) :]
    role = looks[-1][1].role if looks else SERIES[0]
    lacking = [number for number in range(len(chart.periods)) if all(one.values[number] is None for one in chart.lines)]
    keys = [] if picture.is_wide else [key for _, key in looks]
    keys += [Key(counted(len(others), "other"), REST, "line")] if others else []
    keys += [Key(clean(chart.band.name), role, "band")] if chart.band else []
    keys += [NO_VALUES] if lacking else []
    picture.legend(keys)
    texts = last_texts([Series(one.name, one.values) for one, _ in looks])
    side = side_room(picture, [key.name for _, key in looks], texts) if picture.is_wide else 4
    plot = field(picture, chart.periods, near_scale(every, *pixels(picture, 8), 5), side)
    gaps(picture, plot, lacking)
    if chart.band:
        _band(picture, plot, chart.band, role)
    for one in others:
        _line(picture, plot, one.values, Key(one.name, REST, "line", dash=_FORMS[one.kind]))
    for one, key in looks:
        _line(picture, plot, one.values, key)
    if picture.is_wide:
        ends = [(known(one.values), text, key) for (one, key), text in zip(looks, texts, strict=True)]
        side_texts(picture, plot, [(plot.scale.at(values[-1]), text, key) for values, text, key in ends if values])
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
        # A point between two gaps has no line; of many points some are marked, each line's at periods of its own.
        every = 1 if len(values) <= _FEW or len(points) == 1 else -(-len(values) // _MARKS)
        for number, (x, y) in zip(run, points, strict=True):
            if (number + key.mark) % every == 0:
                picture.mark(x, y, key.role, key.mark)


def _say_start(picture: Picture, scale: Scale) -> None:
    if scale.low <= 0 <= scale.high:
        return
    low, high = on_axis([scale.low, scale.high])
    for line in wrapped(f"The axis runs from {low} to {high}: it does not show 0.", picture.width, SMALL):
        picture.y += 14
        picture.text(0, picture.y, line, SMALL_MUTED)
    picture.y += 5
