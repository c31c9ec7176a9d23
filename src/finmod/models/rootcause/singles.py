"""Single resources: where one of them alone is what moved, the cause is that resource and no combination.

Owns what a resource explains, and when it is told. Resources come and go while what they are for goes on, so a resource
explains no more than it brings the cells that it is in nearer to what they cost: of one that was replaced by another of
its kind that is nothing. It is told in two cases: where no combination explains nearly as much, and where a combination
was found of which one resource has nearly all that is off while the others stood still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from finmod.models.rootcause.cells import Cells, summed
from finmod.models.rootcause.claims import Prospect, prospect
from finmod.models.rootcause.leaves import Dimension, Flags, Floats, Ints, Leaves, in_integers

_ALONE: Final = 0.9
"""Part of all that is off in a combination that its one resource has at least."""
_OTHERS: Final = 0.1
"""Part of the money of a combination that its other resources have at least: less could not contradict."""
_CLEARLY: Final = 0.5
"""The others fit "stood still" so much better than "moved like all"."""
_OF_ITS_OWN: Final = 0.8
"""Part of what a resource is off by that its cells have to be off by too."""


@dataclass(frozen=True)
class Single:
    """What one resource explains.

    Attributes:
        resource: Its name.
        gain: Money.
        evidence: For it.
        factor: By which it moved; infinite where it is new.
    """

    resource: str
    gain: float
    evidence: float
    factor: float


@dataclass(frozen=True)
class Singles:
    """Resources and the cells that they are in: a pair is what a resource has in one cell.

    Attributes:
        names: Of the resources, each once, in any order; None is what has none.
        resource: Per pair the place of its resource.
        cell: Per pair the place of its cell.
        after: Per pair, units of currency.
        expected: Likewise, with the causes that are found.
        start: Resources before any cause is known: their weights and their usual spread.
    """

    names: tuple[str | None, ...]
    resource: Ints
    cell: Ints
    after: Floats
    expected: Floats
    start: Prospect

    def off(self) -> Floats:
        """Return per pair what it costs beyond what is expected."""
        return np.asarray(self.after - self.expected)

    def best(self, now: Prospect, least: float, sure: float) -> Single | None:
        """Return the resource that explains most; None where none explains enough.

        Args:
            now: What is expected of the cells.
            least: Money that it has to explain.
            sure: Evidence that chance may bring, with one resource to look at.
        """
        off, of_cell = self.off(), now.after - now.expected
        nearer = np.abs(of_cell[self.cell]) - np.abs(of_cell[self.cell] - off)
        gain, moved = (_per_name(self.resource, each, self.names) for each in (nearer, np.abs(off)))
        evidence = self._evidence()
        likely = (gain > least) & (gain >= _OF_ITS_OWN * moved) & (evidence >= sure + np.log(len(self.names)))
        likely[[at for at, name in enumerate(self.names) if not name]] = False
        most = np.flatnonzero(likely & (gain == np.max(gain, where=likely, initial=0.0))).tolist()
        if not most:
            return None
        name, at = min((str(self.names[place]), place) for place in most)
        return Single(name, float(gain[at]), float(evidence[at]), self._factor(self.resource == at))

    def alone(self, rows: Flags, factor: float) -> str | None:
        """Return the resource that alone moved in some cells; None where it is not one alone, or has no name.

        Args:
            rows: Which cells.
            factor: By which these are said to have moved.
        """
        pairs = rows[self.cell]
        after, expected = (np.bincount(self.resource[pairs], one[pairs]) for one in (self.after, self.expected))
        off = np.abs(after - expected)
        at = int(np.argmax(off))
        others, money = np.arange(len(off)) != at, np.abs(expected)
        if off[at] < _ALONE * off.sum() or money[others].sum() < _OTHERS * money.sum():
            return None
        like_all = after if np.isinf(factor) else factor * expected
        still, moved = off[others].sum(), np.abs(after - like_all)[others].sum()
        return (self.names[at] or None) if still < _CLEARLY * moved else None

    def of(self, resource: str, rows: Flags) -> tuple[Ints, Floats]:
        """Return the cells that a resource is in, of some, and what it is off by in each."""
        pairs = rows[self.cell] & (self.resource == self.names.index(resource))
        return self.cell[pairs], self.off()[pairs]

    def with_claim(self, rows: Flags, factor: float, resource: str | None) -> Singles:
        """Return what is expected where cells, or one resource in them, moved."""
        pairs = rows[self.cell]
        if resource is not None:
            told = np.where(pairs & (self.resource == self.names.index(resource)), self.after, self.expected)
        else:
            moved = self.after if np.isinf(factor) else factor * self.expected
            told = np.where(pairs, moved, self.expected)
        return replace(self, expected=told)

    def _evidence(self) -> Floats:
        """Return per resource how much likelier its move is where it moved by itself."""
        after, expected = (_per_name(self.resource, one, self.names) for one in (self.after, self.expected))
        size = np.abs(after) + np.abs(expected)
        relative = 2 * (after - expected) / np.where(size > 0, size, 1.0)
        return np.asarray(self.start.weight * np.log1p((relative / self.start.spread) ** 2))

    def _factor(self, pairs: Flags) -> float:
        expected = float(self.expected[pairs].sum())
        return float(self.after[pairs].sum()) / expected if expected else float("inf")


def singles_of(leaves: Leaves, cells: Cells, growth: float) -> Singles | None:
    """Return the resources of leaves; None where these have none.

    Args:
        leaves: Of which there is at least one.
        cells: Of those.
        growth: Factor that is expected of each leaf, where leaves do not say what is expected.
    """
    if leaves.resource is None:
        return None
    names, of_leaf = _names(leaves.resource)
    key = of_leaf * cells.count + cells.of_leaf
    found, first, of_pair = np.unique(key, return_index=True, return_inverse=True)
    after = summed(leaves.after, of_pair, first)
    if leaves.expected is None:
        usual = growth * summed(leaves.before, of_pair, first)
    else:
        usual = summed(in_integers(leaves.expected), of_pair, first)
    resource = found // cells.count
    start = prospect(_per_name(resource, after, names), _per_name(resource, usual, names))
    return Singles(names, resource, found % cells.count, after, usual, start)


def _names(resource: Dimension) -> tuple[tuple[str | None, ...], Ints]:
    """Return every text once, and per leaf its place; sorting all of them would take longer than the search."""
    places: dict[str | None, int] = {}
    of_code = np.array([places.setdefault(text, len(places)) for text in resource.texts], dtype=np.int64)
    return tuple(places), of_code[resource.codes]


def _per_name(resource: Ints, amounts: Floats, names: Sequence[str | None]) -> Floats:
    return np.asarray(np.bincount(resource, amounts, len(names)), dtype=np.float64)
