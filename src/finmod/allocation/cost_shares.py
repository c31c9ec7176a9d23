"""Shares by cost: a pool goes to targets in proportion to what they cost themselves.

Owns the weights: sums of a measure over direct cost, of a billing period or a day, over all charges or over those that
agree with the pool's in some columns. A target with a negative sum has no part;
of a commitment whose users are named by credits alone, they share by the size of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from finmod.allocation.cells import BILL, CELLS, KEYS, PLACES, Groups
from finmod.allocation.definition import Share
from finmod.allocation.shares import When
from finmod.allocation.vectors import Floats, Ints, Vector, from_arrays
from finmod.engines.duckdb import Engine, identifier

DAYS = 100_000
"""A period by day is the billing period times so many, and the day."""

Weights = Mapping[int, Sequence[tuple[tuple[str | None, ...], tuple[Ints, Floats]]]]
"""Period -> currency and texts of the columns, with places and what they cost."""


@dataclass
class ByCost:
    """A share by cost.

    Attributes:
        share: How.
        weights: What everybody costs, as ``read_weights`` gives it.
        more: Period -> what pools give targets beside their own cost; empty where their own cost alone counts.
        refused: Targets that may have no part, and pools by their negative number.
        groups: What groups are.
        pool: Number of the pool, for its columns.
        is_even: Whether all that cost anything have the same part.
    """

    share: Share
    weights: Weights
    refused: Ints
    groups: Groups
    pool: int
    more: Weights = field(default_factory=dict)
    is_even: bool = False
    _found: dict[tuple[int, tuple[str | None, ...]], Vector | None] = field(default_factory=dict)

    def on(self, when: When) -> Vector | str:
        """Return what targets cost in the period, those alone that agree with the group."""
        period = when.period * DAYS + when.day if self.share.grain == "day" else when.period
        key = period, (when.currency, *self._texts(when.group))
        if key not in self._found:
            self._found[key] = self._sum(*key)
        what = self.share.measure
        agree = f" among charges of the same {', '.join(self.share.within)}" if self.share.within else ""
        return self._found[key] or f"no target has {what} above 0{agree}"

    def _texts(self, group: int) -> tuple[str | None, ...]:
        if group == 0:
            return (None,) * len(self.share.within)
        named = dict(zip(self.groups.columns[self.pool], self.groups.texts[group], strict=True))
        return tuple(named[name] for name in self.share.within)

    def _sum(self, period: int, texts: Sequence[str | None]) -> Vector | None:
        """Return the sum over what agrees: a column of which the pool's charges say nothing demands nothing."""
        held = [
            parts
            for source in (self.weights, self.more)
            for other, parts in source.get(period, ())
            if all(mine is None or mine == its for mine, its in zip(texts, other, strict=True))
        ]
        if not held:
            return None
        places, costs = (np.concatenate(each) for each in zip(*held, strict=True))
        numbers, at = np.unique(places, return_inverse=True)
        sums = np.bincount(at, weights=costs, minlength=len(numbers))
        chosen = ~np.isin(numbers, self.refused)
        costs = np.sign(sums[chosen]) if self.is_even else sums[chosen]
        # Google names those who use a commitment by credits alone: who got more back, used more of it.
        is_by_credits = "CommitmentDiscountId" in self.share.within and not (costs > 0).any()
        return from_arrays(numbers[chosen], np.maximum(-costs if is_by_credits else costs, 0))


def read_weights(engine: Engine, share: Share, pools: Sequence[int]) -> Weights:
    """Return what everybody costs, by period, currency and the texts of the columns that a share stays within.

    Args:
        engine: Has the tables of keys and cells.
        share: By which measure, grain and columns.
        pools: Numbers of the pools whose own cost counts too where pools are targets.
    """
    listed = ", ".join(map(identifier, ("BillingCurrency", *share.within)))
    shared = f" OR pool IN ({', '.join(map(str, pools))})" if pools and share.pools else ""
    place = "CASE WHEN pool > 0 THEN -pool ELSE target END"
    if share.grain == "day":
        source = f"{CELLS} AS c JOIN {PLACES} AS p USING (place)"
        period = f"({BILL} - DATE '1970-01-01') * {DAYS} + day"
    else:
        source, period = KEYS, f"{BILL} - DATE '1970-01-01'"
    rows = engine.rows(
        f"SELECT CAST({period} AS BIGINT) AS period, {place} AS place, "
        f"CAST(sum({identifier(share.measure)}) AS DOUBLE) AS cost, {listed} FROM {source} "
        f"WHERE (pool = 0 AND target > 0){shared} GROUP BY ALL "
        "HAVING cost IS NOT NULL ORDER BY ALL"
    )
    gathered: dict[tuple[int, tuple[str | None, ...]], tuple[list[int], list[float]]] = {}
    for period_of, number, cost, *texts in rows:
        places, costs = gathered.setdefault((period_of, tuple(texts)), ([], []))
        places.append(number)
        costs.append(cost)
    found: dict[int, list[tuple[tuple[str | None, ...], tuple[Ints, Floats]]]] = {}
    for (at, named), (numbers, sums) in gathered.items():
        arrays = np.array(numbers, dtype=np.int64), np.array(sums, dtype=np.float64)
        found.setdefault(at, []).append((named, arrays))
    return found
