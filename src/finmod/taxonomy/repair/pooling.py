"""Names and texts by what they fold to: texts that fold alike are one, and share what is known of them.

Owns the pooling. What it means is decided in judge.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from finmod.settings.edits.alias_text import alias_fault
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.records import Known, Observed


@dataclass
class Said:
    """What is known of the resources of one folded text; fields as in ``Observed``."""

    resources: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sure: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, set[str]] = field(default_factory=dict)


def pooled(seen: Iterable[Observed]) -> defaultdict[str, Said]:
    """Return per folded text what is known of it; of any other one nothing is."""
    found: defaultdict[str, Said] = defaultdict(Said)
    for one in seen:
        said = found[fold(one.text)]
        said.resources += one.resources
        said.counts.update({value: count for value, count in one.evidence.items() if count > 0})
        said.sure.update({value: count for value, count in one.sure.items() if count > 0})
        for value, kinds in one.kinds.items():
            said.kinds.setdefault(value, set()).update(kinds)
    return found


def folded_names(known: Iterable[Known]) -> dict[str, dict[str, str]]:
    """Return folded text -> value -> the name or alias that folds to it; aliases that are patterns are left out."""
    names: dict[str, dict[str, str]] = {}
    for value in known:
        for text in (value.name, *(alias for alias in value.aliases if not alias_fault(alias))):
            if folded := fold(text):
                names.setdefault(folded, {}).setdefault(value.name, text)
    return names
