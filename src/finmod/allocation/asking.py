"""Shares made ready to be asked: each pool's and each level's, with the weights and series that they need.

Owns the choice of the class that answers for a kind, and that what two shares need is read once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

import numpy as np

from finmod.allocation.cells import Groups
from finmod.allocation.cost_shares import ByCost, Weights, read_weights
from finmod.allocation.definition import Allocation, Grain, Level, Pool, Share
from finmod.allocation.driver_series import Drivers, Resolve, Series
from finmod.allocation.driver_shares import ByDriver, refused_of
from finmod.allocation.full_cost import FirstRound
from finmod.allocation.inferred import ByInference, History
from finmod.allocation.kubernetes_shares import ByKubernetes, Held, read_held
from finmod.allocation.receiving import Receiving, receiving_of
from finmod.allocation.shares import Dated, Even, Fixed, Nobody, Shared, When, among
from finmod.allocation.targets import UNALLOCATED, Targets
from finmod.allocation.vectors import Ints, Vector, from_arrays, vector
from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Taxonomy


@dataclass
class Asking:
    """Makes shares ready.

    Attributes:
        engine: Has the tables of keys and cells, and the drivers' rows.
        taxonomy: Has the values of the dimensions.
        allocation: What is made ready.
        targets: Get numbers.
        groups: What of pools is shared apart.
        resolve: Finds values of the taxonomy.
        history: What pools cost by day.
        days: First and last of the days that are shared, since 1970.
        receiving: Pools that are targets.
        first: What pools give targets in the first round, for shares by full cost; None before.
    """

    engine: Engine
    taxonomy: Taxonomy
    allocation: Allocation
    targets: Targets
    groups: Groups
    resolve: Resolve
    history: History
    days: tuple[int, int]
    receiving: Receiving = field(init=False)
    first: FirstRound | None = None
    _drivers: Drivers = field(init=False)
    _costs: dict[tuple[str, Grain | None, tuple[str, ...], bool], Weights] = field(default_factory=dict)
    _held: dict[tuple[Grain | None, tuple[Decimal, ...]], Held] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Number the targets that are pools."""
        self.receiving = receiving_of(self.allocation, self.targets)
        wanted = [each for pool in self.allocation.pools for share in pool.shares for each in _drivers_of(share)]
        self._drivers = Drivers(self.engine, self.targets, self.resolve, self.taxonomy.days(), self.days, wanted)

    def pool(self, number: int) -> Dated:
        """Return the shares of a pool."""
        pool = self.allocation.pools[number - 1]
        return Dated(tuple((share, self._chain(share, number, pool)) for share in pool.shares))

    def _chain(self, share: Share, number: int, pool: Pool) -> tuple[tuple[Share, Shared], ...]:
        found: list[tuple[Share, Shared]] = []
        each: Share | None = share
        while each is not None:
            found.append((each, self._shared(each, number, pool)))
            if each.unallocated:
                found.append((each, Nobody()))
            each = each.otherwise
        return tuple(found)

    def _shared(self, share: Share, number: int, pool: Pool) -> Shared:
        if share.kind == "fixed":
            weights: dict[int, float] = {}
            for part in share.fixed:
                place = self.targets.number(part.values)
                weights[place] = weights.get(place, 0.0) + float(part.part)
            return Fixed(vector(weights), self.receiving)
        if share.kind == "even":
            return self._even(share, number)
        if share.kind == "cost":
            refused = np.union1d(
                self.nameless(), [*refused_of(self.engine, self.targets, share), *self._left_out(share, number)]
            )
            more = self.first.given(share) if self.first is not None and share.base == "full" else {}
            return ByCost(share, self.weights(share), refused, self.groups, number, more)
        if share.kind == "driver":
            return self._by_driver(share, self.targets.number(pool.receives) if pool.receives else UNALLOCATED)
        if share.kind == "inferred":
            series = [self.series(name, "day") for name in share.drivers]
            refused = refused_of(self.engine, self.targets, share)
            return ByInference(share, number, series, self.history, self.receiving, refused)
        return self._by_kubernetes(share, number, pool)

    def _even(self, share: Share, number: int) -> Even:
        values = [*(self.taxonomy.dimensions[self.targets.dimensions[0]].values or {})]
        rest = (None,) * (len(self.targets.dimensions) - 1)
        held = among(self.engine, [(name, *rest) for name in values], self.targets.dimensions, share.among)
        names = frozenset(name for name, is_held in zip(values, held, strict=True) if is_held)
        every = self.receiving.pools if share.pools else ()
        pools = tuple((each, span) for each, _, span in every if each != number)
        return Even(self.taxonomy, self.targets, names, pools)

    def _by_driver(self, share: Share, owner: int) -> ByDriver:
        series = self.series(share.driver or "", share.grain)
        capacity = self.series(share.capacity, series.grain if series else None) if share.capacity else None
        refused = refused_of(self.engine, self.targets, share)
        return ByDriver(share, series, capacity, self.receiving, owner, refused)

    def _by_kubernetes(self, share: Share, number: int, pool: Pool) -> ByKubernetes:
        key = share.grain, share.prices
        if key not in self._held:
            self._held[key] = read_held(self.engine, share)
        owner = self.targets.number(pool.receives) if pool.receives else UNALLOCATED
        refused = refused_of(self.engine, self.targets, share)
        return ByKubernetes(share, self._held[key], self.groups, number, self.receiving.exact(), owner, refused)

    def nameless(self) -> Ints:
        """Return the targets without a value in the main dimension: what nobody has cannot be a reason for more."""
        every = enumerate(self.targets.every)
        return np.array([number for number, values in every if values[0] is None], dtype=np.int64)

    def _spending(self) -> list[int]:
        """Return the pools whose own cost counts where pools are targets, called anything or not.

        Not those that say of themselves that they get nothing, and not those of policies: what these hold is no use of
        anything, but comes on top of others' use.
        """
        pools = enumerate(self.allocation.pools, start=1)
        return [number for number, pool in pools if not pool.is_policy and pool.receives != ()]

    def _left_out(self, share: Share, number: int) -> list[int]:
        """Return the pools, by their negative number, that may have no part of a pool: itself, and by ``among``."""
        nobody = self.targets.every[UNALLOCATED]
        called = [pool.receives or nobody for pool in self.allocation.pools]
        held = among(self.engine, called, self.targets.dimensions, share.among)
        return [-at for at, may in enumerate(held, start=1) if not may or at == number]

    def weights(self, share: Share) -> Weights:
        """Return what everybody costs, as a share by cost asks for it."""
        key = share.measure, share.grain, share.within, share.pools
        if key not in self._costs:
            self._costs[key] = read_weights(self.engine, share, self._spending())
        return self._costs[key]

    def weigh_days(self) -> None:
        """Read what everybody costs day by day, for shares by that: cells of other bills are dropped later."""
        for share in self.allocation.shares():
            if share.kind == "cost" and share.grain == "day":
                self.weights(share)

    def series(self, name: str, grain: Grain | None) -> Series | None:
        """Return a driver's values in periods of a length at least; None where it has none."""
        return self._drivers.series(name, grain)


def _drivers_of(share: Share) -> Iterator[tuple[str, Grain | None]]:
    """Yield the drivers that a share and those behind it are certain to ask for, and in which periods."""
    if share.kind == "driver" and share.driver:
        yield share.driver, share.grain
    if share.kind == "inferred":
        yield from ((name, "day") for name in share.drivers)
    if share.otherwise is not None:
        yield from _drivers_of(share.otherwise)


@dataclass
class Cuts:
    """Targets that levels cut further, of the dimensions that costs are allocated to.

    Attributes:
        asking: Makes shares ready.
        levels: Those levels, in order.
    """

    asking: Asking
    levels: tuple[Level, ...]
    _found: dict[int, Dated | None] = field(default_factory=dict)
    _named: dict[tuple[int, int], tuple[Vector, Vector]] = field(default_factory=dict)
    _cut: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _seen: int = 0

    def __call__(self, target: int, when: When) -> Vector | None:
        """Return where the cost of a target goes on to; None where it stays."""
        if target not in self._found:
            self._found[target] = self._of(target)
        held = self._found[target]
        found = held.on(when) if held else None
        if found is None or UNALLOCATED in found.places:
            return None
        key = id(found), target
        if key not in self._named:
            self._named[key] = found, self._own(found, target)
        return self._named[key][1]

    def _own(self, found: Vector, target: int) -> Vector:
        """Return members as parts of a target: what it is called beside what the level adds stays as it is."""
        targets, level = self.asking.targets, self._level(target)
        adds = {targets.dimensions.index(name) for name in level.dimensions} if level else set()
        values = targets.every[target]
        numbers = []
        for place in found.places.tolist():
            other = targets.every[place]
            numbers.append(targets.number([other[at] if at in adds else values[at] for at in range(len(values))]))
        return from_arrays(np.array(numbers, dtype=np.int64), found.weights) or found

    def cut(self) -> Ints:
        """Return the targets that may be cut, in rising order."""
        count = len(self.asking.targets.every)
        if self.levels and count > self._seen:
            new = [number for number in range(max(self._seen, 1), count) if self._level(number)]
            self._cut = np.concatenate([self._cut, np.array(new, dtype=np.int64)])
            self._seen = count
        return self._cut

    def dated(self) -> Mapping[int, tuple[Level, Dated]]:
        """Return the level of each target that was asked for, and its shares."""
        found = ((number, self._level(number), each) for number, each in sorted(self._found.items()))
        return {number: (level, each) for number, level, each in found if level and each}

    def held(self, target: int) -> tuple[Level, Dated] | None:
        """Return the level of a target that was asked for, and its shares; None where it stays."""
        level, found = self._level(target), self._found.get(target)
        return (level, found) if level and found else None

    def _level(self, target: int) -> Level | None:
        targets = self.asking.targets
        values = dict(zip(targets.dimensions, targets.every[target], strict=True))
        return next(
            (
                level
                for level in self.levels
                if all(values[name] is None for name in level.dimensions)
                and all(values[name] is not None for name in level.within)
            ),
            None,
        )

    def _of(self, target: int) -> Dated | None:
        level = self._level(target)
        if level is None:
            return None
        return Dated(tuple((share, self._chain(share, level, target)) for share in level.shares))

    def _chain(self, share: Share, level: Level, target: int) -> tuple[tuple[Share, Shared], ...]:
        asking = self.asking
        if share.driver:
            asking.series(share.driver, share.grain)  # its targets are among those that it can be cut into
        inside = self._inside(level, target)
        found: list[tuple[Share, Shared]] = []
        each: Share | None = share
        while each is not None:
            outside = np.array([at for at in range(len(asking.targets.every)) if at not in inside], dtype=np.int64)
            refused = np.union1d(refused_of(asking.engine, asking.targets, each), outside)
            found.append((each, self._shared(each, target, refused)))
            each = each.otherwise
        return tuple(found)

    def _shared(self, share: Share, target: int, refused: Ints) -> Shared:
        asking = self.asking
        if share.kind == "cost":
            return ByCost(share, asking.weights(share), refused, asking.groups, 0)
        if share.kind == "driver":
            return ByDriver(share, asking.series(share.driver or "", share.grain), None, None, target, refused)
        if share.kind == "fixed":
            return Fixed(vector({asking.targets.number(each.values): float(each.part) for each in share.fixed}))
        # Evenly: among the members that cost anything on the month's bills.
        return ByCost(share, asking.weights(replace(share, within=())), refused, asking.groups, 0, is_even=True)

    def _inside(self, level: Level, target: int) -> set[int]:
        """Return the targets that a target can be cut into."""
        targets = self.asking.targets
        places = [targets.dimensions.index(name) for name in (*level.within, *level.dimensions)]
        fixed = len(level.within)
        own = targets.every[target]
        return {
            number
            for number, values in enumerate(targets.every)
            if all(values[at] == own[at] for at in places[:fixed])
            and all(values[at] is not None for at in places[fixed:])
        }
