"""Names and texts by what they fold to: texts that fold alike are one, and share what is known of them.

Owns the pooling. What it means is decided in judge.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from finmod.settings.edits.alias_text import alias_fault
from finmod.taxonomy.fold import fold
from finmod.taxonomy.repair.records import Known, Observed
from finmod.taxonomy.repair.witnesses import Told


@dataclass
class Said:
    """What is known of the resources of one text, folded or not; fields as in ``Observed``, counts its evidence."""

    resources: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    sure: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, set[str]] = field(default_factory=dict)

    def add(self, told: Told) -> None:
        """Add a resource."""
        self.resources += 1
        if told.value is not None:
            self.counts[told.value] += 1
            self.sure[told.value] += told.is_sure
            self.kinds.setdefault(told.value, set()).update(told.kinds)

    def observed(self, text: str, cost: Decimal) -> Observed:
        """Return the same of a text that costs so much."""
        kinds = {value: tuple(sorted(each)) for value, each in self.kinds.items()}
        return Observed(text, self.resources, cost, self.counts, self.sure, kinds)


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
