"""What an allocation is once it has been read: pools, how each is shared, nested levels, each with its place in a file.

Owns the records. Reading them from files is the work of ``reading.py``, applying them that of ``run.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from finmod.taxonomy.definition import ALWAYS, Condition, Span

ShareKind = Literal["even", "fixed", "cost", "driver", "kubernetes", "inferred"]
Grain = Literal["hour", "day", "month"]
Idle = Literal["proportional", "even", "owner", "unallocated"]
Base = Literal["direct", "full"]

FINEST_FIRST: Final[tuple[Grain, ...]] = ("hour", "day", "month")

PRICES: Final = (Decimal("0.031611"), Decimal("0.004237"), Decimal("0.95"))
"""What an hour of a core, of a GiB and of a GPU costs where nobody says: OpenCost's defaults, which are list prices of
Google's us-central1.

Source: OpenCost, configs/default.json.
"""

Values = tuple[str | None, ...]
"""A target: its value in each dimension that costs are allocated to, in their order; None where it has none."""


@dataclass(frozen=True)
class DriverInfo:
    """What an allocation must know of a driver before it has its values.

    Attributes:
        name: As in drivers.yaml.
        unit: What it counts.
        grain: How long its periods are.
        by: The dimensions that its values are told by.
    """

    name: str
    unit: str
    grain: Grain
    by: tuple[str, ...]


@dataclass(frozen=True)
class Fixed:
    """A fixed part of a pool.

    Attributes:
        values: The target; None throughout for what stays unallocated.
        part: Its share, 0 to 1.
        place: ``file:line:column``.
    """

    values: Values
    part: Decimal
    place: str


@dataclass(frozen=True, kw_only=True)
class Share:
    """How a pool, or a level, is shared.

    Attributes:
        kind: By what.
        place: ``file:line:column``.
        text: How it reads, in a few words.
        span: When it holds.
        fixed: Of ``fixed``: the parts, which sum to 1.
        among: What targets must be, by dimension; empty for no demand.
        measure: Of ``cost``: FOCUS id of the cost of the targets that counts.
        base: Of ``cost``: the targets' own cost alone, or with what pools give them that are not shared so themselves.
        within: Of ``cost``: columns of a charge, such as ``x_Source``: what has the same texts is shared by the cost of
            what has them too.
        pools: Of ``cost`` and ``even``: whether pools are targets like any other.
        driver: Of ``driver``: its name in drivers.yaml.
        capacity: Of ``driver``: the driver that says how much there was in all; None where what was used is all.
        idle: Of ``driver`` and ``kubernetes``: who pays for what nobody used; None where nothing is said, which is
            ``unallocated`` for use that names nobody.
        minimum: Of ``driver``: the least share of each target with use; None for none.
        grain: Length of the periods that shares are computed for; None for that of the driver, a month for ``cost``.
        drivers: Of ``inferred``: names of the drivers that explain its cost.
        months: Of ``inferred``: how many months of history are looked at, the month itself being one.
        overhead: Of ``kubernetes``: who pays for what workloads held that no rule of the taxonomy names; None leaves it
            unallocated.
        prices: Of ``kubernetes``: what an hour of a core, of a GiB of memory and of a GPU costs. Their ratios alone
            count: they say how much of a node's cost is for each.
        otherwise: What is done where the share cannot be computed; None leaves it unallocated, with an error.
        unallocated: Whether it may stay unallocated where the share cannot be computed: no error then.
    """

    kind: ShareKind
    place: str
    text: str
    span: Span = ALWAYS
    fixed: tuple[Fixed, ...] = ()
    among: tuple[Condition, ...] = ()
    measure: str = "EffectiveCost"
    base: Base = "direct"
    within: tuple[str, ...] = ()
    pools: bool = False
    driver: str | None = None
    capacity: str | None = None
    idle: Idle | None = None
    minimum: Decimal | None = None
    grain: Grain | None = None
    drivers: tuple[str, ...] = ()
    months: int = 6
    overhead: Idle | None = None
    prices: tuple[Decimal, Decimal, Decimal] = PRICES
    otherwise: Share | None = None
    unallocated: bool = False

    @property
    def meaning(self) -> Share:
        """Return the same share wherever it stands."""
        fixed = tuple(replace(part, place="") for part in self.fixed)
        among = tuple(replace(condition, place="") for condition in self.among)
        otherwise = self.otherwise.meaning if self.otherwise else None
        return replace(self, place="", fixed=fixed, among=among, otherwise=otherwise)


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Shared cost.

    Attributes:
        name: As in the file; of a policy, what it is for: ``unused commitments``.
        place: ``file:line:column``.
        when: Sets of conditions: a charge is in the pool where all of one set hold. The first pool that takes a charge
            has it.
        texts: How each set reads, and its ``file:line:column``.
        first: How many of the sets, at their head, policies gave it: they are asked before any pool's own.
        shares: How it is shared, by time: at most one holds on a day.
        span: When there is such a pool.
        receives: What it is called as a target of other pools, as values of the dimensions; None where it is called
            nothing, and () where it gets nothing even where pools are targets like any other.
        label: How reports call it.
        is_policy: Whether it comes from ``policies``; those stand before the pools.
        rest: Whether it is for what the pools before leave, and told so.
    """

    name: str
    place: str
    when: tuple[tuple[Condition, ...], ...]
    shares: tuple[Share, ...]
    texts: tuple[tuple[str, str], ...] = ()
    first: int = 0
    span: Span = ALWAYS
    receives: Values | None = None
    label: str | None = None
    is_policy: bool = False
    rest: bool = False


@dataclass(frozen=True, kw_only=True)
class Level:
    """A further cut of what targets cost: a product's cost to its teams, its cohorts, its customers.

    Attributes:
        name: As in the file.
        place: ``file:line:column``.
        dimensions: What it adds: dimensions of ``to``, whose unknown values it fills in, or others, each one a column
            of ``allocated_levels_daily``.
        within: Dimensions that it stays within, each of ``to`` or of a level before.
        shares: How, by time. The driver has the dimensions of both.
    """

    name: str
    place: str
    dimensions: tuple[str, ...]
    within: tuple[str, ...]
    shares: tuple[Share, ...]

    @property
    def meaning(self) -> tuple[object, ...]:
        """Return what it does, wherever it stands: levels of the same meaning cut alike."""
        return self.dimensions, self.within, tuple(share.meaning for share in self.shares)


def level_above(level: Level, before: Sequence[Level]) -> Level | None:
    """Return the first of the levels before one whose rows have all that it stays within; None where none has."""
    return next((each for each in before if {*level.within} <= {*each.within, *each.dimensions}), None)


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """Everything that shares costs.

    Attributes:
        to: Dimensions that costs are allocated to, such as product and team.
        pools: In order, those of policies first.
        levels: In order.
        place: ``file:line:column`` of ``to``.
    """

    to: tuple[str, ...]
    pools: tuple[Pool, ...] = ()
    levels: tuple[Level, ...] = ()
    place: str = ""
    texts: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def days(self) -> tuple[date, ...]:
        """Return every day on which a pool or a share begins or ends to hold, in order."""
        found = {day for span in self._spans() for day in (span.since, span.until) if day}
        return tuple(sorted(found))

    def drivers(self) -> tuple[str, ...]:
        """Return the names of the drivers that it asks for, each once."""
        found: dict[str, None] = {}
        for share in self.shares():
            found |= dict.fromkeys(filter(None, (share.driver, share.capacity, *share.drivers)))
        return tuple(found)

    def columns(self) -> tuple[str, ...]:
        """Return the columns of a charge that costs are shared within, each once."""
        return tuple(dict.fromkeys(column for share in self.shares() for column in share.within))

    def shares(self) -> Iterator[Share]:
        """Yield every share, those for where others cannot be computed behind them."""
        of_pools = [share for pool in self.pools for share in pool.shares]
        for share in (*of_pools, *(share for level in self.levels for share in level.shares)):
            found: Share | None = share
            while found is not None:
                yield found
                found = found.otherwise

    def _spans(self) -> Iterator[Span]:
        yield from (pool.span for pool in self.pools)
        yield from (share.span for share in self.shares())
