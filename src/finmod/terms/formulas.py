"""Texts that a spreadsheet would run as a formula.

Owns what such a text is, in Python and for SQL alike. What is done with one, those know who write CSV.
"""

from __future__ import annotations

import re

# Some spreadsheets pass over these before a formula: all that Unicode calls blank, and two that have no width.
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
)
# The signs that begin one, then their wide forms.
_SIGNS = "=+@\uff1d\uff0b\uff0d\uff20-"

FORMULA = rf"\A(?:[\t\r\n]|[{_BLANKS}]*[{_SIGNS}])"
"""A text in which it is found is a formula unless it is a ``NEGATIVE`` number; for Python's re and for RE2."""

NEGATIVE = r"-(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
"""Matches a negative number as a whole; for Python's re and for RE2."""

_FORMULA, _NEGATIVE = re.compile(FORMULA), re.compile(NEGATIVE)


def is_formula(text: str) -> bool:
    r"""Return whether a spreadsheet would run a text that is a cell; a negative number is none.

    >>> [is_formula(text) for text in ("=1+1", "\u200b@x", "-1+1", "-1.5", "a=1")]
    [True, True, True, False, False]
    """
    return bool(_FORMULA.match(text)) and not _NEGATIVE.fullmatch(text)
