"""Shares by a driver: a pool goes to targets in proportion to what a series says of them in the same period.

Owns who pays for what nobody used, and what is no answer. How values are read stands in ``driver_series.py``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from finmod.allocation.definition import Share
from finmod.allocation.driver_series import HOURS, Series
from finmod.allocation.receiving import Receiving
from finmod.allocation.shares import When, among
from finmod.allocation.targets import UNALLOCATED, Targets
from finmod.allocation.vectors import Floats, Ints, Partly, Vector, from_arrays, mixed, only, raised, without
from finmod.engines.duckdb import Engine

# Periods that a share keeps its answers of: what asks goes through the days in order.
_HELD = 100
# Sums of doubles differ by so much from what is exactly the same.
_ROUNDING = 1e-9
# Words of idle that say who pays where nobody used anything; the others go by those who did.
_SAID = frozenset({"owner", "unallocated"})


class Excess(NamedTuple):
    """A period in which a driver is more than its capacity.

    Attributes:
        used: Sum of the driver.
        there: Sum of the capacity.
        most: Number of the target with the largest value.
    """

    used: float
    there: float
    most: int


@dataclass
class ByDriver:
    """A share by a driver.

    Attributes:
        share: How.
        series: The driver.
        capacity: What there was in all; None where what was used is all.
        receiving: Pools that are targets; None for a level, which knows none.
        owner: Target that what is idle stays with where its owner pays; nobody where the pool has none.
        refused: Targets that may have no part, in rising order.
        lacking: Of an hourly driver: reason -> days -> number of hours without an answer, whose cost is nobody's.
        partial: Driver that is read in longer periods than its own -> days -> number of its own without a row: what
            others of the longer period say stands for these.
        over: Periods of the series -> what is over the capacity.
    """

    share: Share
    series: Series | None
    capacity: Series | None
    receiving: Receiving | None
    owner: int
    refused: Ints
    lacking: dict[str, dict[int, int]] = field(default_factory=dict)
    partial: dict[str, dict[int, int]] = field(default_factory=dict)
    over: dict[int, Excess] = field(default_factory=dict)
    _found: dict[tuple[int, int], Vector | str] = field(default_factory=dict)

    def on(self, when: When) -> Vector | str:
        """Return what targets used in the period of the day."""
        if self.series is None:
            return f"driver {self.share.driver} has no values"
        key = self.period(when), self.receiving.era(when.date) if self.receiving else 0
        if key not in self._found:
            if len(self._found) >= _HELD:
                for old in list(self._found)[: _HELD // 2]:
                    del self._found[old]
            self._found[key] = self._vector(key[0], when.date)
        found = self._found[key]
        if isinstance(found, Vector):
            self._note_partial(when.day)
        return found

    def _note_partial(self, day: int) -> None:
        for name, series in ((self.share.driver, self.series), (self.share.capacity, self.capacity)):
            if name and series and (lacks := series.lacks(day)):
                self.partial.setdefault(name, {})[day] = lacks

    def period(self, when: When) -> int:
        """Return the number of the series' period that a day is in; of an hourly one the day itself."""
        grain = self.series.grain if self.series else "day"
        return when.date.year * 12 + when.date.month - 1 - 1970 * 12 if grain == "month" else when.day

    def _vector(self, period: int, day: date) -> Vector | str:
        if self.series is None or self.series.grain != "hour":
            return self._of_period(period, day)
        hours = [self._of_period(period * HOURS + hour, day) for hour in range(HOURS)]
        known = [each for each in hours if isinstance(each, Vector)]
        if not known:
            return next(each for each in hours if isinstance(each, str))
        for reason, count in Counter(each for each in hours if isinstance(each, str)).items():
            self.lacking.setdefault(reason, {})[period] = count
        told = mixed((1.0, each) for each in known)
        if told is None or len(known) == HOURS:
            return told or "all of its hours are 0"
        untold = 1 - len(known) / HOURS
        whole = mixed([(1 - untold, told), (untold, only(UNALLOCATED))]) or told
        return Partly(whole.places, whole.weights, told, untold)

    def _of_period(self, period: int, day: date) -> Vector | str:
        name = self.share.driver
        values = self.series.values.get(period) if self.series else None
        if values is None:
            return f"driver {name} has no value for the period"
        places, weights = values
        if (weights < 0).any():
            return f"driver {name} is negative"
        chosen = slice(None) if not len(self.refused) else ~np.isin(places, self.refused)
        used = from_arrays(places[chosen], weights[chosen])
        if used is None and (weights > 0).any():
            return f"driver {name} is 0 for everybody that it may go to"
        left = self._idle(period, places, weights)
        if isinstance(left, str):
            return left
        if used is None and (left <= 0 or self.share.idle not in _SAID):
            return f"driver {name} is 0 for everybody"
        parts = [(float(used.weights.sum()), used)] if used is not None else []
        whole = mixed([*parts, (left, only(UNALLOCATED))] if left > 0 else parts)
        return self._finished(whole, day) if whole else f"driver {name} is 0 for everybody"

    def _idle(self, period: int, places: Ints, weights: Floats) -> float | str:
        """Return what there was more than was used; 0 where no capacity is named."""
        if self.capacity is None:
            return 0.0
        there = self.capacity.values.get(period)
        if there is None:
            return f"driver {self.share.capacity} has no value for the period"
        used, whole = float(weights.sum()), float(there[1].sum())
        if used - whole > _ROUNDING * used:
            self.over[period] = Excess(used, whole, int(places[weights.argmax()]))
        return whole - used

    def _finished(self, used: Vector, day: date) -> Vector | str:
        """Return use with what nobody used put where it belongs, the least share, and pools in place of what is one."""
        idle = float(used.weights[used.places == UNALLOCATED].sum() / used.weights.sum())
        named = without(used, [UNALLOCATED])
        if named is None:
            rest = only(self.owner if self.share.idle == "owner" else UNALLOCATED)
            return (
                rest if self.share.idle in _SAID else f"driver {self.share.driver} names nobody that the taxonomy knows"
            )
        is_kept = idle > 0 and self.share.idle not in {"proportional", "even"}
        if self.share.idle == "even":
            flat = Vector(named.places, np.ones(len(named.places)))
            named = mixed([(1 - idle, named), (idle, flat)]) or named
        if self.share.minimum is not None:
            least = float(self.share.minimum) / (1 - idle if is_kept else 1)
            if least * len(named.places) > 1:
                return f"a minimum of {self.share.minimum} for each of {len(named.places)} targets is more than all"
            named = raised(named, least)
        fed = self.receiving.fed(named, day) if self.receiving else named
        if not is_kept:
            return fed
        rest = only(self.owner if self.share.idle == "owner" else UNALLOCATED)
        return mixed([(1 - idle, fed), (idle, rest)]) or fed


def refused_of(engine: Engine, targets: Targets, share: Share) -> Ints:
    """Return the targets that a share may give no part, in rising order."""
    held = among(engine, targets.every, targets.dimensions, share.among)
    return np.array([number for number, may in enumerate(held) if not may and number], dtype=np.int64)
