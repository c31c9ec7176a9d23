"""Cohorts of customers: what they bring and what it costs to serve them, from levels, drivers and lists of customers.

Owns where customers, their revenue, their start and their groups are read. A customer's direct cost is its product's,
cut as the level cuts the whole: in proportion to what it costs fully loaded. The arithmetic is in
``models/unit_economics/cohorts.py``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import Problem, UserError, near, printable
from finmod.ledger.tables import ALLOCATED_LEVELS
from finmod.models.pnl_report import UNALLOCATED
from finmod.models.proportional import cut
from finmod.models.unit_economics.cohorts import (
    CohortMonth,
    CustomerMonth,
    cohorts,
    first_months,
    size_cohorts,
    start_cohorts,
)
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import Driver
from finmod.settings.metric_reading import chosen_metric
from finmod.settings.pnl import Pnl, read_pnl
from finmod.settings.project import Project
from finmod.settings.validate import listing
from finmod.taxonomy.definition import column_of
from finmod.terms.findings import Finding
from finmod.terms.metrics import Metric, Part
from finmod.terms.money import known_sum, whole_sum
from finmod.terms.periods import parse_period
from finmod.workspace.metrics.measures import Measures, measures
from finmod.workspace.metrics.sums import Place, sums
from finmod.workspace.pnl.cohorts import read_cohorts
from finmod.workspace.pnl.lines import lines_of_revenue
from finmod.workspace.unit_economics.books import NUMERATORS, of_cost
from finmod.workspace.unit_economics.checks import checked
from finmod.workspace.unit_economics.revenue import Revenue, revenue_of

START, SIZE = "start", "size"
"""Cohorts that need no list: by the first month, and by revenue or cost."""
_SCALE: Final = 12


@dataclass(frozen=True, kw_only=True)
class CohortQuestion:
    """What cohorts are asked for.

    Attributes:
        metric: Name of the metric, whose numerator is cost to serve.
        dimension: Whose members are grouped: a level of the allocation has it.
        cohort: Name of cohorts in pnl.yaml, ``start`` or ``size``.
        revenue: The driver of revenue, told by the dimension; for None
            the lines of revenue of pnl.yaml, or where it names none the driver ``revenue``.
    """

    metric: str
    dimension: str = "customer"
    cohort: str = START
    revenue: str | None = None


@dataclass(frozen=True, kw_only=True)
class CohortAnswer:
    """Cohorts and what was odd about them.

    Attributes:
        metric: The metric.
        currency: Of all amounts.
        rows: By cohort, then age.
        revenue: The drivers of revenue, in words; None where there is none.
        findings: What is unknown, and why.
    """

    metric: Metric
    currency: str
    rows: tuple[CohortMonth, ...]
    revenue: str | None
    findings: tuple[Finding, ...]


def unit_cohorts(project: Project, asked: CohortQuestion) -> CohortAnswer:
    """Return what cohorts of customers bring and cost by age.

    Raises:
        UserError: The metric is no allocated cost, no level has the dimension, the cohorts or the driver of revenue are
            not there, or a list of customers is refused.
    """
    with measures(project) as read:
        metric = checked(chosen_metric(read.metrics, asked.metric), read)
        costs = _costs(read, metric, asked.dimension)
        pnl = read_pnl(project.root)
        driver = _revenue_driver(read, asked)
        is_told = driver is not None or bool(lines_of_revenue(pnl, read.drivers))
        earned = revenue_of(read, pnl, asked.dimension, driver) if is_told else Revenue()
    rows = _rows(costs, earned)
    started = _started(project, pnl, asked.dimension, rows)
    groups = _groups(project, pnl, asked, rows, started)
    found = cohorts(rows, tuple(NUMERATORS), by=groups, started=started, attribute=asked.cohort, nobody=UNALLOCATED)
    return CohortAnswer(
        metric=metric,
        currency=project.currency,
        rows=found.rows,
        revenue=earned.named,
        findings=of_cost(metric, (*earned.findings, *found.findings)),
    )


_Customer = tuple[date, str]
_Costs = Mapping[_Customer, Sequence[Decimal | None]]


def _rows(costs: _Costs, earned: Revenue) -> list[CustomerMonth]:
    """Return who has cost or revenue, months by months: who has one of them has nothing of the other."""
    none = (Decimal(0),) * len(NUMERATORS)
    months = {month for month, _ in costs}
    places = {*costs, *(place for place in earned.cells if place[0] in months)}
    rows = [
        CustomerMonth(customer, month, earned.of(month, customer), tuple(costs.get((month, customer), none)))
        for month, customer in sorted(places)
    ]
    return [row for row in rows if any(row.costs) or None in row.costs or (row.month, row.customer) in earned.cells]


def _costs(read: Measures, metric: Metric, dimension: str) -> dict[_Customer, list[Decimal | None]]:
    """Return month and customer -> cost of each numerator, summed over targets."""
    target = next(iter(dict(read.applied.dimensions)))
    if column_of(dimension) not in read.applied.columns.get(ALLOCATED_LEVELS.name, ()):
        raise UserError(_no_level(dimension, target))
    members: dict[tuple[date, str | None], dict[str, Decimal | None]] = defaultdict(dict)
    for (month, (product, customer)), amount in _sums(read, metric, "full", (target, dimension)).items():
        members[month, product][UNALLOCATED if customer is None else customer] = amount
    if not members:
        raise UserError(_no_level(dimension, target))
    direct = {
        (month, member[0]): amount for (month, member), amount in _sums(read, metric, "direct", (target,)).items()
    }
    parts: dict[_Customer, list[list[Decimal | None]]] = defaultdict(list)
    for (month, product), every in members.items():
        for customer, own, whole in _cut(every, direct.get((month, product), Decimal(0))):
            parts[month, customer].append([own, whole])
    return {place: [whole_sum(column) for column in zip(*every, strict=True)] for place, every in parts.items()}


def _no_level(dimension: str, target: str) -> Problem:
    return Problem(
        code="FM2376",
        found=f"no level of the applied allocation tells {printable(dimension)} within {target}",
        expected=f"a level such as {{name: {printable(dimension)}, within: [{target}], share: {{by: cost}}}}",
        remedy="Add it to allocation.yaml, then run: finmod apply.",
    )


def _sums(read: Measures, metric: Metric, part: Part, by: Sequence[str]) -> dict[Place, Decimal | None]:
    found: dict[Place, list[Decimal | None]] = defaultdict(list)
    for measure in metric.numerator:
        for place, amount in sums(read, replace(measure, part=part), by).cells.items():
            found[place].append(None if amount is None else amount * measure.sign)
    return {place: whole_sum(every) for place, every in found.items()}


def _cut(
    members: Mapping[str, Decimal | None], direct: Decimal | None
) -> Iterator[tuple[str, Decimal | None, Decimal | None]]:
    """Yield customer, direct and fully loaded cost of one target and month: the direct ones sum to the target's."""
    names = sorted(members)
    whole = [_units(members[name]) for name in names]
    own, known = _units(direct), [each for each in whole if each is not None]
    if own is None or len(known) < len(whole):
        yield from ((name, None, members[name]) for name in names)
        return
    parts, _ = cut([own, sum(known) - own], known)
    for name, part, amount in zip(names, parts, known, strict=True):
        yield name, Decimal(part).scaleb(-_SCALE), Decimal(amount).scaleb(-_SCALE)


def _units(amount: Decimal | None) -> int | None:
    return None if amount is None else int(f"{amount:.{_SCALE}f}".replace(".", ""))


def _revenue_driver(read: Measures, asked: CohortQuestion) -> Driver | None:
    """Return the driver of all revenue; None for the lines of the statement."""
    if asked.revenue is None:
        return None
    money = [
        name
        for name, driver in read.drivers.items()
        if driver.settings.unit in CURRENCIES and asked.dimension in driver.settings.by
    ]
    if asked.revenue in money:
        return read.drivers[asked.revenue]
    close = near(asked.revenue, money)
    raise UserError(
        Problem(
            code="FM2376",
            found=f"--revenue is {printable(asked.revenue)}",
            expected=f"a driver of money that is told by {printable(asked.dimension)}",
            remedy=f"Did you mean {close!r}?" if close else "Add it to drivers.yaml, or leave --revenue out.",
        )
    )


def _started(project: Project, pnl: Pnl, dimension: str, rows: Sequence[CustomerMonth]) -> dict[str, date]:
    """Return customer -> month of its start: as the list of customers says, else its first month after the first."""
    settings = pnl.settings.cohorts.get(START)
    if settings is not None and settings.of == dimension:
        groups = read_cohorts(project.root, pnl, START).groups
        return {name: parse_period(text[:7]) for name, text in groups.items() if _MONTH.fullmatch(text)}
    first = min((row.month for row in rows), default=date.min)
    # Who is there in the first month may have come at any time before.
    return {name: month for name, month in first_months(rows).items() if month > first and name != UNALLOCATED}


_MONTH: Final = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])(?:-[0-9]{2})?")


def _groups(
    project: Project, pnl: Pnl, asked: CohortQuestion, rows: Sequence[CustomerMonth], started: Mapping[str, date]
) -> Mapping[str, str]:
    names = [name for name, each in pnl.settings.cohorts.items() if each.of == asked.dimension]
    if asked.cohort in names:
        return read_cohorts(project.root, pnl, asked.cohort).groups
    if asked.cohort == START:
        return start_cohorts(started)
    if asked.cohort == SIZE:
        return size_cohorts(_sizes(rows))
    choices = list(dict.fromkeys((*names, START, SIZE)))
    close = near(asked.cohort, choices)
    raise UserError(
        Problem(
            code="FM1061",
            found=f"--cohort is {printable(asked.cohort)}",
            expected=listing(choices),
            remedy=f"Did you mean {close!r}?" if close else "Name one of these, or add cohorts to pnl.yaml.",
        )
    )


def _sizes(rows: Sequence[CustomerMonth]) -> dict[str, Decimal]:
    """Return customer -> revenue of all months; cost where the revenue of none is known."""
    by_revenue = any(row.revenue is not None for row in rows)
    parts: dict[str, list[Decimal | None]] = defaultdict(list)
    for row in rows:
        if row.customer != UNALLOCATED:
            parts[row.customer].append(row.revenue if by_revenue else row.costs[-1])
    totals = {name: known_sum(every) for name, every in parts.items()}
    return {name: total for name, total in totals.items() if total is not None}
