"""Rows: one bar each along an axis from zero, its name before it and its amount behind it.

Owns the layout that waterfalls and ranked bars share. Where the picture is wide, name, bar and amount stand side by
side; where it is narrow, name and amount stand above the bar. No text gets smaller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Final

from finmod.reports.charts.amounts import on_axis
from finmod.reports.charts.drawing import SMALL_MUTED, Box, Hatch, Look, Picture
from finmod.reports.charts.labels import SMALL, clean, text_width
from finmod.reports.charts.scale import Scale, zero_scale

_NAMES: Final = 0.38
_GAP: Final = 12


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        name: What it is about.
        text: Its amount as it is written.
        span: Where its bar begins and ends; None for a row of text alone.
        role: Colour of the bar.
        hatch: Over the bar.
        is_total: Whether it sums up what stands above it.
    """

    name: str
    text: str
    span: tuple[Decimal, Decimal] | None = None
    role: str = "total"
    hatch: Hatch = ""
    is_total: bool = False


@dataclass(frozen=True)
class _Layout:
    left: float
    right: float
    names: float
    pitch: float
    bar: float
    bar_down: float
    text_down: float


def draw_rows(picture: Picture, rows: Sequence[Row], *, is_signed: bool = False, is_linked: bool = False) -> None:
    """Draw rows one under another, and their axis.

    Args:
        picture: What they are drawn into.
        rows: At least one.
        is_signed: Whether the axis counts changes, and has a plus right of zero.
        is_linked: Whether each bar begins where the one above it ended, and is tied to it.
    """
    layout = _layout(picture, rows)
    scale = _axis(picture, rows, layout, is_signed=is_signed)
    if is_linked:
        _links(picture, rows, layout, scale)
    for number, row in enumerate(rows):
        top = picture.y + number * layout.pitch
        if row.is_total and number:
            picture.line([(0, top), (picture.width, top)], "grid")
        look = Look(is_bold=row.is_total)
        room = layout.names if picture.is_wide else picture.width - _width(row) - _GAP
        picture.text(0, top + layout.text_down, row.name, replace(look, room=room))
        picture.text(picture.width, top + layout.text_down, row.text, replace(look, align="end"))
        if row.span:
            start, end = (scale.at(each) for each in row.span)
            tip = f"{row.name}: {row.text}"
            picture.box(Box(start, top + layout.bar_down, end - start, layout.bar), row.role, hatch=row.hatch, tip=tip)
    for start, end in _lanes(picture, layout, rows):
        picture.line([(scale.at(Decimal(0)), start), (scale.at(Decimal(0)), end)], "muted")
    picture.y += len(rows) * layout.pitch + 20


def _width(row: Row) -> float:
    return text_width(row.text, is_bold=row.is_total)


def _layout(picture: Picture, rows: Sequence[Row]) -> _Layout:
    if not picture.is_wide:
        return _Layout(left=1, right=picture.width - 1, names=0, pitch=40, bar=11, bar_down=21, text_down=15)
    names = min(max(text_width(clean(row.name), is_bold=row.is_total) for row in rows), picture.width * _NAMES)
    right = picture.width - max(map(_width, rows)) - _GAP
    return _Layout(left=names + _GAP, right=right, names=names, pitch=26, bar=16, bar_down=5, text_down=17)


def _axis(picture: Picture, rows: Sequence[Row], layout: _Layout, *, is_signed: bool) -> Scale:
    """Draw the marks below where the rows will be, and return their scale."""
    ends = [end for row in rows if row.span for end in row.span]
    most = max(2, min(6, int((layout.right - layout.left) / 90)))
    scale = zero_scale(ends, layout.left, layout.right, most, is_snug=True)
    lanes = _lanes(picture, layout, rows)
    bottom = picture.y + len(rows) * layout.pitch
    for tick, text in zip(scale.ticks, on_axis(scale.ticks, is_signed=is_signed), strict=True):
        x, half = scale.at(tick), text_width(text, SMALL) / 2
        for start, end in lanes:
            picture.line([(x, start), (x, end)], "grid")
        middle = min(max(x, half), picture.width - half)
        picture.text(middle, bottom + 16, text, replace(SMALL_MUTED, align="middle"))
    return scale


def _lanes(picture: Picture, layout: _Layout, rows: Sequence[Row]) -> list[tuple[float, float]]:
    """Return from where to where lines of the axis go: beside texts, never through them."""
    bottom = picture.y + len(rows) * layout.pitch + 4
    if picture.is_wide:
        return [(picture.y, bottom)]
    tops = [picture.y + number * layout.pitch + layout.bar_down for number, row in enumerate(rows) if row.span]
    return [*((top - 2, top + layout.bar + 2) for top in tops), (bottom - 4, bottom)]


def _links(picture: Picture, rows: Sequence[Row], layout: _Layout, scale: Scale) -> None:
    """Tie each bar to the next one; rows of text alone are passed over, and no tie goes through a text."""
    drawn = [(number, row.span) for number, row in enumerate(rows) if row.span]
    below = layout.bar_down + layout.bar
    for (upper, one), (lower, _) in pairwise(drawn):
        x = scale.at(one[1])
        for number in range(upper + 1, lower + 1):
            top = picture.y + number * layout.pitch
            parts = [(below - layout.pitch, 3.0), (3.0, layout.bar_down), (layout.bar_down, below)]
            if not picture.is_wide and not _is_free(picture, rows[number], x):
                del parts[1]
            for start, end in parts:
                picture.line([(x, top + start), (x, top + end)], "rest")


def _is_free(picture: Picture, row: Row, x: float) -> bool:
    return text_width(clean(row.name), is_bold=row.is_total) + 3 < x < picture.width - _width(row) - 3
