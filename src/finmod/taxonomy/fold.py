"""Texts made comparable: what two spellings have in common when case and separators are left out.

Owns the folding that values, aliases and tag keys are compared by. What is nearly the same is in repair/.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s_\-./:]+")
_MOST_ROUNDS = 4


def fold(text: str) -> str:
    """Return a text without differences of case, width, separators and blanks around it.

    Folding twice is folding once. A text of separators alone folds to "".

    >>> fold(" Cost_Centre "), fold("cost-centre"), fold("COST.centre"), fold("--")
    ('cost-centre', 'cost-centre', 'cost-centre', '')
    """
    if text.isascii():
        return _SEPARATORS.sub("-", text.casefold()).strip("-")
    # Ignoring case can make a sequence that NFKC joins, and the reverse: a few letters need a second round.
    for _ in range(_MOST_ROUNDS):
        folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
        if folded == text:
            break
        text = folded
    return _SEPARATORS.sub("-", text).strip("-")
