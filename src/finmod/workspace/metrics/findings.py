"""Findings of metrics: what is unknown of a measure, what a driver lacks.

Owns their words. Each is told of what is shown alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from finmod.errors import counted, printable
from finmod.models.metrics import Member
from finmod.settings.drivers import Driver
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes
from finmod.terms.metrics import Measure
from finmod.workspace.driver_cells import DriverCells
from finmod.workspace.driver_definition import OTHER_ENTRY
from finmod.workspace.metrics.sums import Sums


def finding(
    code: str, message: str, *, where: str | None = None, amount: Decimal | None = None, currency: str | None = None
) -> Finding:
    """Return a finding of a metric."""
    return Finding(
        code=code, message=message, where=where or None, amount=amount, currency=currency, measure="EffectiveCost",
        severity=codes()[code].severity,
    )  # fmt: skip


def of_unknown(measure: Measure, found: Sums, currency: str, shown: frozenset[date]) -> Iterator[Finding]:
    """Yield what of a measure is unknown, stays out or counts another thing."""
    unknown = _counted(found.unknown, found.carried, shown)
    unrated = _counted(found.unrated, found.carried_unrated, shown)
    if unknown:
        message = f"{measure.name} of {counted(unknown, 'charge')} is unknown: sums that they belong to are none"
        yield finding("FM2422", message, where=measure.place)
    if unrated:
        message = (
            f"there is no rate into {currency} for {counted(unrated, 'row')} of {measure.name} in other currencies"
        )
        yield finding("FM2423", message, where=measure.place)
    left_out = sum((cost for start, cost in found.left_out.items() if start in shown), Decimal(0))
    if left_out:
        costs = listing(sorted({measure.name, *measure.known}))
        message = f"charges of which {costs} is not known stay out"
        yield finding("FM2429", message, where=measure.place, amount=left_out, currency=currency)
    others: dict[str, int] = {}
    for (start, unit), rows in found.others.items():
        if start in shown:
            others[unit] = others.get(unit, 0) + rows
    if others:
        units = ", ".join(f"{printable(unit, 40)} ({counted(rows, 'row')})" for unit, rows in sorted(others.items()))
        message = f"{measure.name} is counted in {units}, which cannot be told in {measure.unit}"
        yield finding("FM2427", message, where=measure.place)


def _counted(found: Mapping[date, int], carried: Mapping[date, int], shown: frozenset[date]) -> int:
    """Return a number of charges, each once: what began before the first day that is shown counts there."""
    first = min(shown, default=None)
    return sum(found.get(day, 0) - (carried.get(day, 0) if day != first else 0) for day in shown)


def of_driver(measure: Measure, cells: DriverCells, driver: Driver) -> Iterator[Finding]:
    """Yield what a driver as a whole lacks: values, exchange rates, a load by what drivers.yaml says of it now."""
    if not cells.since:
        message = f"driver {measure.name} has no values: nothing was loaded of it"
        yield finding("FM2421", message, where=driver.place)
    if cells.is_stale:
        yield finding("FM2191", f"driver {measure.name} {OTHER_ENTRY}: load it anew", where=driver.place)
    for currency, days in cells.unrated.items():
        message = (
            f"driver {measure.name} is in {currency}, which has no rate on {counted(len(days), 'day')}, the first "
            f"{days[0]}"
        )
        yield finding("FM2423", message, where=driver.place)


def of_lacking(
    measure: Measure,
    by: Sequence[str],
    lacking: Mapping[Member, Sequence[tuple[date, int, int]]],
    shown: frozenset[date],
    *,
    daily: bool,
) -> Iterator[Finding]:
    """Yield what a driver lacks: months of which days are not told have no figure."""
    every = [
        (start, told, expected, member)
        for member, places in lacking.items()
        for start, told, expected in places
        if start in shown
    ]
    if not every:
        return
    every.sort(key=lambda each: (each[0], [text or "" for text in each[3]]))
    start, told, expected, member = every[0]
    names = [f"no known {name}" if text is None else printable(text, 40) for name, text in zip(by, member, strict=True)]
    called = f" of {', '.join(names)}" if names else ""
    when = f"{start}" if daily else f"{start:%Y-%m}"
    more = f", and {len(every) - 1:,} more" if len(every) > 1 else ""
    message = f"driver {measure.name}{called} has {told} of {expected} values in {when}{more}: no figure is made there"
    yield finding("FM2426", message, where=measure.place)
