"""Why a text is repaired or not, in words for people: names of values and numbers, no text of the bill.

Owns the words that join letters and evidence. Those of letters stand in letters.py and phrases.py.
"""

from __future__ import annotations

from collections.abc import Iterable

from finmod.settings.validate import listing
from finmod.taxonomy.repair.letters import Likeness
from finmod.taxonomy.repair.pooling import Said

_MOST_KINDS = 3


def told(found: tuple[Likeness, str] | None, said: Said, value: str) -> tuple[str, str]:
    """Return how a text and a value are joined, and the reason for people."""
    count, total = said.counts.get(value, 0), sum(said.counts.values())
    kinds = sorted(said.kinds.get(value, ()))[:_MOST_KINDS]
    elsewhere = f"other sources call {count:,} of {total:,} such resources '{value}'"
    if kinds:
        are = "is" if total == 1 else "are"
        elsewhere = f"by {listing(kinds, 'and')} {count:,} of {total:,} such resources {are} '{value}'"
    if found is None:
        return "evidence", elsewhere
    one, name = found
    how = one.how if name == value else f"alias+{one.how}"
    reason = one.reason.format(name)
    return (f"{how}+evidence", f"{reason}; {elsewhere}") if count else (how, reason)


def nothing(other: set[str]) -> str:
    """Return why a text has no value; ``other`` are those that it certainly is not."""
    return f"something else than {listed(other)}" if other else "no value comes near"


def listed(values: Iterable[str]) -> str:
    """Return the first values in quotes."""
    names = [f"'{value}'" for value in sorted(values)[:3]]
    return " and ".join(names)
