"""Texts made comparable: what two spellings have in common when case and separators are left out.

Owns the folding that values, aliases and tag keys are compared by. What is nearly the same is in repair/.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s_\-./:]+")
_MOST_ROUNDS = 4
# Stands where a sign of a glob does: no separator, and joined with nothing, as a letter is with an accent behind it.
_SIGN = "\x01"


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


def fold_glob(glob: str) -> str | None:
    """Return a glob for folded texts, or None where it asks for separators around a text, which folding takes away.

    >>> fold_glob("Search_*"), fold_glob("*.Prod?"), fold_glob("-*")
    ('search-*', '*-prod?', None)
    """
    first, *parts = re.split("([*?])", glob)
    begin, end = fold(f"{first}{_SIGN}")[:-1], fold(f"{_SIGN}{parts[-1]}")[1:] if parts else ""
    if (first and not begin) or (parts and parts[-1] and not end):
        return None
    # A separator beside a sign stands within the text, so that it counts; between letters it is not stripped.
    inside = (part if part in {"*", "?"} else fold(f"{_SIGN}{part}{_SIGN}")[1:-1] for part in parts[:-1])
    return "".join((begin, *inside, end))
