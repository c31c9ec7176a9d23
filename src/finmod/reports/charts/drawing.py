"""Pictures: elements of SVG put one under another below a title, and what a chart is when it is made.

Owns the frame of every chart: its name and description for those who hear it, its title, its legend, its hatches.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from finmod.errors import InternalError
from finmod.reports.charts.labels import BODY, FONTS, SMALL, TITLE, clean, escaped, shortened, text_width, wrapped
from finmod.reports.charts.style import paint

WIDE: Final = 520
"""From this width on names stand beside what they name; below it, above."""
_LEAST: Final = 280
_SLIVER: Final = 4
_DASHES: Final = {"solid": "", "dashed": ' stroke-dasharray="7 4"', "dotted": ' stroke-dasharray="2 4"'}
_STRIPES: Final = {"rising": "M-2 2L2 -2M0 9L9 0M7 11L11 7", "falling": "M-2 7L2 11M0 0L9 9M7 -2L11 2"}
_MARKS: Final[tuple[tuple[tuple[float, float], ...], ...]] = (
    (),
    ((-2.7, -2.7), (2.7, -2.7), (2.7, 2.7), (-2.7, 2.7)),
    ((0, -4), (3.7, 2.7), (-3.7, 2.7)),
    ((0, -4.2), (4.2, 0), (0, 4.2), (-4.2, 0)),
    ((0, 4), (3.7, -2.7), (-3.7, -2.7)),
    ((-1.2, -4), (1.2, -4), (1.2, 4), (-1.2, 4)),
)

Dash = Literal["solid", "dashed", "dotted"]
Hatch = Literal["", "rising", "falling"]


@dataclass(frozen=True)
class ChartTable:
    """The text behind a picture: every number that is drawn, with every digit.

    Attributes:
        header: Names of the columns; that of an amount ends in its unit.
        rows: As many texts each. Names are free of control characters, and are not escaped.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A chart that is made.

    Attributes:
        svg: One ``<svg>`` element, with its title inside.
        table: What stands behind it.
        title: As it was given, free of control characters, not escaped.
    """

    svg: str
    table: ChartTable
    title: str


@dataclass(frozen=True)
class Head:
    """What stands above a picture.

    Attributes:
        title: Of the chart.
        said: Unit and notes, below the title.
        description: What the picture shows, for those who hear it.
    """

    title: str
    said: str
    description: str


@dataclass(frozen=True)
class Look:
    """How a text is set.

    Attributes:
        role: Its colour.
        size: In pixels.
        align: Which end of it stands at its place.
        is_bold: Whether it is bold.
        room: Pixels there are; what does not fit is cut and told in full where the mouse rests. None for all.
    """

    role: str = "ink"
    size: int = BODY
    align: Literal["start", "middle", "end"] = "start"
    is_bold: bool = False
    room: float | None = None


@dataclass(frozen=True)
class Key:
    """An entry of a legend, and what it looks like in the picture."""

    name: str
    role: str
    form: Literal["box", "line", "band"] = "box"
    hatch: Hatch = ""
    dash: Dash = "solid"
    mark: int = 0


@dataclass(frozen=True)
class Box:
    """A rectangle; width and height may be negative, as amounts are."""

    x: float
    y: float
    width: float
    height: float


@dataclass
class Picture:
    """A picture in the making; ``y`` is where it goes on.

    Args:
        head: What stands above it; only told, not written, where it stands inside a line of text.
        width: In pixels; 280 at least for what has a head.
        anchor: Beginning of its ids.
        is_inline: Whether it stands inside a line of text.
        y: Where it goes on.
        parts: Its elements.

    Raises:
        InternalError: The anchor is none: letters, digits, ``-`` and ``_``, a letter first.
    """

    head: Head
    width: int
    anchor: str
    is_inline: bool = False
    y: float = 0
    parts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Write what stands above."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", self.anchor):
            message = f"the anchor of a chart is {self.anchor!r}: letters, digits, - and _, a letter first"
            raise InternalError(message)
        if self.is_inline:
            return
        self.width = max(self.width, _LEAST)
        for line in wrapped(self.head.title, self.width, TITLE, is_bold=True):
            self.y += 19
            self.text(0, self.y - 4, line, Look(size=TITLE, is_bold=True))
        for line in wrapped(self.head.said, self.width):
            self.y += 16
            self.text(0, self.y - 3, line, Look(role="muted"))
        self.y += 8

    @property
    def is_wide(self) -> bool:
        """Return whether names stand beside what they name."""
        return self.width >= WIDE

    def text(self, x: float, y: float, text: str, look: Look, *, whole: str = "") -> None:
        """Write a text at its baseline; ``whole`` is told where the mouse rests, if it is cut, or was."""
        shown = clean(text)
        whole = clean(whole) or shown
        if look.room is not None:
            shown = shortened(shown, look.room, look.size, is_bold=look.is_bold)
        align = "" if look.align == "start" else f' text-anchor="{look.align}"'
        bold = ' font-weight="bold"' if look.is_bold else ""
        more = "" if shown == whole else f"<title>{escaped(whole)}</title>"
        self.parts.append(
            f'<text x="{at(x)}" y="{at(y)}" font-size="{look.size}"{align}{bold} {paint(look.role)}>'
            f"{more}{escaped(shown)}</text>"
        )

    def box(self, box: Box, role: str, *, hatch: Hatch = "", tip: str = "") -> None:
        """Draw a rectangle, and its hatch over it."""
        x, y = min(box.x, box.x + box.width), min(box.y, box.y + box.height)
        shape = f'x="{at(x)}" y="{at(y)}" width="{at(max(abs(box.width), 1))}" height="{at(max(abs(box.height), 1))}"'
        # A sliver would be all stripe.
        self._filled("rect", shape, role, hatch if abs(box.width) > _SLIVER else "", tip)

    def area(self, points: Sequence[tuple[float, float]], role: str, *, hatch: Hatch = "", tip: str = "") -> None:
        """Draw a filled shape, and its hatch over it."""
        self._filled("path", f'd="{_path(points)}Z"', role, hatch, tip)

    def veil(self, points: Sequence[tuple[float, float]], role: str) -> None:
        """Draw a shape that lets the picture through."""
        self.parts.append(f'<path d="{_path(points)}Z" fill-opacity="0.18" {paint(role)}/>')

    def line(self, points: Sequence[tuple[float, float]], role: str, *, width: float = 1, dash: Dash = "solid") -> None:
        """Draw a line through points."""
        self.parts.append(
            f'<path d="{_path(points)}" fill="none" stroke-width="{at(width)}" stroke-linejoin="round"'
            f"{_DASHES[dash]} {paint(role, 'stroke')}/>"
        )

    def mark(self, x: float, y: float, role: str, shape: int = 0) -> None:
        """Draw a point as one of six shapes, of which the first is a circle."""
        corners = _MARKS[shape % len(_MARKS)]
        if corners:
            self.area([(x + across, y + down) for across, down in corners], role)
        else:
            self.parts.append(f'<circle cx="{at(x)}" cy="{at(y)}" r="2.8" {paint(role)}/>')

    def legend(self, keys: Sequence[Key]) -> None:
        """Write what stands for what, in as many lines as it takes; without keys none."""
        if not keys:
            return
        x: float = 0
        self.y += 14
        for key in keys:
            room = min(text_width(clean(key.name)), self.width - 24)
            if x and x + 24 + room > self.width:
                x, self.y = 0, self.y + 19
            self.sample(x, self.y - 4, key)
            self.text(x + 24, self.y, key.name, Look(room=self.width - 24))
            x += 24 + room + 18
        self.y += 10

    def sample(self, x: float, y: float, key: Key) -> None:
        """Draw what a legend shows, 18 px wide, around a height."""
        if key.form == "box":
            self.box(Box(x, y - 6, 18, 12), key.role, hatch=key.hatch)
        elif key.form == "line":
            self.line([(x, y), (x + 18, y)], key.role, width=2.2, dash=key.dash)
            self.mark(x + 9, y, key.role, key.mark)
        else:
            corners = [(x, y - 6), (x + 18, y - 6), (x + 18, y + 6), (x, y + 6)]
            self.veil(corners, key.role)
            for edge in (corners[:2], corners[2:]):
                self.line(edge, key.role)

    def finish(self) -> str:
        """Return the picture as one element."""
        head = self.head
        height, look = at(self.y), "fm-chart fm-spark" if self.is_inline else "fm-chart"
        used = [name for name in _STRIPES if any(f"url(#{self.anchor}-{name})" in part for part in self.parts)]
        hatches = "".join(
            f'<pattern id="{self.anchor}-{name}" width="9" height="9" patternUnits="userSpaceOnUse">'
            f'<path d="{_STRIPES[name]}" fill="none" stroke-width="1.3" {paint("page", "stroke")}/></pattern>'
            for name in used
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{look}" role="img" direction="ltr" '
            f'aria-labelledby="{self.anchor}-title {self.anchor}-desc" viewBox="0 0 {self.width} {height}" '
            f'width="{self.width}" height="{height}" font-family="{FONTS}" font-size="{BODY}">'
            f'<title id="{self.anchor}-title">{escaped(head.title)}</title>'
            f'<desc id="{self.anchor}-desc">{escaped(head.description)}</desc>'
            f"{f'<defs>{hatches}</defs>' if hatches else ''}{''.join(self.parts)}</svg>"
        )

    def chart(self, table: ChartTable) -> Chart:
        """Return the picture with what stands behind it."""
        return Chart(self.finish(), table, clean(self.head.title))

    def _filled(self, element: str, shape: str, role: str, hatch: Hatch, tip: str) -> None:
        said = f"<title>{escaped(tip)}</title>" if tip else ""
        self.parts.append(f"<{element} {shape} {paint(role)}>{said}</{element}>")
        if hatch:
            self.parts.append(f'<{element} {shape} fill="none" stroke-width="1" {paint(role, "stroke")}/>')
            self.parts.append(f'<{element} {shape} fill="url(#{self.anchor}-{hatch})" pointer-events="none"/>')


def nothing(picture: Picture) -> None:
    """Say in a picture that there is nothing to show."""
    picture.text(0, picture.y + 14, "No values.", Look(role="muted"))
    picture.y += 24


def said(unit: str, *sentences: str) -> str:
    """Return what stands below a title: the unit, and sentences of which some may be empty.

    >>> said("USD", ""), said("USD", "Tax is left out.")
    ('In USD', 'In USD. Tax is left out.')
    """
    return ". ".join([f"In {unit}", " ".join(filter(None, sentences))]) if any(sentences) else f"In {unit}"


def known(amounts: Sequence[Decimal | None]) -> list[Decimal]:
    """Return the amounts that are known."""
    return [each for each in amounts if each is not None]


def at(place: float) -> str:
    """Return a place on the page as text, to a tenth of a pixel.

    >>> at(12.0), at(3.14159), at(-0.01)
    ('12', '3.1', '0')
    """
    text = f"{place:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{at(x)} {at(y)}" for x, y in points)


SMALL_MUTED: Final = Look(role="muted", size=SMALL)
