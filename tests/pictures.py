"""Reads charts back: where each text stands, what runs over what, and which number no table tells."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple
from xml.etree.ElementTree import Element, fromstring

from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.labels import text_width

_SVG = "{http://www.w3.org/2000/svg}"
_POWERS = {"": 0, "k": 3, "M": 6, "B": 9, "T": 12}
MINUS = "\N{MINUS SIGN}"


class Placed(NamedTuple):
    """A text and the room it takes."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    role: str


def root(chart: Chart) -> Element:
    """Return the picture as elements; text that is no XML fails here."""
    return fromstring(chart.svg)  # noqa: S314 -- a picture of our own


def shapes(chart: Chart, role: str) -> list[dict[str, float]]:
    """Return place and size of the rectangles of a colour."""
    return [
        {name: float(each.get(name, "0")) for name in ("x", "y", "width", "height")}
        for each in root(chart).iter(f"{_SVG}rect")
        if each.get("class") == f"fm-fill-{role}"
    ]


def placed(chart: Chart) -> list[Placed]:
    """Return every text that is seen."""
    found = []
    for each in root(chart).iter(f"{_SVG}text"):
        shown = "".join([each.text or "", *(child.tail or "" for child in each)])
        size = float(each.get("font-size", "0"))
        wide = text_width(shown, size, is_bold=each.get("font-weight") == "bold")
        x, y = float(each.get("x", "0")), float(each.get("y", "0"))
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[each.get("text-anchor", "start")]
        role = (each.get("class") or "").removeprefix("fm-fill-")
        found.append(Placed(shown, left, left + wide, y - size * 0.75, y + size * 0.2, size, role))
    return found


def faults(chart: Chart) -> list[str]:
    """Return what leaves the picture, runs over another text or is too small to be read."""
    picture = root(chart)
    width, height = float(picture.get("width", "0")), float(picture.get("height", "0"))
    texts = placed(chart)
    found = [f"small: {each.text}" for each in texts if each.size < 11]
    found += [
        f"outside: {each.text}"
        for each in texts
        if each.left < -1 or each.right > width + 1 or each.top < 0 or each.bottom > height + 1
    ]
    for one, other in combinations(texts, 2):
        apart = one.right <= other.left + 1 or other.right <= one.left + 1
        if not apart and one.bottom > other.top and other.bottom > one.top:
            found.append(f"over one another: {one.text} / {other.text}")
    found += [
        f"outside: {each.attrib}"
        for each in picture.iter(f"{_SVG}rect")
        if float(each.get("x", "0")) < -1
        or float(each.get("x", "0")) + float(each.get("width", "0")) > width + 1
        or float(each.get("y", "0")) + float(each.get("height", "0")) > height + 1
    ]
    return found


def untold(chart: Chart) -> list[str]:
    """Return the amounts at marks of the picture that no cell of its table rounds to."""
    cells = [number for row in chart.table.rows for cell in row if (number := _number(cell)) is not None]
    drawn = [(each.text, _number(each.text.split(" ")[-1])) for each in placed(chart) if each.role == "ink"]
    return [
        text
        for text, number in drawn
        if number is not None and not any(abs(number - cell) <= max(abs(cell) / 200, Decimal("0.5")) for cell in cells)
    ]


def _number(text: str) -> Decimal | None:
    found = re.fullmatch(rf"([+{MINUS}]?)([\d,]+(?:\.\d+)?)([kMBT]?)", text)
    if not found:
        return None
    amount = Decimal(found[2].replace(",", "")).scaleb(_POWERS[found[3]])
    return -amount if found[1] == MINUS else amount
