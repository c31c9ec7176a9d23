"""Colours: seen on the page, told apart by those who see fewer, turned by one stylesheet."""

from __future__ import annotations

import math
import re
from itertools import combinations

import pytest

from finmod.reports.charts.style import REST, ROLES, SERIES, chart_css, paint

RGB = tuple[float, float, float]
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
EYES: dict[str, tuple[RGB, RGB, RGB]] = {
    "every cone": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
}


def linear(colour: str) -> RGB:
    """Return a colour as linear RGB from 0 to 1."""
    red, green, blue = (
        part / 12.92
        if (part := int(colour[place : place + 2], 16) / 255) <= 0.04045
        else ((part + 0.055) / 1.055) ** 2.4
        for place in (1, 3, 5)
    )
    return red, green, blue


def luminance(colour: RGB) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of WCAG 2.2."""
    low, high = sorted(luminance(linear(each)) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


def seen(colour: str, eye: str) -> RGB:
    """Return a colour as an eye sees it, in CIELAB."""
    given = linear(colour)
    parts = [min(1.0, max(0.0, sum(a * b for a, b in zip(row, given, strict=True)))) for row in EYES[eye]]
    red, green, blue = parts
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    across, up, away = (
        each ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116
        for each in (x, luminance((red, green, blue)), z)
    )
    return 116 * up - 16, 500 * (across - up), 200 * (up - away)


@pytest.mark.parametrize("way", ["light", "dark", "print"])
def test_what_is_drawn_has_three_to_one_against_the_page_and_what_is_read_more(way: str) -> None:
    page = getattr(ROLES["page"], way)

    low = {role: contrast(getattr(ROLES[role], way), page) for role in (*SERIES, REST, "total", "ink", "muted")}

    assert {role: ratio for role, ratio in low.items() if ratio < 3} == {}
    assert low["ink"] >= 7
    assert low["muted"] >= 4.5


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("way", ["light", "dark", "print"])
def test_colours_of_series_stay_apart_in_every_eye(way: str, eye: str) -> None:
    colours = [getattr(ROLES[role], way) for role in SERIES]

    close = [(a, b) for a, b in combinations(colours, 2) if math.dist(seen(a, eye), seen(b, eye)) < 25]

    assert close == []


def test_the_test_of_apartness_can_fail() -> None:
    green, red = "#5F9E3A", "#B5762E"

    assert math.dist(seen(green, "every cone"), seen(red, "every cone")) > 40
    assert math.dist(seen(green, "deuteranopia"), seen(red, "deuteranopia")) < 25


def test_a_picture_paints_light_by_itself_and_the_stylesheet_turns_its_class() -> None:
    assert paint("s0", "stroke") == 'class="fm-stroke-s0" stroke="#0072B2"'
    for role, colour in ROLES.items():
        for by in ("fill", "stroke"):
            rules = re.findall(rf"^(.*)\.fm-{by}-{role}{{{by}:(#\w+)}}$", chart_css(), re.MULTILINE)
            assert rules == [
                (':root:not([data-theme="light"]) ', colour.dark),
                (':root[data-theme="dark"] ', colour.dark),
                ("", colour.print),
            ]


def test_dark_rules_hold_on_screens_alone_and_print_is_black_on_white() -> None:
    css = chart_css()
    dark, printed = css.index("@media screen and (prefers-color-scheme:dark)"), css.index("@media print")

    assert dark < css.index("@media screen{") < printed
    assert (ROLES["ink"].print, ROLES["muted"].print, ROLES["page"].print) == ("#000000", "#000000", "#FFFFFF")
    assert css.count("{") == css.count("}")
    assert "var(" not in css
