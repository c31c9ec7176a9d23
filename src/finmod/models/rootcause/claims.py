"""Claims: how well "all of this combination moved by one factor" fits what cells cost.

Owns two measures of every combination of a set of dimensions, both against what is expected now:

- the gain, in money: how much less the cells differ from what is claimed than from what was expected (the potential
  score of HotSpot and Squeeze, not divided by the whole). By it causes are found and ranked.
- the evidence, without a unit: how much likelier the relative moves of the cells are under the claim, with Cauchy
  errors. It decides between names that explain nearly the same money: cells that are small and stand still contradict
  a name that is too wide, though hardly in money.

A factor is the weighted median of the cells' own, found by weighted means: what a few cells do for reasons of their own
does not move it. Where nothing was expected there is no factor; such cells are claimed to be new, and others in the
combination contradict that with all that they cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from finmod.models.rootcause.cells import Cells
from finmod.models.rootcause.leaves import Flags, Floats, Ints

ALIKE: Final = 0.6
"""Part of the best gain from which on a name is a rival of the best."""
_ROUNDS: Final = 2
_NEAR: Final = 0.02
_LEAST_SPREAD: Final = 0.03
_TO_DEVIATION: Final = 1.4826


@dataclass(frozen=True)
class Prospect:
    """What cells are expected to cost, and how far they are from it.

    Attributes:
        after: Per cell what it costs.
        usual: Per cell what is expected without any cause.
        expected: Likewise with the causes that are found.
        weight: Of each cell's evidence: the root of its money, 1 on average.
        spread: Usual relative deviation of a cell.
    """

    after: Floats
    usual: Floats
    expected: Floats
    weight: Floats
    spread: float

    @cached_property
    def off(self) -> Floats:
        """Return per cell how far it is from what is expected, without a sign."""
        return np.asarray(np.abs(self.after - self.expected))

    def with_claim(self, rows: Flags, factor: float) -> Prospect:
        """Return what is expected where cells moved by a factor, infinite for new ones."""
        moved = np.where(self.usual == 0, self.after, 0.0) if np.isinf(factor) else factor * self.expected
        return replace(self, expected=np.where(rows, moved, self.expected))

    def with_moves(self, cells: Ints, moves: Floats) -> Prospect:
        """Return what is expected where some cells, each once, moved by so much money."""
        expected = self.expected.copy()
        expected[cells] += moves
        return replace(self, expected=expected)

    def with_spread(self) -> Prospect:
        """Return the same with the spread of what is left now."""
        both = (self.usual != 0) & (self.after != 0)
        moves = np.abs(_relative(self.after[both], self.expected[both]))
        # Weights of what was expected: what grew must not seem usual for that.
        found = _TO_DEVIATION * middle(moves, np.sqrt(np.abs(self.usual[both]))) if both.any() else 0.0
        return replace(self, spread=max(found, _LEAST_SPREAD))


def prospect(after: Floats, usual: Floats) -> Prospect:
    """Return the prospect before any cause is known."""
    weight = np.sqrt(np.maximum(np.abs(after), np.abs(usual)))
    mean = float(weight.mean())
    return Prospect(after, usual, usual, weight / mean if mean else weight, _LEAST_SPREAD).with_spread()


def middle(values: Floats, weights: Floats) -> float:
    """Return the weighted median: the least value at which half of the weight is reached.

    >>> middle(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 5.0]))
    2.0
    """
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _relative(amounts: Floats, expected: Floats) -> Floats:
    """Return differences relative to the mean of both: -2 to 2, also from and to nothing."""
    size = np.abs(amounts) + np.abs(expected)
    return np.asarray(2 * (amounts - expected) / np.where(size > 0, size, 1.0))


@dataclass(frozen=True)
class Claims:
    """The combinations of some dimensions that come near the best and are no chance.

    Attributes:
        first: Per combination the place of one of its cells.
        gain: Money that the claim explains.
        evidence: For the claim.
        factor: What its cells moved by; infinite for new ones.
        open_rows: Places of the cells of combinations of which a part may still come near the best.
    """

    first: Ints
    gain: Floats
    evidence: Floats
    factor: Floats
    open_rows: Ints


class Bar(NamedTuple):
    """What a claim has to reach.

    Attributes:
        best: Money that is explained already by another claim.
        sure: Evidence that chance may bring.
        plain: Money from which on a claim needs no evidence: it is most of all that moved.
    """

    best: float
    sure: float
    plain: float


def claims(cells: Cells, now: Prospect, dimensions: Sequence[int], rows: Ints, bar: Bar) -> Claims:
    """Return what combinations of dimensions would explain, those that come near the best.

    Args:
        cells: What is explained.
        now: What is expected of them.
        dimensions: Places of the dimensions.
        rows: Places of cells that are looked at; of a combination all or none.
        bar: What is told has to reach it, and a part of its best.
    """
    first, group = cells.grouped(dimensions, rows)
    off = np.bincount(group, now.off[rows], len(first))
    # No combination gains more than its cells are off.
    rows, group, first = _kept(off >= ALIKE * bar.best, rows, group, rows[first])
    here = _Here(now, rows, group, len(first))
    factor = here.factors()
    by_factor, by_birth = here.gains(factor)
    gain = np.maximum(by_factor, by_birth)
    factor = np.where(by_birth > by_factor, np.inf, factor)
    near = gain >= ALIKE * bar.best
    few, group, first = _kept(near, rows, group, first)
    gain, factor = gain[near], factor[near]
    evidence = _Here(now, few, group, len(first)).evidence(factor)
    surely = (evidence >= bar.sure) | (gain >= bar.plain)
    return Claims(first[surely], gain[surely], evidence[surely], factor[surely], rows)


def _kept(chosen: Flags, rows: Ints, group: Ints, first: Ints) -> tuple[Ints, Ints, Ints]:
    """Return rows, their groups and the first cells of groups, of chosen groups alone."""
    stays = chosen[group]
    return rows[stays], (np.cumsum(chosen) - 1)[group[stays]], first[chosen]


class _Here:
    """The cells that are looked at, in groups."""

    def __init__(self, now: Prospect, rows: Ints, group: Ints, count: int) -> None:
        self.group, self.count = group, count
        self.after, self.expected, self.usual = now.after[rows], now.expected[rows], now.usual[rows]
        self.weight, self.spread = now.weight[rows], now.spread
        self.off = np.abs(self.after - self.expected)
        self.fresh = self.usual == 0

    def summed(self, values: Floats) -> Floats:
        return np.asarray(np.bincount(self.group, values, self.count), dtype=np.float64)

    def factors(self) -> Floats:
        """Return the weighted median of the cells' factors, by weighted means; 1 where nothing was expected."""
        size = np.where(self.fresh, 0.0, np.abs(self.expected))
        own = np.where(size > 0, self.after / np.where(size > 0, self.expected, 1.0), 0.0)
        factor = self._mean(size, own)
        for _ in range(_ROUNDS):
            factor = self._mean(size / np.maximum(np.abs(own - factor[self.group]), _NEAR), own)
        return factor

    def _mean(self, weight: Floats, values: Floats) -> Floats:
        below = self.summed(weight)
        return np.where(below > 0, self.summed(weight * values) / np.where(below > 0, below, 1.0), 1.0)

    def gains(self, factor: Floats) -> tuple[Floats, Floats]:
        """Return what factors explain, and what is explained where the group is new."""
        claimed = factor[self.group]
        # What is new where all is said to decline contradicts it, also where it is known why it is new.
        against = self.off + np.maximum(1 - claimed, 0.0) * np.abs(self.after)
        left = np.where(self.fresh, against, np.abs(self.after - claimed * self.expected))
        old = np.where(self.fresh, 0.0, self.off + np.abs(self.usual))
        off = self.summed(self.off)
        return off - self.summed(left), off - self.summed(old)

    def evidence(self, factor: Floats) -> Floats:
        """Return how much likelier the moves are where each group moved by its factor, or is new."""
        claimed = factor[self.group]
        is_new = np.isinf(claimed)
        told = np.where(self.fresh, np.minimum(claimed, 1.0), np.where(is_new, 0.0, claimed)) * self.expected
        then = np.abs(_relative(self.after, np.where(is_new, self.after, told)))
        now = np.abs(_relative(self.after, self.expected))
        likelier = self._surprise(now) - self._surprise(then)
        # What was there before contradicts that all is new, whatever became of it.
        likelier = np.where(is_new & ~self.fresh, -self._surprise(np.array(2.0)), likelier)
        return self.summed(self.weight * likelier)

    def _surprise(self, moves: Floats) -> Floats:
        return np.log1p((moves / self.spread) ** 2)
