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
    if all(row[-2] <= _number(bounds[0], grain) and row[-1] >= _number(bounds[1], grain) - 1 for row in rows):
        return Gaps(own, {})  # each is told throughout
    names = [
        named_texts(engine, taxonomy, name, sorted({row[at] for row in rows if row[at] is not None}))
        for at, name in enumerate(own)
    ]
    for *texts, first, last in rows:
        target = tuple(names[at].get(text or "") for at, text in enumerate(texts))
        if None not in target:
            spans.setdefault(target, []).append((first, last))
    found = {target: [*dict.fromkeys(_between(every, bounds, grain))] for target, every in spans.items()}
    for target, days in _after(spans, bounds, grain, lambda: costing(own)).items():
        found[target] += days
    return Gaps(own, {target: days for target, days in found.items() if days})


def _after(
    spans: Mapping[Target, Sequence[tuple[int, int]]],
    bounds: tuple[date, date],
    grain: str,
    costing: Callable[[], Costing],
) -> dict[Target, list[date]]:
    """Return target -> what lies after its last value, in months in which it still costs and others are told."""
    ends = {target: _day(max(last for _, last in every), grain) for target, every in spans.items()}
    found: dict[Target, list[date]] = {}
    for target, months in stopped(ends, costing).items():
        inside = [month for month in sorted(months) if bounds[0].replace(day=1) <= month < bounds[1]]
        found[target] = [day for month in inside for day in _days(month, grain) if bounds[0] <= day < bounds[1]]
    return found


def _days(month: date, grain: str) -> Sequence[date]:
    """Return the days of a month; of a driver by months the first alone."""
    count = 1 if grain == "month" else monthrange(month.year, month.month)[1]
    return [month + timedelta(days=at) for at in range(count)]


def _spans(engine: Engine, rows: str, own: Sequence[str], grain: str) -> list[tuple[Any, ...]]:
    """Return the texts of a target, and first and last number of a month, day or hour of each stretch without a gap."""
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
        f"SELECT {held}, min(step), max(step) FROM (SELECT *, step - row_number() OVER (PARTITION BY {held} ORDER BY "
        f"step) AS stretch FROM (SELECT DISTINCT {texts}, {number} AS step FROM {rows})) "
        f"GROUP BY {held}, stretch ORDER BY ALL"
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
