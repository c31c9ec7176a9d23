"""Texts made comparable: what two spellings have in common when case and separators are left out.

Owns the folding that values, aliases and tag keys are compared by.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s_\-./:]+")


def fold(text: str) -> str:
    """Return a text without differences of case, width, separators and blanks around it.

    >>> fold(" Cost_Centre "), fold("cost-centre"), fold("COST.centre")
    ('cost-centre', 'cost-centre', 'cost-centre')
    """
    return _SEPARATORS.sub("-", unicodedata.normalize("NFKC", text).casefold().strip()).strip("-")
