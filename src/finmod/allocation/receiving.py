"""Pools as targets: which pool cost goes to that a share gives to what a pool is called as.

Owns that a finer target is the pool's too, and that pools begin and end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from finmod.allocation.definition import Allocation, Values
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Flags, Vector, from_arrays
from finmod.taxonomy.definition import Span


@dataclass
class Receiving:
    """The pools of an allocation that are targets of others.

    Attributes:
        targets: Have the numbers.
        pools: Number of a pool, what it is called as, when there is one; the more it says of itself the earlier.
        edges: Days on which one of them begins or ends.
    """

    targets: Targets
    pools: tuple[tuple[int, Values, Span], ...]
    edges: tuple[date, ...]
    _found: dict[tuple[int, int], int] = field(default_factory=dict)
    _fed: dict[tuple[int, int], tuple[Vector, Vector]] = field(default_factory=dict)
    _candidates: Flags = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))

    def era(self, day: date) -> int:
        """Return the number of the stretch of days that a day is in: within one the same pools receive."""
        return bisect_right(self.edges, day)

    def pool(self, target: int, day: date) -> int | None:
        """Return the pool that a target is on a day; None where it is none."""
        key = target, self.era(day)
        if key not in self._found:
            values = self.targets.every[target]
            held = (number for number, called, span in self.pools if span.holds_on(day) and _is(values, called))
            self._found[key] = next(held, 0)
        return self._found[key] or None

    def fed(self, whole: Vector, day: date) -> Vector:
        """Return a vector with pools in place of targets that are pools: the same object for the same answer."""
        if not self.pools:
            return whole
        is_one = self._called()[whole.places]
        if not is_one.any():
            return whole
        key = id(whole), self.era(day)
        if key not in self._fed:
            self._fed[key] = whole, self._given(whole, is_one, day)
        return self._fed[key][1]

    def _given(self, whole: Vector, is_one: Flags, day: date) -> Vector:
        called = [self.pool(each, day) for each in whole.places[is_one].tolist()]
        if None in called:  # of another day
            places = whole.places.copy()
            places[is_one] = [-pool if pool else place for pool, place in zip(called, places[is_one], strict=True)]
            return from_arrays(places, whole.weights) or whole
        pools = from_arrays(-np.array(called, dtype=np.int64), whole.weights[is_one])
        if pools is None:
            return whole
        # Pools have negative numbers: the others still stand in their order behind them.
        places = np.concatenate([pools.places, whole.places[~is_one]])
        return Vector(places, np.concatenate([pools.weights, whole.weights[~is_one]]))

    def forget(self) -> None:
        """Forget vectors that were asked for."""
        self._fed.clear()

    def exact(self) -> Mapping[int, int]:
        """Return what each pool is called as, as a target, whatever the day -> the pool."""
        return {self.targets.number(called): number for number, called, _ in self.pools}

    def _called(self) -> Flags:
        """Return of each target whether it is a pool on some day."""
        new = self.targets.every[len(self._candidates) :]
        if new:
            more = [any(_is(values, called) for _, called, _ in self.pools) for values in new]
            self._candidates = np.concatenate([self._candidates, np.array(more, dtype=np.bool_)])
        return self._candidates


def _is(values: Values, called: Values) -> bool:
    return all(wanted is None or own == wanted for own, wanted in zip(values, called, strict=True))


def receiving_of(allocation: Allocation, targets: Targets) -> Receiving:
    """Return the pools that receive."""
    held = [
        (number, pool.receives, pool.span)
        for number, pool in enumerate(allocation.pools, start=1)
        if pool.receives is not None and any(pool.receives)
    ]
    for _, called, _ in held:
        targets.number(called)
    held.sort(key=lambda each: (-sum(value is not None for value in each[1]), each[0]))
    edges = {day for _, _, span in held for day in (span.since, span.until) if day}
    return Receiving(targets, tuple(held), tuple(sorted(edges)))
