"""Figures of the page as text.

Owns how a number is written for the eye. Each stands beside its exact value in HTML; what is not known is a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from finmod.models.variance.page import Figure, Name, Said
from finmod.models.variance.report import Change
from finmod.reports.charts.amounts import MINUS, NO_VALUE, full
from finmod.reports.charts.labels import clean

_LARGE: Final = 10_000
_TENFOLD: Final = 10
NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_SIGNED: Final = frozenset({"signed", "signed percent", "points"})
_RATIOS: Final = {"percent": f"{NO_BREAK}%", "signed percent": f"{NO_BREAK}%", "points": f"{NO_BREAK}points"}


def places_of(total: Change) -> int:
    """Return how many digits behind the point the amounts of a page have: none of large ones."""
    return 0 if max(abs(total.before), abs(total.after)) >= _LARGE else 2


def shown(figure: Figure, places: int) -> str:
    r"""Return a figure as it is read; what rounds to nothing has no sign.

    A change of more than ten times is of nearly nothing, and told as that.

    Args:
        figure: What is written.
        places: Digits behind the point of amounts that say nothing of their own.

    >>> shown(Figure(Decimal("71465.86"), "signed"), 0), shown(Figure(None), 2)
    ('+71,466', 'no value')
    >>> shown(Figure(Decimal("0.0949"), "signed percent"), 0).replace("\xa0", " ")
    '+9.5 %'
    """
    value = figure.value
    if value is None:
        return NO_VALUE
    if figure.kind == "signed percent" and abs(value) > _TENFOLD:
        sign = f">{NO_BREAK}" if value > 0 else f"<{NO_BREAK}{MINUS}"
        return f"{sign}1,000{NO_BREAK}%"
    if figure.kind in _RATIOS:
        return _signed(value * 100, 1 if figure.places is None else figure.places, figure) + _RATIOS[figure.kind]
    if figure.kind == "exact":
        return full(value)
    if figure.kind == "count":
        return f"{value:,.0f}"
    default = places if figure.kind != "unit" else 2
    return _signed(value, default if figure.places is None else figure.places, figure)


def _signed(value: Decimal, places: int, figure: Figure) -> str:
    digits = f"{abs(value):,.{places}f}"
    if not digits.strip("0.,"):
        return digits
    return (MINUS if value < 0 else "+" if figure.kind in _SIGNED else "") + digits


def text_of(said: Iterable[str | Figure], places: int) -> str:
    """Return a sentence as text; names in it are free of control characters, and are not escaped."""
    return "".join(shown(each, places) if isinstance(each, Figure) else each for each in said)


def ended(text: str) -> str:
    """Return a text that ends as a sentence does.

    >>> ended("It is so"), ended("Is it so?")
    ('It is so.', 'Is it so?')
    """
    return text if text.endswith((".", "?", "!")) else f"{text}."


def name_of(text: str | None, nobody: str, *, longest: int = 80) -> str:
    r"""Return a name of a bill as one line, cut where it is too long, without marks that command or turn text.

    >>> name_of("\u202eads\x1b[31m", "(none)"), name_of(None, "(unallocated)")
    ('ads[31m', '(unallocated)')
    """
    if text is None:
        return nobody
    found = clean(text)
    return found if len(found) <= longest else f"{found[: longest - 1]}…"


def sentence(*parts: str | Figure | Said) -> Said:
    """Return parts of a sentence as one."""
    found: list[str | Figure] = []
    for part in parts:
        found += part if isinstance(part, tuple) else [part]
    return tuple(found)


def cleaned(said: Said) -> Said:
    """Return a sentence without marks that command or turn text; spaces at the ends of its parts stay."""
    return tuple(each if isinstance(each, Figure) else _clean(each) for each in said)


def _clean(text: str) -> str:
    if isinstance(text, Name):
        return Name(clean(text))
    inner = clean(text)
    before, after = (" " if text.startswith(" ") else ""), (" " if text.endswith(" ") else "")
    return f"{before}{inner}{after}" if inner else " " if text.isspace() else ""
