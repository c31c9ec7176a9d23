"""Which texts of tags can stand as aliases in a taxonomy.

Owns the refusals that hold wherever an alias is written; what a CSV cannot hold besides is in csv_lists.py.
"""

from __future__ import annotations

import re

LONGEST_ALIAS = 256
"""Characters: no supplier's tag is longer."""

# What parse_yaml refuses, and the commands of terminals beyond.
_CONTROL = re.compile(r"[\ud800-\udfff\x00-\x08\x0b-\x1f\x7f-\x9f]")
_REGEX = re.compile(r"/.+/", re.DOTALL)


def alias_fault(text: str) -> str | None:
    """Return what is expected of a text that cannot be an alias; None where it can.

    An alias with ``*`` or ``?``, or between slashes, is a pattern: it would mean other texts than itself.

    >>> alias_fault("srch"), alias_fault("*")
    (None, 'a text without * and ?, and not between slashes: an alias with them is a pattern')
    """
    if not text.strip():
        return "a text that is not blank"
    if len(text) > LONGEST_ALIAS:
        return f"at most {LONGEST_ALIAS} characters, as in any supplier's tags"
    if _CONTROL.search(text):
        return "no control characters and no halves of characters"
    if "*" in text or "?" in text or _REGEX.fullmatch(text):
        return "a text without * and ?, and not between slashes: an alias with them is a pattern"
    return None
