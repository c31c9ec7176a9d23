"""Months and days of which a driver of a statement lacks values of a target, between its first and its last, or after.

Owns what is a gap. Before a target's first value it has nothing: 0; after its last one too, but for months in which it
still costs. A single customer without a row in a month bought nothing: gaps are those of the dimensions that costs are
allocated to.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from finmod.engines.duckdb import Engine, literal
from finmod.ledger.drivers import driver_rows
from finmod.ledger.ledger import Ledger
from finmod.settings.drivers import Driver
from finmod.taxonomy.definition import Taxonomy
from finmod.workspace.driver_cells import named_texts
from finmod.workspace.driver_ends import Costing, Target, stopped

_EPOCH = date(1970, 1, 1)
_MONTHS = 12
_HOURS = 24
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Gaps:
    """What a driver lacks.

    Attributes:
        by: The dimensions of ``Target``.
        lacking: Target -> first days of the months, or the days, of which it lacks values.
    """

    by: tuple[str, ...]
    lacking: Mapping[Target, Sequence[date]]


def gaps_of(  # noqa: PLR0913, PLR0917 -- of what, and where it is read
    engine: Engine,
    ledger: Ledger,
    taxonomy: Taxonomy | None,
    driver: Driver,
    targets: Sequence[str],
    bounds: tuple[date, date],
    costing: Callable[[Sequence[str]], Costing],
) -> Gaps:
    """Return the months, or of drivers by day or hour the days, of which targets lack values, if of one hour alone.

    Args:
        engine: Where to read.
        ledger: Has the rows.
        taxonomy: Says which value a text is; None where there is none.
        driver: Which.
        targets: The dimensions that costs are allocated to.
        bounds: First day, and the day after the last one: gaps of others are not told.
        costing: Tells in which months targets of some dimensions have cost of their own.
    """
    own = tuple(name for name in targets if name in driver.settings.by)
    if not own:
        return Gaps(own, {})
    grain = driver.settings.grain
    spans: dict[Target, list[tuple[int, int]]] = {}
    rows = _spans(engine, driver_rows(engine, ledger, [driver.name]), own, grain)
    if all(row[-3] <= _number(bounds[0], grain) and row[-2] >= _number(bounds[1], grain) - 1 for row in rows):
        return Gaps(own, {})  # each is told throughout
    names = [
        named_texts(engine, taxonomy, name, sorted({row[at] for row in rows if row[at] is not None}))
        for at, name in enumerate(own)
    ]
    lasts: dict[Target, list[tuple[int, bool]]] = {}
    for *texts, first, last, is_something in rows:
        target = tuple(names[at].get(text or "") for at, text in enumerate(texts))
        if None not in target:
            spans.setdefault(target, []).append((first, last))
            lasts.setdefault(target, []).append((last, is_something))
    # Of several names of a target the one that is told last says whether it has ended.
    ends = {target: max(every) for target, every in lasts.items()}
    found = {target: [*dict.fromkeys(_between(every, bounds, grain))] for target, every in spans.items()}
    for target, days in _after(ends, bounds, grain, lambda: costing(own)).items():
        found[target] += days
    return Gaps(own, {target: days for target, days in found.items() if days})


def _after(
    lasts: Mapping[Target, tuple[int, bool]],
    bounds: tuple[date, date],
    grain: str,
    costing: Callable[[], Costing],
) -> dict[Target, list[date]]:
    """Return target -> what lies after its last value, in months in which it still costs and others are told.

    Args:
        lasts: Target -> number of its last month, day or hour, and whether there is more than 0 then.
        bounds: Of days that are asked for.
        grain: Of the driver.
        costing: Gives what costs when.
    """
    ends = {target: _day(last, grain) for target, (last, _) in lasts.items()}
    ended = frozenset(target for target, (_, is_something) in lasts.items() if not is_something)
    until, found = max(ends.values(), default=date.min), dict[Target, list[date]]()
    for target, months in stopped(ends, costing, ended=ended, by_day=grain != "month").items():
        # The day of the last hour is told as a whole only if that is its last one too.
        is_cut = grain == "hour" and (lasts[target][0] + 1) % _HOURS != 0
        first = max(ends[target] if is_cut else ends[target] + _A_DAY, bounds[0])
        days = (day for month in sorted(months) for day in _days(month, grain))
        found[target] = [day for day in days if first <= day <= until and day < bounds[1]]
    return found


def _days(month: date, grain: str) -> Sequence[date]:
    """Return the days of a month; of a driver by months the first alone."""
    count = 1 if grain == "month" else monthrange(month.year, month.month)[1]
    return [month + timedelta(days=at) for at in range(count)]


def _spans(engine: Engine, rows: str, own: Sequence[str], grain: str) -> list[tuple[Any, ...]]:
    """Return the texts of a target, and of each stretch without a gap the first and last month, day or hour as numbers.

    After them stands whether the last of it has more than 0.
    """
    texts = ", ".join(
        f"json_extract_string(x_Dimensions, {literal('/' + name)}) AS t{at}" for at, name in enumerate(own)
    )
    held = ", ".join(f"t{at}" for at in range(len(own)))
    number = (
        f"year(x_Start) * {_MONTHS} + month(x_Start) - 1"
        if grain == "month"
        else f"date_diff('{grain}', TIMESTAMP '{_EPOCH}', CAST(x_Start AS TIMESTAMP))"
    )
    return engine.rows(
        f"SELECT {held}, min(step), max(step), arg_max(is_something, step) FROM (SELECT *, step - row_number() OVER "
        f"(PARTITION BY {held} ORDER BY step) AS stretch FROM (SELECT {texts}, {number} AS step, "
        f"bool_or(x_Value <> 0) AS is_something FROM {rows} GROUP BY ALL)) GROUP BY {held}, stretch ORDER BY ALL"
    )


def _between(spans: Sequence[tuple[int, int]], bounds: tuple[date, date], grain: str) -> Iterator[date]:
    """Yield what lies between stretches, of several texts of one target together."""
    reached: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if reached and first <= reached[-1][1] + 1:
            reached[-1] = (reached[-1][0], max(reached[-1][1], last))
        else:
            reached.append((first, last))
    for (_, before), (after, _) in pairwise(reached):
        for number in range(max(before + 1, _number(bounds[0], grain)), after):
            day = _day(number, grain)
            if day >= bounds[1]:
                return
            yield day


def _number(day: date, grain: str) -> int:
    if grain == "month":
        return day.year * _MONTHS + day.month - 1
    return (day - _EPOCH).days * (_HOURS if grain == "hour" else 1)


def _day(number: int, grain: str) -> date:
    if grain == "month":
        return date(number // _MONTHS, number % _MONTHS + 1, 1)
    return _EPOCH + timedelta(days=number // (_HOURS if grain == "hour" else 1))
