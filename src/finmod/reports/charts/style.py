"""Colours of charts, for light, dark and print, and the one stylesheet that a page includes.

Owns the palette. Light colours stand in the pictures themselves, because mail and WeasyPrint know no variables; the
stylesheet turns them by class. Six colours of series stay apart for people with deuteranopia and protanopia, and have
a contrast of 3:1 against the page at least; a test computes both. The first two are those of Okabe and Ito (2008).
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Colour(NamedTuple):
    """One role in the three ways it is shown."""

    light: str
    dark: str
    print: str


SERIES: Final = ("s0", "s1", "s2", "s3", "s4", "s5")
"""Roles of series, in the order in which they are given away."""
REST: Final = "rest"
"""Role of what is left over when there are more series than colours."""
UP: Final = "s1"
DOWN: Final = "s0"
ROLES: Final = {
    "page": Colour("#FFFFFF", "#161B22", "#FFFFFF"),
    "ink": Colour("#1F2328", "#E6EDF3", "#000000"),
    "muted": Colour("#57606A", "#A3ADB8", "#000000"),
    "grid": Colour("#DDE2E7", "#343B44", "#BBBBBB"),
    "total": Colour("#4A5560", "#B6C0CA", "#333333"),
    "s0": Colour("#0072B2", "#56B4E9", "#0072B2"),
    "s1": Colour("#D55E00", "#E69F00", "#D55E00"),
    "s2": Colour("#28A161", "#41914D", "#28A161"),
    "s3": Colour("#B482A2", "#9F547E", "#B482A2"),
    "s4": Colour("#442254", "#D6F19A", "#442254"),
    "s5": Colour("#564000", "#3C62C7", "#564000"),
    "rest": Colour("#808890", "#7D8590", "#808890"),
}
"""Every role a picture paints with. ``page`` is what the charts were proven against: a page should have it."""


def paint(role: str, by: str = "fill") -> str:
    """Return the attributes that paint an element: the light colour, and the class that turns it.

    Args:
        role: One of ``ROLES``.
        by: ``fill`` or ``stroke``.

    >>> paint("s0")
    'class="fm-fill-s0" fill="#0072B2"'
    """
    return f'class="fm-{by}-{role}" {by}="{ROLES[role].light}"'


def chart_css() -> str:
    """Return the stylesheet of every chart of a page, to be included once.

    Dark holds where the reader's system asks for it, unless the root element says ``data-theme="light"``, and where
    it says ``data-theme="dark"``. Print is black on white whatever the screen shows. Of two pictures of one chart,
    ``class="fm-wide"`` around one is shown from 720 px of window on, ``class="fm-narrow"`` around the other below.
    """
    return "\n".join(
        (
            ".fm-chart{display:block;max-width:100%;height:auto;font-variant-numeric:tabular-nums}",
            ".fm-spark{display:inline-block;vertical-align:middle}",
            ".fm-narrow{display:none}",
            "@media screen and (max-width:719px){.fm-narrow{display:block}.fm-wide{display:none}}",
            "@media screen and (prefers-color-scheme:dark){",
            *_rules("dark", ':root:not([data-theme="light"]) '),
            "}",
            "@media screen{",
            *_rules("dark", ':root[data-theme="dark"] '),
            "}",
            "@media print{",
            ".fm-chart{-webkit-print-color-adjust:exact;print-color-adjust:exact;break-inside:avoid}",
            *_rules("print", ""),
            "}",
            "",
        )
    )


def _rules(way: str, where: str) -> list[str]:
    return [
        f"{where}.fm-{by}-{role}{{{by}:{getattr(colour, way)}}}"
        for role, colour in ROLES.items()
        for by in ("fill", "stroke")
    ]
