"""Any text as one YAML scalar on one line.

Owns the quotes and escapes. Text comes from bills: what it holds must never become more than a text.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*([ ._/-][A-Za-z0-9]+)*")
_LONGEST_PLAIN = 80
# YAML 1.1, which other programs read, takes more words for true and false than YAML 1.2.
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def yaml_scalar(text: str) -> str:
    """Return a text as it is written in YAML: without quotes where that is safe in any place, else in double ones.

    What cannot be seen is escaped.

    >>> print(yaml_scalar("search-api"), yaml_scalar("a: b # c"), yaml_scalar("no"), yaml_scalar("2026"))
    search-api "a: b # c" "no" "2026"
    """
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(sign: str) -> str:
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if sign.isprintable():
        return sign
    number = ord(sign)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"  # noqa: PLR2004 - four digits hold no more
