"""What other sources call the resources of a tag text, as odds for and against its values.

Owns the arithmetic. The letters of a text are judged in letters.py and phrases.py.

How often other sources agree with a value is learned from the texts that are known: where resources tagged "staging"
lie in the account of development, that account says nothing against staging. Before anything is learned they are taken
to agree in nine cases of ten. A text that means something else lies where chance puts it, so each resource that others
call U multiplies the odds of V by share of U on V / share of U everywhere: in a company that is nearly all production,
"it lies on production" says next to nothing. Resources are not independent, such as ten that one script made: more than
six weigh like six.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

_AGREES = 0.9
_WEIGHT_OF_THAT = 4
_MOST = 6
_LEAST_SHARE = 2 / 3
_LEAST_RESOURCES = 2
_UNANIMOUS = 0.95
_LEAST_COVER = 0.5
_OFTEN = 0.2
# Resources of one text lie together for other reasons than its meaning, one time in twenty at least.
_TOGETHER = 0.05

Counts = Mapping[str, int]
"""Value name -> number of resources that other sources call so."""


class Evidence:
    """What other sources call the resources of a dimension: of everything, and of each value's known texts."""

    def __init__(self, values: Sequence[str], everywhere: Counts, known: Mapping[str, Counts]) -> None:
        """Take the counts.

        Args:
            values: The values of the dimension.
            everywhere: Over all texts.
            known: Value -> counts over the texts that are known to mean it.
        """
        self._values = frozenset(values)
        self._everywhere, self._sum = everywhere, sum(everywhere.values())
        self._known = {value: (counts, sum(counts.values())) for value, counts in known.items()}
        self._meant: dict[str, set[str]] = defaultdict(set)
        for value, counts in known.items():
            for said, count in counts.items():
                if count >= _OFTEN * self._known[value][1]:
                    self._meant[said].add(value)

    def _usual(self, said: str, own: Counts) -> float:
        """Return the share of what is said, among all other texts; each value is taken to be said once at least."""
        others = self._everywhere.get(said, 0) - own.get(said, 0)
        return max((others + 1) / (self._sum - sum(own.values()) + len(self._values) + 1), _TOGETHER)

    def _on(self, said: str, value: str, usual: float) -> float:
        """Return the share of what is said on resources of a value."""
        counts, total = self._known.get(value, ({}, 0))
        expected = _AGREES * (said == value) + (1 - _AGREES) * usual
        return (counts.get(said, 0) + _WEIGHT_OF_THAT * expected) / (total + _WEIGHT_OF_THAT)

    def factor(self, value: str, own: Counts) -> float:
        """Return by how much what is said of a text's resources multiplies the odds of a value."""
        total = sum(own.values())
        found = 1.0
        for said, count in own.items():
            usual = self._usual(said, own)
            found *= (self._on(said, value, usual) / usual) ** (count * min(total, _MOST) / total)
        return float(found)

    def possible(self, own: Counts) -> set[str]:
        """Return the values that what is said may mean."""
        return {value for said in own for value in (said, *self._meant.get(said, ())) if value in self._values}

    def contradicts(self, value: str, own: Counts) -> bool:
        """Return whether too many of a text's resources are called what resources of the value are not."""
        total, speaks_for = sum(own.values()), 0
        for said, count in own.items():
            usual = self._usual(said, own)
            speaks_for += count * (self._on(said, value, usual) > usual)
        return total > 1 and speaks_for < total * _LEAST_SHARE


def carries(value: str, own: Counts, resources: int) -> bool:
    """Return whether evidence may name a text alone, that no letters explain: unanimous over enough resources.

    Args:
        value: The value.
        own: What is said of the text's resources.
        resources: Number of resources with the text, whether or not anything is said of them.
    """
    total, count = sum(own.values()), own.get(value, 0)
    return count >= max(_LEAST_RESOURCES, total * _UNANIMOUS) and total >= resources * _LEAST_COVER
