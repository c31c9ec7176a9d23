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
from collections.abc import Iterable, Mapping, Sequence

_AGREES = 0.9
_WEIGHT_OF_THAT = 4
_MOST = 6
_LEAST_SHARE = 2 / 3
_UNANIMOUS = 0.95
_LEAST_COVER = 0.5
_OFTEN = 0.2
# Resources of one text lie together for other reasons than its meaning, one time in twenty at least.
_TOGETHER = 0.05

# Before anything is seen, every third text that is no name means a value all the same; that counts like one text and
# a half (as Jeffreys' prior counts like one). However clean a key is, one text of twenty may mean something else.
_MEANS, _MEANS_NOTHING, _MOST_ODDS = 0.5, 1.0, 19.0
# Of the texts that mean nothing, every other one stands on one resource.
_SINGLE_NOTHING = 0.5
LEAST_RESOURCES = 2
"""From so many resources on evidence may name a text alone."""

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

    def share(self, value: str) -> float:
        """Return the share of texts that mean a value: that of its resources, and no less than an equal one."""
        usual = self._everywhere.get(value, 0) / self._sum if self._sum else 0.0
        return max(usual, 1 / len(self._values))

    def factor(self, value: str, own: Counts, resources: int = 0) -> float:
        """Return by how much what is said of a text's resources multiplies the odds of a value.

        Args:
            value: The value.
            own: What is said of the text's resources.
            resources: Number of resources with the text; where of few of them anything is said, it weighs less: they
                are not like the rest.
        """
        total = sum(own.values())
        weight = min(total, _MOST) * min(1.0, total / (resources * _LEAST_COVER)) if resources else min(total, _MOST)
        found = 1.0
        for said, count in own.items():
            usual = self._usual(said, own)
            found *= (self._on(said, value, usual) / usual) ** (count * weight / total)
        return float(found)

    def possible(self, own: Counts) -> set[str]:
        """Return the values that what is said may mean."""
        return {value for said in own for value in (said, *self._meant.get(said, ())) if value in self._values}

    def contradicts(self, value: str, own: Counts, resources: int) -> bool:
        """Return whether too many of a text's resources are called what resources of the value are not.

        Args:
            value: The value.
            own: What is said of the text's resources.
            resources: Number of resources with the text: what is said of fewer than half of them contradicts nothing.
        """
        total, speaks_for = sum(own.values()), 0
        for said, count in own.items():
            usual = self._usual(said, own)
            speaks_for += count * (self._on(said, value, usual) > usual)
        return total > 1 and total >= resources * _LEAST_COVER and speaks_for < total * _LEAST_SHARE


class Meaning:
    """How likely a text that no letters explain means one of the values: as often as texts of this key do.

    Learned from the texts of which it shows: those that letters explain or whose resources all are one value, against
    words that name nothing, other numbers and texts that lie here and there. So a key that people use for anything
    needs more evidence than one that holds nothing but values.
    """

    def __init__(self, shown: Iterable[tuple[bool | None, int]] = ()) -> None:
        """Take for each text whether it means a value, None counts nothing, and its number of resources."""
        every = list(shown)
        self._means, self._nothing = (sum(one is side for one, _ in every) for side in (True, False))
        self._singles = sum(one is True and resources == 1 for one, resources in every)

    def odds(self, resources: int, *, own: bool = False) -> float:
        """Return the odds of a text with so many resources.

        Args:
            resources: Number of its resources. Where texts that mean a value have many, one with a single resource is
                likely none of them.
            own: Whether it is itself among those that mean one: none vouches for itself.
        """
        found = min((_MEANS + self._means - own) / (_MEANS_NOTHING + self._nothing), _MOST_ODDS)
        if resources > 1 or not self._means:
            return found
        return found * min(1.0, (self._singles + _MEANS) / (self._means + 1) / _SINGLE_NOTHING)


def is_unanimous(value: str, own: Counts) -> bool:
    """Return whether nearly all that is said of a text's resources is one value."""
    return own.get(value, 0) >= sum(own.values()) * _UNANIMOUS


def carries(value: str, own: Counts, resources: int, *, least: int = LEAST_RESOURCES) -> bool:
    """Return whether evidence may name a text alone, that no letters explain: unanimous over enough resources.

    Args:
        value: The value.
        own: What is said of the text's resources.
        resources: Number of resources with the text, whether or not anything is said of them.
        least: The fewest resources that must be called so.
    """
    enough = own.get(value, 0) >= least and sum(own.values()) >= resources * _LEAST_COVER
    return enough and is_unanimous(value, own)
