"""Shares by a driver: a pool goes to targets in proportion to what a series says of them in the same period.

Owns the reading of a driver's values for targets, and who pays for what nobody used.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from finmod.allocation.definition import FINEST_FIRST, Grain, Share, Values
from finmod.allocation.receiving import Receiving
from finmod.allocation.shares import EPOCH, When, among
from finmod.allocation.targets import UNALLOCATED, Targets
from finmod.allocation.vectors import Floats, Ints, Partly, Vector, from_arrays, mixed, only, raised, without
from finmod.engines.duckdb import Engine, literal

DRIVER_ROWS: Final = "driver_rows"
"""Relation that a run finds in the engine: the table ``drivers`` as far as it is asked for."""

PERIODS: Final = {
    "hour": "CAST(epoch(x_Start) AS BIGINT) // 3600",
    "day": "CAST(epoch(x_Start) AS BIGINT) // 86400",
    "month": "date_diff('month', DATE '1970-01-01', CAST(x_Start AS DATE))",
}
HOURS: Final = 24
"""Of a day."""
_FIRST, _LAST = date(1, 1, 1), date(9999, 12, 31)
# Periods that a share keeps its answers of: what asks goes through the days in order.
_HELD = 100
# Sums of doubles differ by so much from what is exactly the same.
_ROUNDING = 1e-9
# Words of idle that say who pays where nobody used anything; the others go by those who did.
_SAID = frozenset({"owner", "unallocated"})


@dataclass(frozen=True)
class Series:
    """A driver's values by period and target.

    Attributes:
        grain: Length of its periods.
        values: Period -> numbers of targets and their values; number 0 is what names nobody.
        whole: Number of the driver's own periods that a day has, where these are shorter than those it is read in.
        known: Day -> number of those that have a row; None where it is read in its own periods.
    """

    grain: Grain
    values: Mapping[int, tuple[Ints, Floats]]
    whole: int = 1
    known: Mapping[int, int] | None = None

    def lacks(self, day: int) -> int:
        """Return how many of the driver's own periods on a day have no row, though a longer one may have a value."""
        return 0 if self.known is None else self.whole - self.known.get(day, 0)


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


class Resolve(Protocol):
    """Finds values of the taxonomy by what drivers call them."""

    def __call__(self, dimension: str, text: str, day: date | None = None) -> str | None:
        """Return the value that a text is on a day, the last that it ever was without one; None where it is none."""


@dataclass
class Drivers:
    """Drivers to be read: what their texts mean is found once, however many drivers tell of the same targets.

    Attributes:
        engine: Has ``DRIVER_ROWS``.
        targets: Get the numbers.
        resolve: Finds values of the taxonomy.
        edges: Days on which what a text is may change.
        days: First and last of the days, since 1970, that are shared; values are read of whole months.
    """

    engine: Engine
    targets: Targets
    resolve: Resolve
    edges: Sequence[date]
    days: tuple[int, int]
    _named: dict[str, list[tuple[str, int, date, date]]] = field(default_factory=dict)
    _offered: list[str] = field(default_factory=list)

    def series(self, name: str, grain: Grain | None) -> Series | None:
        """Return a driver's values, None where it has none at all.

        Args:
            name: Of the driver.
            grain: Length of the periods that are wanted, the driver's own where it is coarser or None.
        """
        told = self.engine.rows(
            f"SELECT DISTINCT x_Grain, x_Dimensions FROM {DRIVER_ROWS} WHERE x_Driver = {literal(name)} ORDER BY ALL"
        )
        if not told:
            return None
        kinds = {kind for kind, _ in told}
        own: list[Grain] = [each for each in FINEST_FIRST if each in kinds]
        length = max([own[-1], *([grain] if grain else [])], key=FINEST_FIRST.index)
        is_dated = self._offer(list(dict.fromkeys(text for _, text in told)))
        # Few texts change what they are, and to compare days of millions of rows takes a moment.
        by_day = " AND d.x_Start >= t.since AND d.x_Start < t.until" if is_dated else ""
        first, last = (EPOCH + timedelta(days=each) for each in self.days)
        rows = (
            f"SELECT CAST({PERIODS[length]} AS BIGINT) << 32 | t.number AS key, x_Value AS amount FROM {DRIVER_ROWS} "
            f"AS d JOIN driver_targets AS t ON t.text = d.x_Dimensions{by_day} WHERE d.x_Driver = {literal(name)} "
            f"AND x_Value IS NOT NULL AND d.x_Start >= date_trunc('month', DATE '{first}') "
            f"AND d.x_Start < date_trunc('month', DATE '{last}') + INTERVAL 1 MONTH"
        )
        found = _sorted(self.engine.arrays(f"SELECT key, CAST(amount AS DOUBLE) AS amount FROM ({rows})"))
        if (found[0][1:] == found[0][:-1]).any():
            # Only what stands twice is summed: to group a year of values takes longer than all else here.
            sums = f"SELECT key, CAST(sum(amount) AS DOUBLE) AS amount FROM ({rows}) GROUP BY key"
            found = _sorted(self.engine.arrays(sums))
        whole = HOURS if own[0] == "hour" else 1
        return Series(length, Periods(*found), whole, None if length == own[0] else _known(self.engine, name, own[0]))

    def _offer(self, texts: list[str]) -> bool:
        """Make the table of what texts are; return whether that depends on the day."""
        for text in texts:
            if text not in self._named:
                self._named[text] = _named(text, self.targets, self.resolve, self.edges)
        named = [each for text in texts for each in self._named[text]]
        if texts != self._offered:
            self.engine.run(
                "CREATE OR REPLACE TEMP TABLE driver_targets AS SELECT unnest(?::VARCHAR[]) AS text, "
                "unnest(?::INTEGER[]) AS number, unnest(?::DATE[]) AS since, unnest(?::DATE[]) AS until",
                [list(each) for each in zip(*named, strict=True)],
            )
            self._offered = texts
        return len(named) > len(texts)


def _known(engine: Engine, name: str, own: Grain) -> Mapping[int, int]:
    """Return day -> number of the periods of a driver that have a row."""
    rows: list[tuple[int, int]] = engine.rows(
        f"SELECT CAST({PERIODS['day']} AS BIGINT) AS day, count(*) FROM (SELECT DISTINCT x_Start FROM {DRIVER_ROWS} "
        f"WHERE x_Driver = {literal(name)} AND x_Grain = {literal(own)} AND x_Value IS NOT NULL) GROUP BY day"
    )
    return dict(rows)


def _sorted(found: Mapping[str, Any]) -> tuple[Ints, Floats]:
    """Return keys in rising order, and their amounts."""
    keys = np.asarray(found["key"], dtype=np.int64)
    order = np.argsort(keys)
    return keys[order], np.asarray(found["amount"], dtype=np.float64)[order]


class Periods(Mapping[int, tuple[Ints, Floats]]):
    """Period -> numbers of targets and their values: slices of two arrays, since years of values are millions."""

    def __init__(self, keys: Ints, amounts: Floats) -> None:
        """Take the arrays: keys are the period and 32 bits of the target's number, each once, in rising order."""
        periods = keys >> 32
        starts = np.flatnonzero(np.diff(periods, prepend=periods[:1] - 1))
        ends = [*starts[1:].tolist(), len(keys)]
        self._places = dict(zip(periods[starts].tolist(), zip(starts.tolist(), ends, strict=True), strict=True))
        self._numbers, self._amounts = (keys & 0xFFFFFFFF).astype(np.int32), amounts

    def __getitem__(self, period: int) -> tuple[Ints, Floats]:
        """Return the targets of a period, in rising order, and their values."""
        first, last = self._places[period]
        return self._numbers[first:last].astype(np.int64), self._amounts[first:last]

    def __iter__(self) -> Iterator[int]:
        """Yield the periods, in rising order."""
        return iter(self._places)

    def __len__(self) -> int:
        """Return the number of periods."""
        return len(self._places)


def _named(text: str, targets: Targets, resolve: Resolve, edges: Sequence[date]) -> list[tuple[str, int, date, date]]:
    """Return a text with the number of the target that it is, from a day until before another."""
    found = json.loads(text)
    starts = [_FIRST, *edges]
    numbers = [targets.number(_values(found, targets, resolve, day)) for day in starts]
    kept = [at for at, number in enumerate(numbers) if at == 0 or number != numbers[at - 1]]
    ends = [*(starts[at] for at in kept[1:]), _LAST]
    return [(text, numbers[at], starts[at], end) for at, end in zip(kept, ends, strict=True)]


def _values(found: Mapping[str, str | None], targets: Targets, resolve: Resolve, day: date) -> Values:
    """Return the target of a row on a day; where its main value is none of the taxonomy then, nobody."""
    read = [(name, found.get(name)) for name in targets.dimensions]
    values = [None if text is None else resolve(name, text, day) for name, text in read]
    return tuple(values) if values[0] is not None else (None,) * len(values)


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
        chosen = ~np.isin(places, self.refused)
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
