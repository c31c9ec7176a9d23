"""The field in which amounts of periods stand: an axis of amounts, one slot per period, gaps, names at the side.

Owns what columns, areas and lines share. Slots are equally wide, whatever days a period has: the caller gives every
period from the first to the last, also one of which nothing is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from finmod.errors import InternalError, counted
from finmod.reports.charts.amounts import NO_VALUE, Column, finite, full, on_axis, short
from finmod.reports.charts.drawing import SMALL_MUTED, Box, ChartTable, Hatch, Head, Key, Look, Picture, known, said
from finmod.reports.charts.labels import SMALL, clean, shortened, text_width
from finmod.reports.charts.scale import Scale
from finmod.reports.charts.style import REST, SERIES
from finmod.terms.money import whole_sum

_EVERY: Final = (1, 2, 3, 4, 6, 12, 24, 48, 120, 240, 480)
_HATCHES: Final[tuple[Hatch, ...]] = ("", "rising", "", "falling", "", "rising")
_SIDE: Final = 0.3
_LINE: Final = 16
_NEAR: Final = 3
NO_VALUES: Final = Key("No value", "grid", hatch="falling")


@dataclass(frozen=True)
class Series:
    """Amounts of one thing.

    Attributes:
        name: What it is.
        values: One per period; None where it is not known.
    """

    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class OfPeriods:
    """What every chart of periods has.

    Attributes:
        title: Of the chart.
        unit: Of every amount.
        periods: Labels, one per period, none left out.
        note: One sentence below the title; may be empty.
    """

    title: str
    unit: str
    periods: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Folded:
    """Series as they are shown.

    Attributes:
        shown: As many as there are colours; those that are too many are summed in the last.
        looks: How each of them looks: colour and hatch, so that neither is needed alone.
        listed: What stands in the table: every series, and that sum.
        totals: The sum of each period; None where one part is not known.
    """

    shown: list[Series]
    looks: list[Key]
    listed: list[Series]
    totals: Series


@dataclass(frozen=True)
class Plot:
    """The field, in pixels; ``scale`` runs from bottom to top."""

    left: float
    right: float
    scale: Scale
    slots: int

    @property
    def slot(self) -> float:
        """Return the width of a period."""
        return (self.right - self.left) / self.slots

    def x(self, number: int) -> float:
        """Return the middle of a period."""
        return self.left + (number + 0.5) * self.slot


def checked(periods: Sequence[str], series: Iterable[Series]) -> None:
    """See that every series has an amount, or None, for every period.

    Raises:
        InternalError: One has not, or has an amount that is infinite.
    """
    for each in series:
        if len(each.values) != len(periods):
            message = f"{each.name!r} has {len(each.values)} values for {counted(len(periods), 'period')}"
            raise InternalError(message)
        for value in each.values:
            finite(value)


def folded(series: Sequence[Series], periods: int) -> Folded:
    """Return series as they are shown; the order stays."""
    shown = _few(series)
    has_rest = len(series) > len(SERIES)
    listed = [*series, *(shown[-1:] if has_rest else [])]
    return Folded(shown, keys(shown, has_rest=has_rest), listed, Series("Total", sums(shown, periods)))


def _few(series: Sequence[Series]) -> list[Series]:
    if len(series) <= len(SERIES):
        return list(series)
    sizes = [sum((abs(each) for each in known(one.values)), Decimal(0)) for one in series]
    kept = sorted(sorted(range(len(series)), key=lambda number: -sizes[number])[: len(SERIES) - 1])
    others = [series[number] for number in range(len(series)) if number not in kept]
    rest = sums(others, len(others[0].values))
    return [*(series[number] for number in kept), Series(f"{len(others)} others", rest)]


def sums(series: Sequence[Series], periods: int) -> tuple[Decimal | None, ...]:
    """Return the sum of each period; None where one part is not known."""
    return tuple(whole_sum(one.values[number] for one in series) for number in range(periods))


def keys(series: Sequence[Series], *, has_rest: bool) -> list[Key]:
    """Return how each of some series looks: colour and hatch, so that neither is needed alone."""
    found = [
        Key(clean(one.name), role, hatch=hatch) for one, role, hatch in zip(series, SERIES, _HATCHES, strict=False)
    ]
    return [*found[:-1], replace(found[-1], role=REST)] if has_rest else found


def framed(chart: OfPeriods, told: str, *, width: int, anchor: str, how: str = "") -> Picture:
    """Return the picture of a chart, with what stands above it.

    Args:
        chart: What it shows.
        told: What it shows, in words, for those who hear it.
        width: In pixels.
        anchor: Beginning of its ids.
        how: A sentence before the note; may be empty.
    """
    return Picture(Head(chart.title, said(chart.unit, how, chart.note), told), width, anchor)


def pixels(picture: Picture, above: float) -> tuple[float, float]:
    """Return the lower and the upper end of a field that begins so far below where the picture goes on."""
    top = picture.y + above
    return top + (240 if picture.is_wide else 200), top


def field(picture: Picture, periods: Sequence[str], scale: Scale, side: float) -> Plot:
    """Draw both axes below where the picture goes on, and return the field.

    Args:
        picture: What it is drawn into.
        periods: Their labels; as many are written as have room.
        scale: Of the amounts; its ends are pixels of the picture.
        side: Pixels that are left free at the right.
    """
    texts = on_axis(scale.ticks)
    left = max(text_width(text, SMALL) for text in texts) + 8
    plot = Plot(left, picture.width - side, scale, len(periods))
    for tick, text in zip(scale.ticks, texts, strict=True):
        y = scale.at(tick)
        picture.line([(left, y), (plot.right, y)], "grid" if tick else "muted")
        picture.text(left - 8, y + 4, text, replace(SMALL_MUTED, align="end"))
    widest = max(text_width(clean(period), SMALL) for period in periods) + 10
    every = next((each for each in _EVERY if each * plot.slot >= widest), len(periods))
    picture.y = scale.start + 20
    for number in range(0, len(periods), every):
        room = min(every * plot.slot, picture.width) - 4
        half = min(text_width(clean(periods[number]), SMALL), room) / 2
        x = min(max(plot.x(number), half), picture.width - half)
        picture.text(x, scale.start + 16, periods[number], replace(SMALL_MUTED, align="middle", room=room))
    return plot


def gaps(picture: Picture, plot: Plot, numbers: Iterable[int]) -> None:
    """Mark periods of which nothing can be drawn."""
    top, low = plot.scale.end, plot.scale.start
    for number in numbers:
        box = Box(plot.left + number * plot.slot, top, plot.slot, low - top)
        picture.box(box, NO_VALUES.role, hatch=NO_VALUES.hatch, tip=NO_VALUE)


def runs(values: Sequence[object]) -> list[range]:
    """Return the stretches without None.

    >>> runs([1, 2, None, 3])
    [range(0, 2), range(3, 4)]
    """
    found: list[range] = []
    for number, value in enumerate(values):
        if value is None:
            continue
        is_next = found and found[-1].stop == number
        found = [*found[:-1], range(found[-1].start, number + 1)] if is_next else [*found, range(number, number + 1)]
    return found


def last_texts(series: Sequence[Series]) -> list[str]:
    """Return the last known amount of each series."""
    column = Column(value for one in series for value in one.values)
    return [column.text(values[-1] if (values := known(one.values)) else None) for one in series]


def side_room(picture: Picture, names: Iterable[str], amounts: Iterable[str]) -> float:
    """Return the pixels that names and amounts take at the right of the field."""
    widest = max(
        (text_width(f"{clean(name)} {amount}", SMALL) for name, amount in zip(names, amounts, strict=True)), default=0.0
    )
    return min(widest, picture.width * _SIDE) + 44


def side_texts(picture: Picture, plot: Plot, ends: Sequence[tuple[float, str, Key]]) -> None:
    """Write names and amounts at the right, each as near as can be to where its line ends, none over another.

    Args:
        picture: What they are written into.
        plot: The field.
        ends: Height of each end, its amount as text and how it looks.
    """
    ordered = sorted(ends, key=lambda end: end[0])
    places: list[float] = []
    for y, _, _ in ordered:
        places.append(max(y, places[-1] + _LINE if places else plot.scale.end + 4))
    bottom = plot.scale.start - 2
    for number in range(len(places) - 1, -1, -1):
        places[number] = min(places[number], bottom)
        bottom = places[number] - _LINE
    x = plot.right + 12
    for place, (y, text, key) in zip(places, ordered, strict=True):
        if abs(place - y) > _NEAR:
            picture.line([(plot.x(plot.slots - 1) + 5, y), (x - 4, place)], "rest")
        picture.sample(x, place, key)
        room = picture.width - x - 24 - text_width(f" {text}", SMALL)
        picture.text(
            x + 24,
            place + 4,
            f"{shortened(key.name, room, SMALL)} {text}",
            Look(size=SMALL),
            whole=f"{key.name} {text}",
        )


def described(kind: str, unit: str, periods: Sequence[str], series: Sequence[Series]) -> str:
    """Return what is drawn, in words: the first and the last known amount of each series, and what lacks."""
    told = []
    for one in series:
        values = known(one.values)
        lacking = f", {len(one.values) - len(values)} without a value" if len(values) < len(one.values) else ""
        told.append(f"{one.name} {f'{short(values[0])} to {short(values[-1])}' if values else NO_VALUE}{lacking}")
    when = f"{periods[0]} to {periods[-1]}" if periods else "no periods"
    return f"{kind} in {unit}, {when}: {'; '.join(told)}."


def tabled(periods: Sequence[str], series: Sequence[Series], unit: str) -> ChartTable:
    """Return a row per period and a column per series."""
    header = ("Period", *(f"{clean(one.name)}, {clean(unit)}" for one in series))
    rows = ((clean(period), *(full(one.values[number]) for one in series)) for number, period in enumerate(periods))
    return ChartTable(header, tuple(rows))
