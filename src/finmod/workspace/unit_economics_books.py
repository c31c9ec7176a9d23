"""What unit economics start from: units, costs and revenue of each product, by month and by day, as books have them.

Owns which metrics can be asked, and what is left out of the answer. Cost stands side by side as a product's own charges
(direct) and with its parts of pools (fully loaded).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import Problem, UserError, counted, near, printable
from finmod.models.unit_economics.projection import Past
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import Driver
from finmod.settings.metric_reading import chosen_metric
from finmod.settings.validate import listing
from finmod.terms.findings import Finding
from finmod.terms.metrics import Measure, Metric, Part
from finmod.terms.money import known_sum
from finmod.workspace.driver_cells import DriverCells, Member, Reading, driver_cells
from finmod.workspace.measures import Measures
from finmod.workspace.sums import Sums, sums

NUMERATORS: Final[Mapping[str, Part]] = {"direct": "direct", "fully_loaded": "full"}
"""Numerator -> the part of allocated cost that it is."""
REVENUE: Final = "revenue"
"""The driver of revenue where none is named."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """A product day by day, of the days that have both cost and units.

    Attributes:
        days: In order.
        units: Per day.
        costs: Numerator -> per day.
    """

    days: tuple[date, ...]
    units: tuple[Decimal, ...]
    costs: Mapping[str, tuple[Decimal, ...]]


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product, or whatever the metric is told by.

    Attributes:
        name: Its values, one after another; ``everything`` where the metric is told of all.
        past: Its months, in order.
        revenue: Month -> revenue in the reporting currency; None where unknown. Empty without a driver of it.
        days: None where units are told by month.
    """

    name: str
    past: tuple[Past, ...]
    revenue: Mapping[date, Decimal | None]
    days: Days | None

    @property
    def now(self) -> Past | None:
        """Return the last month whose units and costs are all known, with units; None where there is none."""
        whole = (each for each in reversed(self.past) if each.units and None not in each.costs.values())
        return next(whole, None)

    @property
    def price(self) -> Decimal | None:
        """Return revenue per unit of the last month that is whole; None where it is unknown."""
        now = self.now
        earned = self.revenue.get(now.month) if now else None
        return earned / now.units if now and now.units and earned is not None else None


@dataclass(frozen=True, kw_only=True)
class Books:
    """What a metric's unit economics start from.

    Attributes:
        metric: Its definition.
        unit: What its denominator counts, such as ``order``.
        currency: Of all amounts.
        by: What products are told by.
        is_level: Whether units of a month are a level, such as active users, and no sum of its days.
        products: By name.
        version: Of the applied allocation.
        findings: What is left out, and why.
    """

    metric: Metric
    unit: str
    currency: str
    by: tuple[str, ...]
    is_level: bool
    products: tuple[Product, ...]
    version: int
    findings: tuple[Finding, ...]


def books_of(
    read: Measures, name: str, by: Sequence[str], *, only: Sequence[str] = (), revenue: str | None = None
) -> Books:
    """Return what the unit economics of a metric start from.

    Args:
        read: The project's books.
        name: Of the metric.
        by: Dimensions; none for all together.
        only: Names of products; all of them for none.
        revenue: The driver of revenue; ``REVENUE`` for None, where there is one.

    Raises:
        UserError: There is no such metric, or it is no cost of a unit, or its driver is not told by a dimension.
    """
    metric = _checked(chosen_metric(read.metrics, name), read)
    drivers = [read.drivers[each.name] for each in metric.denominator]
    _check_dimensions(drivers, by, metric)
    gathered = _Gathered.of(read, metric, by, _revenue_driver(read, revenue, by))
    members = sorted(gathered.members, key=lambda member: tuple(value or "" for value in member))
    named = {_name(member): member for member in members}
    if unknown := [each for each in only if each not in named]:
        raise UserError(_no_product(unknown[0], named))
    products = tuple(gathered.product(member, label) for label, member in named.items() if not only or label in only)
    return Books(
        metric=metric,
        unit=metric.denominator[0].unit,
        currency=read.project.currency,
        by=tuple(by),
        is_level=metric.denominator[0].over_time != "sum",
        products=products,
        version=read.applied.version,
        findings=tuple(gathered.findings(by, read.project.currency)),
    )


def _checked(metric: Metric, read: Measures) -> Metric:
    """Return a metric if it is allocated cost by drivers."""
    is_cost = all(
        each.kind == "cost" and each.basis == "allocated" and each.part == "full" for each in metric.numerator
    )
    if is_cost and metric.denominator and all(each.kind == "driver" for each in metric.denominator):
        return metric
    fitting = [
        name
        for name, each in read.metrics.items()
        if each.denominator and all(one.kind == "driver" for one in each.denominator) and not each.built_in
    ]
    raise UserError(
        Problem(
            code="FM2375",
            found=f"{printable(metric.name)} is no allocated cost of a driver's unit",
            expected=f"one like {listing(fitting)}" if fitting else "a metric such as cost: EffectiveCost, per: orders",
            where=None if metric.built_in else metric.place,
            remedy="Name another metric, or write one into metrics.yaml. See them with: finmod metric --list.",
        )
    )


def _check_dimensions(drivers: Sequence[Driver], by: Sequence[str], metric: Metric) -> None:
    for driver in drivers:
        for name in by:
            if name not in driver.settings.by:
                told = listing(driver.settings.by) if driver.settings.by else "nothing"
                raise UserError(
                    Problem(
                        code="FM2376",
                        found=f"--by names {printable(name)}, and {driver.name}, by which {metric.name} divides, "
                        f"is told by {told}",
                        expected="dimensions of the driver",
                        remedy="Take another dimension, or load a driver that is told by it too.",
                    )
                )


def _revenue_driver(read: Measures, name: str | None, by: Sequence[str]) -> Driver | None:
    found = read.drivers.get(name or REVENUE)
    is_money = found is not None and found.settings.unit in CURRENCIES
    if name is None:
        return found if found and is_money and set(by) <= {*found.settings.by} else None
    if found and is_money and set(by) <= {*found.settings.by}:
        return found
    money = [each for each, driver in read.drivers.items() if driver.settings.unit in CURRENCIES]
    close = near(name, money)
    raise UserError(
        Problem(
            code="FM2376",
            found=f"--revenue is {printable(name)}",
            expected=f"a driver of money that is told by {listing(by)}" if by else "a driver of money",
            remedy=f"Did you mean {close!r}?" if close else "Add it to drivers.yaml, or leave --revenue out.",
        )
    )


def _no_product(name: str, named: Mapping[str, Member]) -> Problem:
    close = near(name, named)
    return Problem(
        code="FM2378",
        found=f"--only is {printable(name)}, which has no units",
        expected=listing(map(printable, named)) if named else "a name that has units",
        remedy=f"Did you mean {close!r}?" if close else "Name one of these.",
    )


def _name(member: Member) -> str:
    return " / ".join(value if value is not None else "(none)" for value in member) if member else "everything"


@dataclass(frozen=True)
class _Gathered:
    """Sums of a metric's sides, not yet by product."""

    metric: Metric
    units: Sequence[DriverCells]
    costs: Mapping[str, Sequence[tuple[Measure, Sums]]]
    daily_units: Sequence[DriverCells]
    daily_costs: Mapping[str, Sequence[tuple[Measure, Sums]]]
    revenue: DriverCells | None

    @classmethod
    def of(cls, read: Measures, metric: Metric, by: Sequence[str], revenue: Driver | None) -> _Gathered:
        def cells(driver: Driver, length: str = "month") -> DriverCells:
            return driver_cells(
                read.engine, read.project, read.ledger, read.taxonomy, driver, by,
                length="day" if length == "day" else "month", version=read.applied.drivers_version,
            )  # fmt: skip

        def costs(*, daily: bool) -> dict[str, list[tuple[Measure, Sums]]]:
            return {
                name: [
                    (one, sums(read, replace(one, part=part), by, daily=daily)) for one in metric.numerator
                ]
                for name, part in NUMERATORS.items()
            }  # fmt: skip

        drivers = [read.drivers[each.name] for each in metric.denominator]
        is_daily = all(driver.settings.grain != "month" for driver in drivers)
        return cls(
            metric,
            [cells(driver) for driver in drivers],
            costs(daily=False),
            [cells(driver, "day") for driver in drivers] if is_daily else [],
            costs(daily=True) if is_daily else {},
            cells(revenue) if revenue else None,
        )

    @property
    def members(self) -> set[Member]:
        return {member for each in self.units for _, member in each.cells}

    def product(self, member: Member, name: str) -> Product:
        months = sorted(frozenset.intersection(*(found.known for every in self.costs.values() for _, found in every)))
        past = [Past(month, self._units(month, member), self._costs(month, member)) for month in months]
        # Before its first unit a product is not there, which is no gap.
        begun = next((place for place, each in enumerate(past) if each.units is not None), len(past))
        earned = {} if self.revenue is None else {
            month: self._earned(self.revenue, month, member) for month in months
        }  # fmt: skip
        return Product(name=name, past=tuple(past[begun:]), revenue=earned, days=self._days(member))

    def _units(self, month: date, member: Member) -> Decimal | None:
        end = month.replace(day=monthrange(month.year, month.month)[1])
        found = [
            _in_month(each.cells.get((month, member)), measure, is_whole=each.until is not None and each.until > end)
            for measure, each in zip(self.metric.denominator, self.units, strict=True)
        ]
        return None if None in found else known_sum(found)

    def _costs(self, month: date, member: Member) -> dict[str, Decimal | None]:
        return {name: _total(every, month, member) for name, every in self.costs.items()}

    def _earned(self, revenue: DriverCells, month: date, member: Member) -> Decimal | None:
        reading = revenue.cells.get((month, member))
        return reading.total if reading else None

    def _days(self, member: Member) -> Days | None:
        if not self.daily_units:
            return None
        found: list[tuple[date, Decimal, list[Decimal]]] = []
        known = frozenset.intersection(*(one.known for every in self.daily_costs.values() for _, one in every))
        for day in sorted(known):
            readings = [each.cells.get((day, member)) for each in self.daily_units]
            units = [one.total for one in readings if one is not None and one.total is not None]
            costs = [_total(every, day, member) for every in self.daily_costs.values()]
            whole = [cost for cost in costs if cost is not None]
            if len(units) == len(readings) and len(whole) == len(costs):
                found.append((day, sum(units, Decimal(0)), whole))
        return Days(
            days=tuple(day for day, _, _ in found),
            units=tuple(units for _, units, _ in found),
            costs={name: tuple(each[2][at] for each in found) for at, name in enumerate(self.daily_costs)},
        )

    def findings(self, by: Sequence[str], currency: str) -> Iterator[Finding]:
        """Yield what costs something and has no units, as far as it is told by product."""
        if not by:
            return
        loaded = self.costs["fully_loaded"]
        months = sorted(frozenset.union(*(found.known for _, found in loaded)))
        others = {member for _, found in loaded for _, member in found.cells} - self.members
        if not months or not others:
            return
        amount = known_sum(_total(loaded, months[-1], member) for member in others)
        names = ", ".join(sorted(map(_name, others)))
        words = f"{counted(len(others), 'other')} with cost and no {printable(self.metric.denominator[0].name)}"
        yield Finding(
            code="FM2379",
            message=f"{words} are left out: {printable(names)}",
            billing_period=f"{months[-1]:%Y-%m}",
            amount=amount,
            currency=currency,
            measure=self.metric.numerator[0].name,
            severity="info",
        )


def _in_month(reading: Reading | None, measure: Measure, *, is_whole: bool) -> Decimal | None:
    """Return the units of a month, None where it is not over yet."""
    if reading is None or reading.total is None or not is_whole:
        return None
    if measure.over_time == "sum":
        return reading.total
    return reading.last if measure.over_time == "last" else reading.total / reading.periods


def _total(every: Sequence[tuple[Measure, Sums]], start: date, member: Member) -> Decimal | None:
    parts: list[Decimal | None] = []
    for measure, found in every:
        amount = found.cells.get((start, member), Decimal(0) if start in found.known else None)
        parts.append(None if amount is None else amount * measure.sign)
    return None if None in parts else known_sum(parts)
