"""The network of one day: each pool's way to the targets, over all pools and cuts that lie between.

Owns which nodes a day has, and that equal days are solved once. Nodes are pools, by their negative number, and targets
that are cut further, by their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from finmod.allocation.shares import Dated, When
from finmod.allocation.solve import solved
from finmod.allocation.vectors import Ints, Vector, composed, only


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
    """

    pools: dict[int, Dated]
    cut: Cut
    _solved: dict[tuple[tuple[int, int], ...], dict[int, Vector]] = field(default_factory=dict)
    _days: dict[tuple[int, int, str], dict[int, Vector | None]] = field(default_factory=dict)
    _ends: dict[tuple[int, int, int, str], Vector] = field(default_factory=dict)
    _steps: dict[tuple[int, tuple[tuple[int, int], ...]], Vector] = field(default_factory=dict)
    _passed: dict[int, list[int]] = field(default_factory=dict)
    _own: dict[int, Vector] = field(default_factory=dict)
    _kept: list[Vector] = field(default_factory=list)

    def forget(self) -> None:
        """Forget what was found: it is found again where it is asked for."""
        for found in (self._solved, self._days, self._ends, self._passed, self._kept):
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
        first = self._vector(node, when)
        if first is None:
            return self._own.setdefault(node, only(node))
        nodes = self._nodes(first, replace(when, group=0))
        if not nodes:
            return first
        if not any(self._passing(each) for each in nodes.values()):
            return self._one_step(first, nodes)
        if when.group == 0:
            return self._ways({**nodes, node: first})[node]
        key = id(first), when.day, when.period, when.currency
        if key not in self._ends:
            self._ends[key] = composed(first, self._ways(nodes))
        return self._ends[key]

    def _one_step(self, first: Vector, nodes: Mapping[int, Vector]) -> Vector:
        """Return where cost ends that goes on once and no further: nothing has to be solved."""
        key = id(first), tuple(sorted((node, id(each)) for node, each in nodes.items()))
        if key not in self._steps:
            self._kept += (first, *nodes.values())
            self._steps[key] = composed(first, nodes)
        return self._steps[key]

    def _vector(self, node: int, when: When) -> Vector | None:
        if node < 0:
            return self.pools[-node].on(when) if -node in self.pools else None
        return self.cut(node, when)

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
                known[place] = self._vector(place, when)
            vector = known[place]
            if vector is not None:
                found[place] = vector
                waiting += self._passing(vector)
        return found

    def _passing(self, vector: Vector) -> list[int]:
        """Return the places of a vector that may pass cost on: few of many."""
        if id(vector) not in self._passed:
            self._kept.append(vector)
            places = vector.places
            passed = places[(places < 0) | np.isin(places, self.cut.cut())]
            self._passed[id(vector)] = passed.tolist()
        return self._passed[id(vector)]

    def _ways(self, nodes: dict[int, Vector]) -> dict[int, Vector]:
        key = tuple(sorted((node, id(each)) for node, each in nodes.items()))
        if key not in self._solved:
            self._kept += nodes.values()
            self._solved[key] = solved(nodes)
        return self._solved[key]
