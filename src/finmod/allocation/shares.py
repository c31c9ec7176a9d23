"""Shares: to whom each pool goes, period by period, whatever it is shared by.

Owns the choice of the share that holds on a day, and what is done where it cannot be computed. How each kind is
computed stands in a file of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

from finmod.allocation.definition import Share, Values
from finmod.allocation.receiving import Receiving
from finmod.allocation.targets import UNALLOCATED, Targets
from finmod.allocation.vectors import Partly, Vector, mixed, only, vector
from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Condition, Span, Taxonomy
from finmod.taxonomy.patterns import matches

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class When:
    """What a share depends on.

    Attributes:
        day: Charge date, in days since 1970.
        period: First day of the billing period, in days since 1970.
        group: Number of the group, 0 for none.
        currency: BillingCurrency: sums never cross currencies, and shares by cost are sums.
    """

    day: int
    period: int
    group: int = 0
    currency: str = ""

    @property
    def date(self) -> date:
        """Return the charge date."""
        return EPOCH + timedelta(days=self.day)


class Shared(Protocol):
    """One share, ready to be asked."""

    def on(self, when: When) -> Vector | str:
        """Return where cost goes, the same object for the same answer; or in words why that cannot be told."""


@dataclass
class Fixed:
    """Fixed parts.

    Attributes:
        whole: The parts; None where all are 0.
        receiving: Pools that are targets; None for a level, which knows none.
    """

    whole: Vector | None
    receiving: Receiving | None = None

    def on(self, when: When) -> Vector | str:
        """Return the parts."""
        if self.whole is None:
            return "all of its parts are 0"
        return self.receiving.fed(self.whole, when.date) if self.receiving else self.whole


@dataclass
class Nobody:
    """Cost that stays unallocated."""

    whole: Vector = field(default_factory=lambda: only(UNALLOCATED))

    def on(self, when: When) -> Vector | str:  # noqa: ARG002 -- the same on every day
        """Return nobody, for all of it."""
        return self.whole


@dataclass
class Even:
    """The same for each value of the main dimension that there is on the day, and that is no platform.

    Attributes:
        taxonomy: Has the values.
        targets: Have the numbers.
        names: The values that may have a part.
        pools: Numbers of pools that are targets too, and when there are such pools.
    """

    taxonomy: Taxonomy
    targets: Targets
    names: frozenset[str]
    pools: tuple[tuple[int, Span], ...] = ()
    _found: dict[tuple[int, ...], Vector | None] = field(default_factory=dict)

    def on(self, when: When) -> Vector | str:
        """Return the values of the day."""
        values = self.taxonomy.dimensions[self.targets.dimensions[0]].values or {}
        held = [
            self.targets.of_main(name)
            for name, value in values.items()
            if name in self.names and not value.shared and value.span.holds_on(when.date)
        ]
        held += [-number for number, span in self.pools if span.holds_on(when.date)]
        key = tuple(held)
        if key not in self._found:
            self._found[key] = vector(dict.fromkeys(key, 1.0))
        return self._found[key] or "there is nobody to share it among"


@dataclass
class Dated:
    """The shares of a pool by time, and what is done where the one that holds cannot be computed.

    Attributes:
        shares: Each with what it is asked by, and with those to ask where it cannot tell, in order.
        missed: Share and reason -> days, groups and currencies for which it could not be computed.
    """

    shares: tuple[tuple[Share, tuple[tuple[Share, Shared], ...]], ...]
    missed: dict[tuple[Share, str], set[tuple[int, int, str]]] = field(default_factory=dict)
    nobody: Vector = field(default_factory=lambda: only(UNALLOCATED))
    _filled: dict[tuple[int, int], tuple[Vector, Vector, Vector]] = field(default_factory=dict)

    def on(self, when: When) -> Vector:
        """Return where cost goes: to nobody where no share can tell."""
        share, chain = next(((each, chain) for each, chain in self.shares if each.span.holds_on(when.date)), (None, ()))
        for at, (each, asked) in enumerate(chain):
            found = asked.on(when)
            if isinstance(found, Partly):
                return self._with_rest(found, chain[at + 1 :], when)
            if isinstance(found, Vector):
                return found
            self.missed.setdefault((each, found), set()).add((when.day, when.group, when.currency))
        if share is None:
            last = replace(self.shares[-1][0], otherwise=None, unallocated=False)
            place = when.day, when.group, when.currency
            self.missed.setdefault((last, "no share of it holds"), set()).add(place)
        return self.nobody

    def _with_rest(self, found: Partly, chain: Sequence[tuple[Share, Shared]], when: When) -> Vector:
        """Return where a period goes, that of it which could not be told as the shares behind say, if any can."""
        for each, asked in chain:
            rest = asked.on(when)
            if isinstance(rest, Vector):
                key = id(found), id(rest)
                if key not in self._filled:
                    whole = mixed([(1 - found.untold, found.known), (found.untold, rest)]) or found
                    # Both are held with it, so that no other object comes to have their ids.
                    self._filled[key] = whole, found, rest
                return self._filled[key][0]
            self.missed.setdefault((each, rest), set()).add((when.day, when.group, when.currency))
        return found


def among(engine: Engine, every: Sequence[Values], dimensions: Sequence[str], asked: Sequence[Condition]) -> list[bool]:
    """Return of each target whether it meets all conditions on its values, compared as conditions of rules are.

    Args:
        engine: Compares the texts.
        every: The targets.
        dimensions: Names of their dimensions.
        asked: The conditions.
    """
    if not asked or not every:
        return [True] * len(every)
    tests = [_test(f"v{dimensions.index(each.subject)}", each) for each in asked]
    columns = ", ".join(f"unnest(?::VARCHAR[]) AS v{at}" for at in range(len(dimensions)))
    lists = [[values[at] for values in every] for at in range(len(dimensions))]
    return [bool(row[0]) for row in engine.rows(f"SELECT {' AND '.join(tests)} FROM (SELECT {columns})", lists)]


def _test(column: str, asked: Condition) -> str:
    if asked.absent:
        return f"{column} IS NULL"
    parts = [f"coalesce({matches(column, asked.any)}, false)"] if asked.any else []
    parts += [f"NOT coalesce({matches(column, asked.none)}, false)"] if asked.none else []
    return f"({' AND '.join(parts)})"
