"""The page about a variance: what is fetched for it, and from where.

Owns which dimensions and unit costs are told, and over which months trends go. What a page says of them is told in
``models/variance/page.py``; how it looks, in ``reports``.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.errors import UserError, printable
from finmod.models.variance.headline import is_as_closed
from finmod.models.variance.page import Budget, Causes, Member, Members, UnitCost, VariancePage
from finmod.models.variance.report import Change, VarianceReport
from finmod.settings.project import Project
from finmod.terms.findings import Finding, codes
from finmod.terms.metrics import Metric
from finmod.terms.periods import months_before
from finmod.workspace.check import check
from finmod.workspace.metrics.measures import Measures, measures
from finmod.workspace.metrics.metric import figures_of
from finmod.workspace.report.causes import causes_told
from finmod.workspace.report.quality import quality_of
from finmod.workspace.report.savings import SHOWN, savings_told
from finmod.workspace.rootcause.causes import causes_of
from finmod.workspace.savings.savings import Wanted as SavingsWanted
from finmod.workspace.savings.savings import savings
from finmod.workspace.steps import Step, silent
from finmod.workspace.variance.budget import budget_variance, has_budget, planned_by
from finmod.workspace.variance.states import BUDGET
from finmod.workspace.variance.variance import OF_CELLS, made_of, report_by, report_of
from finmod.workspace.variance.wanted import Wanted

TREND: Final = 12
"""Months of a trend, at most."""
_UNITS: Final = 6
_DIMENSIONS: Final = 2
_SERVICE: Final = "service"
_COST: Final = "cloud_cost"


@dataclass(frozen=True)
class _Books:
    """What metrics tell.

    Attributes:
        months: Of the trends.
        costs: Of all, per month.
        by: Dimension -> member -> its costs.
        units: Unit costs.
    """

    months: tuple[date, ...]
    costs: tuple[Decimal | None, ...]
    by: dict[str, dict[tuple[str | None, ...], tuple[Decimal | None, ...]]]
    units: tuple[UnitCost, ...]


def variance_page(project: Project, wanted: Wanted, *, step: Step = silent) -> VariancePage:
    """Return everything that a page about a variance says.

    Args:
        project: Whose.
        wanted: The month, what it is compared with, and by which dimensions members are told, one after another; none
            for the first two that costs are allocated to, and services.
        step: Told what is done.

    Raises:
        UserError: As ``variance``, or a file of the project has problems.
    """
    parts = 5
    step("compare the months", 0, parts)
    report, several, causes = _budgets(project, wanted) if wanted.against == BUDGET else _variances(project, wanted)
    with ThreadPoolExecutor(1) as beside:  # a check and the rest read different files, and neither keeps all cores busy
        checked = beside.submit(check, project, month=report.after.month)
        step("trends and unit costs", 1, parts)
        told = _metrics(project, report, [each for each, _ in several])
        step("potential savings", 2, parts)
        saved = savings_told(savings(project, SavingsWanted(month=report.after.month, top=SHOWN)))
        step("budget", 3, parts)
        report, budget = _budget_beside(project, wanted, report)
        step("what it stands on", 4, parts)
        quality = quality_of(project, report, checked.result())
    step("done", parts, parts)
    members = tuple(
        Members(by, tuple(Member(row, _known(report, told.by[by].get(row.member, ()), row)) for row in one.rows))
        for by, one in several
    )
    return VariancePage(
        report=report, months=told.months, costs=_known(report, told.costs, report.total), members=members,
        units=told.units, quality=quality, causes=causes, savings=saved, budget=budget,
    )  # fmt: skip


def _known(report: VarianceReport, trend: tuple[Decimal | None, ...], own: Change) -> tuple[Decimal | None, ...]:
    """Return a trend that ends with what the month cost as it is known now, where that is told beside its close."""
    return (*trend[:-1], own.after) if trend and _is_of_a_close(report) else trend


def _is_of_a_close(report: VarianceReport) -> bool:
    return report.before.month == report.after.month and is_as_closed(report.before)


_Several = list[tuple[str, VarianceReport]]


def _variances(project: Project, wanted: Wanted) -> tuple[VarianceReport, _Several, Causes]:
    """Return the variance of all, the same by each dimension, and its root causes."""
    # Each word has a table of its own: what cannot stand in one table may be asked for all the same.
    with made_of(project, replace(wanted, by=()), called=True) as made:
        # Of a close before any allocation nobody knows what targets had.
        targets = [name for name in made.books.targets if name in made.facts.columns][:_DIMENSIONS]
        names = dict.fromkeys(wanted.by or (*targets, _SERVICE))
        whole = report_of(made, replace(wanted, by=()))
        several = [(name, report_by(made, wanted, name)) for name in names]
        causes = causes_of(made, whole)
        return replace(whole, findings=causes.findings), several, causes_told(causes)


def _budgets(project: Project, wanted: Wanted) -> tuple[VarianceReport, _Several, None]:
    """Return the same against a budget, which has no charges: there are no causes.

    Where nothing is asked by, members are those that plans are told by; there are none where that is no single thing.
    """
    with measures(project) as books:
        dimensions = [*(books.run.dimensions if books.run else ())]
    told = planned_by(project, dimensions)
    names = dict.fromkeys(wanted.by or ([told] if told else []))
    whole = budget_variance(project, replace(wanted, by=()))
    return whole, [(name, budget_variance(project, replace(wanted, by=(name,)))) for name in names], None


def _budget_beside(project: Project, wanted: Wanted, report: VarianceReport) -> tuple[VarianceReport, Budget | None]:
    """Return the month beside its plans where it has any; a report that says why where these cannot be told.

    A month that is compared with its own close has true-ups of later months, which no plan is compared with: it would
    have two costs under one name.
    """
    if wanted.against == BUDGET or report.before.month == report.after.month:
        return report, None
    try:
        if not has_budget(project):
            return report, None
        whole, several, _ = _budgets(project, Wanted(report.after.month, BUDGET))
    except UserError as error:
        why = error.problems[0]
        message = f"The budget of {report.after.label} is not told here: {printable(why.found, 200)}"
        finding = Finding(code="FM2521", message=message, severity=codes()["FM2521"].severity)
        return replace(report, findings=(*report.findings, finding)), None
    members = [Members(by, tuple(Member(row) for row in one.rows)) for by, one in several]
    return report, Budget(whole, members[0] if members else None)


def _metrics(project: Project, report: VarianceReport, names: Sequence[str]) -> _Books:
    after = report.after.month
    with measures(project) as books:
        cost = _cost(books)
        total = _by_month(books, cost)
        first = max(min(total), months_before(after, TREND - 1))
        months = tuple(month for month in sorted(total) if first <= month <= after)
        by = {name: _trends(books, cost, name, months) for name in names}
        units = [_unit(books, each, months, report) for each in _chosen(books)]
        known = tuple(each for each in units if each.now is not None or each.before is not None)
        costs = tuple(total.get(month) for month in months)
    return _Books(months, costs, by, known[:_UNITS])


def _cost(books: Measures) -> Metric:
    """Return the metric of all cost: as it is allocated, and without an allocation as it is on the bills."""
    found = books.metrics[_COST]
    if books.run is not None:
        return found
    return replace(found, numerator=tuple(replace(each, basis="charges") for each in found.numerator))


def _by_month(books: Measures, metric: Metric) -> dict[date, Decimal | None]:
    return {row.period.first: row.figure.value for row in figures_of(books, metric).rows}


def _trends(
    books: Measures, metric: Metric, name: str, months: Sequence[date]
) -> dict[tuple[str | None, ...], tuple[Decimal | None, ...]]:
    """Return member -> its cost per month; nothing where trends are not told by that, as by resource."""
    if name in OF_CELLS and name not in {_SERVICE, "source", "category"}:
        return {}
    found: dict[tuple[str | None, ...], dict[date, Decimal | None]] = {}
    for row in figures_of(books, metric, (name,), span=(months[0], months[-1])).rows:
        found.setdefault(row.member, {})[row.period.first] = row.figure.value
    return {member: tuple(values.get(month) for month in months) for member, values in found.items()}


def _chosen(books: Measures) -> list[Metric]:
    """Return the metrics of the project that have something below the line."""
    own = [each for each in books.metrics.values() if not each.built_in and each.is_ratio]
    return own if books.run is not None else []


def _unit(books: Measures, metric: Metric, months: Sequence[date], report: VarianceReport) -> UnitCost:
    values = _by_month(books, metric)
    now, before = (values.get(state.month) for state in (report.after, report.before))
    # A close of the month has no figures of its own, nor has what true-ups of later months make of it since; and what
    # drivers tell of all days is nothing to divide the cost of some days by.
    before = None if report.before.month == report.after.month or not report.before.is_whole else before
    now = None if _is_of_a_close(report) or not report.after.is_whole else now
    return UnitCost(metric, now, before, tuple(values.get(month) for month in months))
