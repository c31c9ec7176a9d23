"""What unit economics start from: units, costs and revenue of each product, by month and by day, as books have them.

Owns what is left out of the answer; which metrics can be asked is in ``checks.py``. Cost stands side by side as a
product's own charges (direct) and with its parts of pools (fully loaded).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import UserError, counted, printable
from finmod.models.metrics import Figure, Member, quotient
from finmod.models.pnl_report import UNALLOCATED
from finmod.models.unit_economics.projection import Past
from finmod.settings.drivers import Driver
from finmod.settings.metric_reading import chosen_metric
from finmod.terms.findings import Finding
from finmod.terms.metrics import Measure, Metric, Part
from finmod.terms.money import whole_sum
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.metric import MetricReport, figures_of
from finmod.workspace.unit_economics.checks import check_dimensions, checked, no_product, not_apart
from finmod.workspace.unit_economics.revenue import (
    Cells,
    Signed,
    earned_cells,
    revenue_drivers,
    signed_words,
)

NUMERATORS: Final[Mapping[str, Part]] = {"direct": "direct", "fully_loaded": "full"}
"""Numerator -> the part of allocated cost that it is."""
_TOLD_HERE: Final = frozenset({"FM2420", "FM2421"})
"""What has no units is told by name, and months without units where they matter."""


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
        units_of: Names of the drivers of its units.
    """

    name: str
    past: tuple[Past, ...]
    revenue: Mapping[date, Decimal | None]
    days: Days | None
    units_of: str

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
        return quotient(earned, now.units) if now and now.units and earned is not None else None

    def average(self, numerator: str) -> Decimal | None:
        """Return cost per unit of the last month that is whole; None where there is none."""
        now = self.now
        cost = now.costs[numerator] if now else None
        return quotient(cost, now.units) if now and now.units and cost is not None else None


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
        revenue: Names of the drivers that prices are from, in words; None without one.
        of_revenue: What is odd about these drivers.
    """

    metric: Metric
    unit: str
    currency: str
    by: tuple[str, ...]
    is_level: bool
    products: tuple[Product, ...]
    version: int
    findings: tuple[Finding, ...]
    revenue: str | None
    of_revenue: tuple[Finding, ...]


def books_of(  # noqa: PLR0913 -- what is asked
    read: Measures,
    name: str,
    by: Sequence[str],
    *,
    only: Sequence[str] = (),
    revenue: str | None = None,
    with_days: bool = True,
) -> Books:
    """Return what the unit economics of a metric start from.

    Args:
        read: The project's books.
        name: Of the metric.
        by: Dimensions; none for all together.
        only: Names of products; all of them for none.
        revenue: The driver of revenue; for None the lines of revenue of pnl.yaml, or the driver
            ``revenue``, where there is one.
        with_days: Whether days are read too.

    Raises:
        UserError: There is no such metric, or it is no cost of a unit, or its driver is not told by a dimension.
    """
    metric = checked(chosen_metric(read.metrics, name), read)
    drivers = [read.drivers[each.name] for each in metric.denominator]
    check_dimensions(drivers, by, metric)
    is_daily = with_days and all(each.settings.grain != "month" for each in drivers)
    earning = revenue_drivers(read, revenue, by)
    gathered = _Gathered.of(read, metric, by, earning, with_days=is_daily)
    named = {_name(member): member for member in gathered.members}
    if unknown := [each for each in only if each not in named]:
        raise UserError(no_product(unknown[0], named) if by else not_apart(unknown[0], drivers))
    products = tuple(gathered.product(member, label) for label, member in named.items() if not only or label in only)
    return Books(
        metric=metric,
        unit=metric.denominator[0].unit,
        currency=read.project.currency,
        by=tuple(by),
        is_level=metric.denominator[0].over_time != "sum",
        products=products,
        version=read.applied.version,
        findings=tuple(gathered.findings(metric, read.project.currency, is_whole=not by)),
        revenue=signed_words(earning),
        of_revenue=gathered.of_revenue,
    )


def _name(member: Member) -> str:
    return " / ".join(value if value is not None else UNALLOCATED for value in member) if member else "everything"


@dataclass(frozen=True)
class _Gathered:
    """Figures of a metric: numerator -> first day of the month, or day, and member -> both sides.

    Attributes:
        months: By month.
        days: By day; empty where the driver is told by month.
        earned: Revenue by month; None without a driver of it.
        units_of: Names of the drivers below the line.
        found: What was odd.
        of_revenue: What was odd about revenue.
    """

    months: Mapping[str, Cells]
    days: Mapping[str, Cells]
    earned: Mapping[tuple[date, Member], Decimal | None] | None
    units_of: str
    found: tuple[Finding, ...]
    of_revenue: tuple[Finding, ...]

    @classmethod
    def of(
        cls, read: Measures, metric: Metric, by: Sequence[str], revenue: Sequence[Signed], *, with_days: bool
    ) -> _Gathered:
        reports = {name: figures_of(read, _part(metric, part), by) for name, part in NUMERATORS.items()}
        days: dict[str, Cells] = {}
        if with_days:
            days = {
                # Parts of a month's charge would look as if that day's volume had cost them.
                name: _cells(figures_of(read, _part(metric, part), by, grain="day", spread=False))
                for name, part in NUMERATORS.items()
            }
        parts = []
        odd: list[Finding] = []
        for driver, sign in revenue:
            report = figures_of(read, _of_driver(driver, read.project.currency), by)
            parts.append((_cells(report), sign))
            odd += report.findings
        earned = earned_cells(parts) if parts else None
        units_of = " and ".join(each.name for each in metric.denominator)
        months = {name: _cells(report) for name, report in reports.items()}
        return cls(months, days, earned, units_of, reports["fully_loaded"].findings, tuple(odd))

    @property
    def members(self) -> list[Member]:
        """Return who has units in any month."""
        having = {member for (_, member), figure in self._loaded.items() if figure.denominator is not None}
        return sorted(having, key=lambda member: tuple(value or "" for value in member))

    @property
    def _loaded(self) -> Cells:
        return self.months["fully_loaded"]

    def product(self, member: Member, name: str) -> Product:
        months = [month for month, who in self._loaded if who == member]
        past = [
            Past(
                month,
                self._loaded[month, member].denominator,
                {
                    each: cells[month, member].numerator
                    for each, cells in self.months.items()
                    if (month, member) in cells
                },
            )
            for month in months
        ]
        # Before its first unit a product is not there, which is no gap.
        begun = next((place for place, each in enumerate(past) if each.units), len(past))
        earned = {} if self.earned is None else {
            month: amount for (month, who), amount in self.earned.items() if who == member
        }  # fmt: skip
        return Product(
            name=name, past=tuple(past[begun:]), revenue=earned, days=self._of_days(member), units_of=self.units_of
        )

    def _of_days(self, member: Member) -> Days | None:
        if not self.days:
            return None
        found: list[tuple[date, Decimal, list[Decimal]]] = []
        for (day, who), figure in self.days["fully_loaded"].items():
            if who != member or figure.denominator is None:
                continue
            sides = [_above(cells, day, member) for cells in self.days.values()]
            known = [side for side in sides if side is not None]
            if len(known) == len(sides):
                found.append((day, figure.denominator, known))
        return Days(
            days=tuple(day for day, _, _ in found),
            units=tuple(units for _, units, _ in found),
            costs={name: tuple(each[2][at] for each in found) for at, name in enumerate(self.days)},
        )

    def findings(self, metric: Metric, currency: str, *, is_whole: bool) -> Iterator[Finding]:
        """Yield what was odd about the figures, and what costs something and has no units."""
        yield from (each for each in self.found if each.code not in _TOLD_HERE or each.amount is None)
        having = {*self.members}
        others = {member for _, member in self._loaded} - having
        if is_whole or not others:
            return
        last = max(month for month, _ in self._loaded)
        costs = [_above(self._loaded, last, member) for member in others]
        names = ", ".join(sorted(map(_name, others)))
        words = f"{counted(len(others), 'other')} with cost and no {printable(metric.denominator[0].name)}"
        yield Finding(
            code="FM2379",
            message=f"{words} left out: {printable(names)}",
            billing_period=f"{last:%Y-%m}",
            amount=whole_sum(costs),
            currency=currency,
            measure=metric.numerator[0].name,
            severity="info",
        )


def of_cost(metric: Metric, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings as those of the cost that a metric is made of; what has an amount says itself what it is."""
    return tuple(
        each if each.amount is not None else replace(each, measure=metric.numerator[0].name) for each in findings
    )


def _part(metric: Metric, part: Part) -> Metric:
    """Return a metric with one part of its cost as its numerator."""
    return replace(metric, numerator=tuple(replace(each, part=part) for each in metric.numerator))


def _of_driver(driver: Driver, currency: str) -> Metric:
    """Return a driver of money as a metric of its own, so that what lacks of it is told as of any other."""
    return Metric(
        name=driver.name,
        label=driver.name,
        numerator=(Measure(kind="driver", name=driver.name, unit=currency),),
        unit=currency,
        currency=currency,
        format="money",
        places=2,
        additivity="additive",
    )


def _cells(report: MetricReport) -> dict[tuple[date, Member], Figure]:
    return {(row.period.first, row.member): row.figure for row in report.rows}


def _above(cells: Cells, start: date, member: Member) -> Decimal | None:
    figure = cells.get((start, member))
    return figure.numerator if figure else None
