"""Text inside pictures: made harmless, measured and fitted into the room there is.

Owns widths. No font is known where a chart is made, so each character counts as wide as the wider of Arial and DejaVu
Sans has it: a label may be cut a little early, and never runs into its neighbour.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from html import escape
from typing import Final

from finmod.errors import HARMFUL

SMALL: Final = 11
BODY: Final = 12
TITLE: Final = 15
FONTS: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_LONGEST: Final = 300
_ACCENTS: Final = 2  # no script needs more on a letter, and a heap would leave its line
_LINES: Final = 3
_BOLD: Final = 1.16
_NONE_SHOWN: Final = dict.fromkeys(map(ord, HARMFUL)) | {0xFFFE: None, 0xFFFF: None, 0xFEFF: None}
# Hundredths of an em -> characters.
_GROUPS: Final = {
    30: "'Iijl", 35: " ,./:;\\|", 40: "()-[]ft", 45: "!r", 50: '"*J`', 55: "csz\N{EN DASH}", 60: "?L_kvxy",
    65: "$0123456789FTabdeghnopqu{}", 70: "ABEKPSVXYZ", 75: "CNRU", 80: "&DGHOQ", 85: "#+<=>^w~\N{MINUS SIGN}", 90: "M",
    100: "%Wm…", 105: "@", 1100: "\ufdfd",
}  # fmt: skip
_WIDTHS: Final = {letter: width / 100 for width, letters in _GROUPS.items() for letter in letters}


def clean(text: str) -> str:
    r"""Return text of a bill as one line without control characters, marks of direction or heaps of accents.

    >>> clean(" a\tb\x00\u202ec ")
    'a bc'
    """
    kept: list[str] = []
    run = 0
    for letter in " ".join(text.split()).translate(_NONE_SHOWN):
        run = run + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if run <= _ACCENTS:
            kept.append(letter)
    return shortest("".join(kept).strip())


def shortest(text: str) -> str:
    """Return a text of 300 characters at most."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def escaped(text: str) -> str:
    """Return text that may stand in an element or attribute of SVG and HTML.

    >>> escaped('<a href="x">&')
    '&lt;a href=&quot;x&quot;&gt;&amp;'
    """
    return escape(clean(text))


def text_width(text: str, size: float = BODY, *, is_bold: bool = False) -> float:
    """Return the room a text takes, in pixels, rather too much than too little."""
    return sum(map(_em, text)) * size * (_BOLD if is_bold else 1)


@cache
def _em(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return 1.25
    # A single character can be a whole phrase, as U+FDFA is.
    return 0.9 * len(unicodedata.normalize("NFKC", letter))


def shortened(text: str, room: float, size: float = BODY, *, is_bold: bool = False) -> str:
    """Return a text that fits into a room, its end cut off with an ellipsis where it must be.

    >>> shortened("data-platform", 60), shortened("ads", 60)
    ('data-pl…', 'ads')
    """
    if text_width(text, size, is_bold=is_bold) <= room:
        return text
    left = room - text_width("…", size, is_bold=is_bold)
    kept = 0
    for letter in text:
        left -= text_width(letter, size, is_bold=is_bold)
        if left < 0:
            break
        kept += 1
    return f"{text[:kept].rstrip()}…"


def wrapped(text: str, room: float, size: float = BODY, *, is_bold: bool = False) -> list[str]:
    """Return a text as lines that fit into a room, three at most; the last is cut where it must be."""
    lines: list[str] = []
    for word in clean(text).split():
        longer = f"{lines[-1]} {word}" if lines else word
        is_new = not lines or (text_width(longer, size, is_bold=is_bold) > room and len(lines) < _LINES)
        lines = [*lines, word] if is_new else [*lines[:-1], longer]
    return [shortened(line, room, size, is_bold=is_bold) for line in lines]
