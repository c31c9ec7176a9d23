"""The values of drivers as shares ask for them: by period and target, several drivers read at once.

Owns the reading of a driver's values for targets. To ask for each driver alone takes longer than all of their rows.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from finmod.allocation.definition import FINEST_FIRST, Grain, Values
from finmod.allocation.shares import EPOCH
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import Floats, Ints
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
# Rows and drivers that are read at once.
_TOGETHER = 1_000_000
_MOST = 1_000
# A key of 64 bits has 11 for the driver, 20 for the period since the first that is shared, 32 for the target: 119 years
# of hours.
_DRIVER_BITS, _PERIOD_BITS = 52, 32


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


class Resolve(Protocol):
    """Finds values of the taxonomy by what drivers call them."""

    def __call__(self, dimension: str, text: str, day: date | None = None) -> str | None:
        """Return the value that a text is on a day, the last that it ever was without one; None where it is none."""


class _Told(NamedTuple):
    """What is known of a driver before its values are read.

    Attributes:
        grains: Lengths of its periods, the shortest first.
        texts: Its targets, as drivers call them.
        rows: Number of its rows in the months that are shared.
    """

    grains: tuple[Grain, ...]
    texts: tuple[str, ...]
    rows: int


_Asked = tuple[str, Grain | None]
"""Name of a driver, and the length of the periods that are wanted: its own where that is longer, or None is asked."""


@dataclass
class Drivers:
    """Drivers to be read: what their texts mean is found once, however many drivers tell of the same targets.

    Attributes:
        engine: Has ``DRIVER_ROWS``.
        targets: Get the numbers.
        resolve: Finds values of the taxonomy.
        edges: Days on which what a text is may change.
        days: First and last of the days, since 1970, that are shared; values are read of whole months.
        wanted: What will be asked for: it is read with what is, as far as there is room.
    """

    engine: Engine
    targets: Targets
    resolve: Resolve
    edges: Sequence[date]
    days: tuple[int, int]
    wanted: Sequence[_Asked] = ()
    _told: dict[str, _Told | None] = field(default_factory=dict)
    _ready: dict[_Asked, Series | None] = field(default_factory=dict)
    _named: dict[str, list[tuple[str, int, date, date]]] = field(default_factory=dict)
    _offered: tuple[str, ...] = ()

    def series(self, name: str, grain: Grain | None) -> Series | None:
        """Return a driver's values, None where it has none at all.

        Args:
            name: Of the driver.
            grain: Length of the periods that are wanted, the driver's own where it is coarser or None.
        """
        asked = name, grain
        if asked not in self._ready:
            told = self._what(name)
            if told is None:
                self._ready[asked] = None
            else:
                self._read(self._together(asked, told), _length(told, grain))
        return self._ready[asked]

    def _what(self, name: str) -> _Told | None:
        if name not in self._told:
            every = dict.fromkeys((name, *(each for each, _ in self.wanted)))
            names = [each for each in every if each not in self._told]
            rows = self.engine.rows(
                f"SELECT x_Driver, x_Grain, x_Dimensions, count(*) FILTER ({self._in_months()}) FROM {DRIVER_ROWS} "
                f"WHERE x_Driver IN ({', '.join(map(literal, names))}) GROUP BY ALL ORDER BY ALL"
            )
            found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
            for each, kind, text, count in rows:
                found[each].append((kind, text, count))
            self._told |= {each: _told(found[each]) if each in found else None for each in names}
        return self._told[name]

    def _in_months(self) -> str:
        first, last = (EPOCH + timedelta(days=each) for each in self.days)
        return (
            f"x_Start >= date_trunc('month', DATE '{first}') "
            f"AND x_Start < date_trunc('month', DATE '{last}') + INTERVAL 1 MONTH"
        )

    def _first(self, length: Grain) -> int:
        """Return the number of the first period of the months that are shared."""
        day = (EPOCH + timedelta(days=self.days[0])).replace(day=1)
        if length == "month":
            return (day.year - EPOCH.year) * 12 + day.month - EPOCH.month
        return (day - EPOCH).days * (HOURS if length == "hour" else 1)

    def _together(self, asked: _Asked, told: _Told) -> list[_Asked]:
        """Return what is asked for, and what will be that can be read with it."""
        chosen, rows, length = [asked], told.rows, _length(told, asked[1])
        for each in dict.fromkeys(self.wanted):
            other = self._told.get(each[0])
            if each in self._ready or each == asked or other is None or _length(other, each[1]) != length:
                continue
            if rows + other.rows <= _TOGETHER and len(chosen) < _MOST:
                chosen.append(each)
                rows += other.rows
        return chosen

    def _read(self, asked: Sequence[_Asked], length: Grain) -> None:
        """Read drivers in periods of one length."""
        names = list(dict.fromkeys(name for name, _ in asked))
        is_dated = self._offer(names)
        # Few texts change what they are, and to compare days of millions of rows takes a moment.
        by_day = " AND d.x_Start >= t.since AND d.x_Start < t.until" if is_dated else ""
        first = self._first(length)
        number = " ".join(f"WHEN {literal(name)} THEN {at}" for at, name in enumerate(names))
        rows = (
            f"SELECT (CAST(CASE x_Driver {number} END AS BIGINT) << {_DRIVER_BITS}) | "
            f"(CAST({PERIODS[length]} - {first} AS BIGINT) << {_PERIOD_BITS}) | t.number AS key, x_Value AS amount "
            f"FROM {DRIVER_ROWS} AS d JOIN driver_targets AS t "
            f"ON t.text = d.x_Dimensions{by_day} WHERE d.x_Driver IN ({', '.join(map(literal, names))}) "
            f"AND x_Value IS NOT NULL AND {self._in_months()}"
        )
        keys, amounts = _sorted(self.engine.arrays(f"SELECT key, CAST(amount AS DOUBLE) AS amount FROM ({rows})"))
        if (keys[1:] == keys[:-1]).any():
            # Only what stands twice is summed: to group a year of values takes longer than all else here.
            sums = f"SELECT key, CAST(sum(amount) AS DOUBLE) AS amount FROM ({rows}) GROUP BY key"
            keys, amounts = _sorted(self.engine.arrays(sums))
        starts = np.searchsorted(keys, np.arange(len(names) + 1, dtype=np.int64) << _DRIVER_BITS)
        for name, grain in asked:
            at = names.index(name)
            own = slice(starts[at], starts[at + 1])
            periods = Periods(keys[own] + ((first << _PERIOD_BITS) - (at << _DRIVER_BITS)), amounts[own])
            self._ready[name, grain] = self._finished(name, length, periods)

    def _finished(self, name: str, length: Grain, periods: Periods) -> Series:
        told = self._what(name)
        own = told.grains[0] if told else length
        known = None if length == own else _known(self.engine, name, own)
        return Series(length, periods, HOURS if own == "hour" else 1, known)

    def _offer(self, names: Sequence[str]) -> bool:
        """Make the table of what the texts of drivers are; return whether that depends on the day."""
        texts = tuple(dict.fromkeys(text for name in names if (told := self._what(name)) for text in told.texts))
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


def _told(rows: Sequence[tuple[str, str, int]]) -> _Told:
    kinds = {kind for kind, _, _ in rows}
    grains = tuple(each for each in FINEST_FIRST if each in kinds)
    return _Told(grains, tuple(dict.fromkeys(text for _, text, _ in rows)), sum(count for _, _, count in rows))


def _length(told: _Told, grain: Grain | None) -> Grain:
    """Return the length of the periods that a driver is read in."""
    return max([told.grains[-1], *([grain] if grain else [])], key=FINEST_FIRST.index)


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
        ends = [*starts[1:].tolist(), len(keys)][: len(starts)]  # without keys there is no period
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
