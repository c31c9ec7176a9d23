"""The network of one day: each pool's way to the targets, over all pools and cuts that lie between.

Owns which nodes a day has, and that equal days are solved once. Nodes are pools, by their negative number; targets that
are cut further stand behind them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from finmod.allocation.shares import Dated, When
from finmod.allocation.solve import solved
from finmod.allocation.vectors import Ints, Vector, composed, only

_MOST_LEVELS = 10


class Cut(Protocol):
    """Targets that are cut further."""

    def __call__(self, target: int, when: When) -> Vector | None:
        """Return where the cost of a target goes on to; None where it stays."""

    def cut(self) -> Ints:
        """Return the targets that may be cut, in rising order."""


@dataclass
class Network:
    """Where the cost of each pool ends.

    Attributes:
        pools: Pool's number -> its share.
        cut: Of targets that are cut further.
        fed: Numbers of the pools that others were seen to feed.
    """

    pools: dict[int, Dated]
    cut: Cut
    fed: set[int] = field(default_factory=set)
    _solved: dict[tuple[tuple[int, int], ...], dict[int, Vector]] = field(default_factory=dict)
    _days: dict[tuple[int, int, str], dict[int, Vector | None]] = field(default_factory=dict)
    _ends: dict[tuple[int, int, int, str], Vector] = field(default_factory=dict)
    _cuts: dict[tuple[int, int, int, str], Vector] = field(default_factory=dict)
    _steps: dict[tuple[int, tuple[tuple[int, int], ...]], Vector] = field(default_factory=dict)
    _passed: dict[int, list[int]] = field(default_factory=dict)
    _own: dict[int, Vector] = field(default_factory=dict)
    _kept: list[Vector] = field(default_factory=list)

    def forget(self) -> None:
        """Forget what was found: it is found again where it is asked for."""
        for found in (self._solved, self._days, self._ends, self._cuts, self._steps, self._passed, self._kept):
            found.clear()

    def begin_again(self, pools: Mapping[int, Dated]) -> None:
        """Add pools, and forget what was found without them."""
        self.pools.update(pools)
        self.forget()

    def ends(self, node: int, when: When) -> Vector:
        """Return where the cost of a node ends: the same object for the same answer.

        Raises:
            NoExit: Its cost never leaves a loop of pools.
        """
        if node >= 0:
            return self._cut(self._own.setdefault(node, only(node)), when)
        first = self._vector(node, when)
        if first is None:
            return self._own.setdefault(node, only(node))
        nodes = self._nodes(first, replace(when, group=0))
        if not nodes:
            return self._cut(first, when)
        if not any(self._passing(each) for each in nodes.values()):
            return self._cut(self._step(first, nodes), when)  # it goes on once: nothing has to be solved
        if when.group == 0:
            return self._cut(self._ways({**nodes, node: first})[node], when)
        key = id(first), when.day, when.period, when.currency
        if key not in self._ends:
            self._ends[key] = composed(first, self._ways(nodes))
        return self._cut(self._ends[key], when)

    def _cut(self, way: Vector, when: When) -> Vector:
        """Return a way with targets that are cut further gone on, as often as there are levels.

        Cuts never lead back to a pool, so that they stand behind the solve and not in it.
        """
        key = id(way), when.day, when.period, when.currency
        if key not in self._cuts:
            self._kept.append(way)
            whole, at = way, replace(when, group=0)
            for _ in range(_MOST_LEVELS):
                held = whole.places[np.isin(whole.places, self.cut.cut())].tolist()
                cuts = {place: cut for place in held if (cut := self.cut(place, at)) is not None}
                if not cuts:
                    break
                whole = self._step(whole, cuts)
            self._cuts[key] = whole
        return self._cuts[key]

    def _step(self, way: Vector, steps: Mapping[int, Vector]) -> Vector:
        """Return a way with some of its places gone on: the same object for the same answer."""
        key = id(way), tuple((place, id(each)) for place, each in sorted(steps.items()))
        if key not in self._steps:
            self._kept += (way, *steps.values())
            self._steps[key] = composed(way, steps)
        return self._steps[key]

    def _vector(self, node: int, when: When) -> Vector | None:
        return self.pools[-node].on(when) if -node in self.pools else None

    def _nodes(self, first: Vector, when: When) -> dict[int, Vector]:
        """Return every node that a vector reaches, each with where its cost goes."""
        found: dict[int, Vector] = {}
        known = self._days.setdefault((when.day, when.period, when.currency), {})
        waiting = [*self._passing(first)]
        while waiting:
            place = waiting.pop()
            if place in found:
                continue
            if place not in known:
                self.fed.add(-place)
                known[place] = self._vector(place, when)
            vector = known[place]
            if vector is not None:
                found[place] = vector
                waiting += self._passing(vector)
        return found

    def _passing(self, vector: Vector) -> list[int]:
        """Return the pools that a vector gives to."""
        if id(vector) not in self._passed:
            self._kept.append(vector)
            self._passed[id(vector)] = vector.places[vector.places < 0].tolist()
        return self._passed[id(vector)]

    def _ways(self, nodes: dict[int, Vector]) -> dict[int, Vector]:
        key = tuple(sorted((node, id(each)) for node, each in nodes.items()))
        if key not in self._solved:
            self._kept += nodes.values()
            self._solved[key] = solved(nodes)
        return self._solved[key]
