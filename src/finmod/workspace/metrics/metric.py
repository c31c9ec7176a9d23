"""Metric: the figures of one metric by period and by what is asked for, with those that it is compared with.

Owns which periods are looked at and what is put beside a figure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from finmod.errors import Problem, UserError, counted
from finmod.ledger.applied import same_charges
from finmod.marts.monthly import CHARGED_BY
from finmod.models.metrics import Figure, Term, figures, quotient, summed
from finmod.settings.drivers import read_drivers
from finmod.settings.metric_reading import chosen_metric, read_metrics
from finmod.settings.project import Project
from finmod.terms.calendars import FiscalPeriod
from finmod.terms.findings import Finding, codes
from finmod.terms.metrics import Demand, Measure, Metric, shared_demands
from finmod.terms.periods import months_before
from finmod.workspace.metrics.measures import Measures, measures
from finmod.workspace.metrics.one_sided import of_cost_without_units
from finmod.workspace.metrics.periods import Periods, Rows
from finmod.workspace.metrics.sums import WORDS, called, refuse_own_by
from finmod.workspace.metrics.terms import Terms
from finmod.workspace.steps import Step, silent

Grain = Literal["day", "month", "period", "quarter", "year"]
GRAINS: Final[tuple[Grain, ...]] = ("day", "month", "period", "quarter", "year")
Compare = Literal["previous", "year"]
_MONTH: Final = 30.4
_WEEK: Final = 7
"""Days of a month, about."""
COMPARISONS: Final[tuple[Compare, ...]] = ("previous", "year")


class MetricRow(NamedTuple):
    """A figure, and the one that it is compared with.

    Attributes:
        period: When.
        member: Values of what it is told by, in their order; None where cost is of nobody.
        figure: The figure.
        before: The figure that it is compared with; None where there is none, or where it is unknown.
        change: The figure minus that one; None where either is unknown.
        change_share: That as a share of the one before; None as above, and where that is 0.
    """

    period: FiscalPeriod
    member: tuple[str | None, ...]
    figure: Figure
    before: Decimal | None = None
    change: Decimal | None = None
    change_share: Decimal | None = None


@dataclass(frozen=True)
class MetricReport:
    """Figures of a metric.

    Attributes:
        metric: Which.
        by: What they are told by.
        grain: Length of the periods.
        compare: What they are compared with; None for nothing.
        periods: Every period, in order.
        rows: A row for every member and period, by member, then period.
        totals: A row for every period: of everything, made of the sums of both sides.
        findings: What was odd, and why figures are unknown.
        version: The applied allocation that they stand on; None where none does.
        targets: Those of ``by`` that are dimensions, and neither words nor columns of bills.
    """

    metric: Metric
    by: tuple[str, ...]
    grain: Grain
    compare: Compare | None
    periods: tuple[FiscalPeriod, ...]
    rows: tuple[MetricRow, ...]
    totals: tuple[MetricRow, ...]
    findings: tuple[Finding, ...]
    version: int | None
    targets: frozenset[str] = frozenset()


def list_metrics(project: Project) -> list[Metric]:
    """Return every metric of a project: those that come with finmod, then its own.

    Raises:
        UserError: metrics.yaml or drivers.yaml has problems.
    """
    return [*read_metrics(project.root, project.currency, read_drivers(project.root)).values()]


def metric(  # noqa: PLR0913 -- what is asked
    project: Project,
    name: str,
    by: Sequence[str] = (),
    *,
    grain: Grain = "month",
    first: date | None = None,
    last: date | None = None,
    compare: Compare | None = None,
    step: Step = silent,
) -> MetricReport:
    """Return the figures of a metric.

    Args:
        project: Whose.
        name: Of the metric.
        by: Dimensions, words such as service, or columns.
        grain: Length of the periods; ``period`` is a month of the fiscal calendar.
        first: First day of the first month; None for the first that the books have.
        last: First day of the last month; None for the last one.
        compare: ``previous``, the period before, or ``year``, the same of a year before.
        step: Progress.

    Raises:
        UserError: There is no such metric, what it is told by is not there, no month is of the span, or nothing was
            applied.
    """
    if first and last and first > last:
        found = f"--from {first:%Y-%m} is after --to {last:%Y-%m}"
        raise UserError(Problem(code="FM2410", found=found, remedy="Turn them round."))
    with measures(project, step) as books:
        chosen = chosen_metric(books.metrics, name)
        refuse_own_by(books, chosen)
        return figures_of(books, chosen, by, grain=grain, span=(first, last), compare=compare)


def figures_of(  # noqa: PLR0913 -- what is asked
    books: Measures,
    chosen: Metric,
    by: Sequence[str] = (),
    *,
    grain: Grain = "month",
    span: tuple[date | None, date | None] = (None, None),
    compare: Compare | None = None,
    spread: bool = True,
) -> MetricReport:
    """Return the figures of a metric of open books; as ``metric``.

    Without ``spread``, charges that run for days are of the day on which they begin, where the grain is day.
    """
    asked = tuple(dict.fromkeys(called(books, name) for name in by))
    chosen = resolved(books, chosen)
    periods = _periods(books, chosen, grain, spread=spread)
    shown = _shown(periods, span)
    wanted = {each.first for each in shown}
    looked = frozenset(start for start in periods.starts if periods.of(start) in wanted)
    bounds = [(each.first, each.end) for each in periods.all()]
    terms, of_all = Terms(books, asked, periods, looked), Terms(books, (), periods, looked)
    rows, totals = _figures(terms, of_all, chosen, bounds)
    earlier = _earlier(periods.all(), compare)
    pairs = [(periods.period(now), periods.period(then)) for now, then in earlier.items() if now in wanted]
    return MetricReport(
        metric=chosen,
        by=asked,
        grain=grain,
        compare=compare,
        periods=shown,
        rows=tuple(_compared(rows, periods, wanted, compare)),
        totals=tuple(_compared(totals, periods, wanted, compare)),
        findings=(
            *_distinct([*terms.findings, *of_all.findings]),
            *([] if asked else _one_sided(of_all, chosen, looked)),
            *_undivided(chosen, [figure for figure in rows if figure.start in wanted]),
            *_partial(books, periods, sorted({*shown, *(then for _, then in pairs)})),
            *(_uneven(pairs) if compare == "year" and not chosen.denominator else ()),
            *_stale(books, chosen),
        ),
        version=books.run.version if books.run and _is_allocated(chosen) else None,
        targets=frozenset(asked) - {*WORDS, *CHARGED_BY},
    )


def _one_sided(terms: Terms, chosen: Metric, looked: frozenset[date]) -> list[Finding]:
    return [*of_cost_without_units(terms.books, chosen, terms.driver_below(chosen), looked, terms.periods)]


def _figures(
    terms: Terms, of_all: Terms, chosen: Metric, bounds: Sequence[tuple[date, date]]
) -> tuple[list[Figure], list[Figure]]:
    """Return the figures of parts, and of everything: what is no sum of its parts, as a level, is asked for anew."""

    def whole(measure: Measure, term: Term) -> Term:
        is_level = measure.over_time != "sum" or measure.not_over
        is_cut = measure in chosen.numerator and len(term.places) < len(terms.by)
        return of_all.term(measure) if measure.kind == "driver" and (is_level or is_cut) else summed(term)

    above = [terms.term(each, is_above=True) for each in chosen.numerator]
    below = [terms.term(each) for each in chosen.denominator]
    rows = figures(above, below, bounds, len(terms.by))
    if not terms.by:
        return rows, rows
    over = [whole(*each) for each in zip(chosen.numerator, above, strict=True)]
    under = [whole(*each) for each in zip(chosen.denominator, below, strict=True)]
    return rows, figures(over, under, bounds, 0)


def resolved(books: Measures, chosen: Metric) -> Metric:
    """Return a metric whose conditions name dimensions, and whose drivers have the conditions of the numerator.

    What checkout costs is divided by the orders of checkout, though the condition stands once.
    """
    above = tuple(_named(books, each) for each in chosen.numerator)
    shared = shared_demands(above)
    below = tuple(_with(books, _named(books, each), shared) for each in chosen.denominator)
    return replace(chosen, numerator=above, denominator=below)


def _named(books: Measures, measure: Measure) -> Measure:
    where = tuple(replace(each, subject=called(books, each.subject)) for each in measure.where)
    return replace(measure, where=where)


def _with(books: Measures, measure: Measure, demands: Sequence[Demand]) -> Measure:
    if measure.kind != "driver":
        return measure
    told, own = books.drivers[measure.name].settings.by, {each.subject for each in measure.where}
    more = tuple(each for each in demands if each.subject in told and each.subject not in own)
    return replace(measure, where=(*measure.where, *more))


def _is_allocated(chosen: Metric) -> bool:
    return any(each.kind == "cost" and each.basis == "allocated" for each in chosen.measures)


def _periods(books: Measures, chosen: Metric, grain: Grain, *, spread: bool) -> Periods:
    calendar = books.project.calendar
    daily = grain == "day" or (grain != "month" and calendar.weeks is not None)
    of_charges = any(each.basis == "charges" for each in chosen.measures if each.kind != "driver")
    if daily and of_charges:
        raise UserError(
            Problem(
                code="FM2409",
                found=f"{chosen.name} is asked for by {grain}, and is made of charges as they were billed",
                expected="--grain month, or a calendar of months",
                remedy="Ask for it by month: what was charged is kept by month. Allocated cost is kept by day.",
            )
        )
    is_applied = _is_allocated(chosen) or (books.run is not None and not of_charges)
    months = frozenset(books.applied.months) if is_applied else books.charged
    rows: Rows = "months" if not daily else "weeks" if grain != "day" else "days" if spread else "begun"
    starts = _dense(books.days(rows)) if daily else dense_months(months)
    return Periods(calendar, None if grain == "day" else grain, starts, rows)


def _dense(days: Collection[date]) -> tuple[date, ...]:
    """Return every day from the first to the last."""
    if not days:
        return ()
    return tuple(map(date.fromordinal, range(min(days).toordinal(), max(days).toordinal() + 1)))


def dense_months(months: Collection[date]) -> tuple[date, ...]:
    """Return every month from the first to the last: one that was never loaded is a month all the same.

    >>> [f"{month:%Y-%m}" for month in dense_months({date(2026, 12, 1), date(2026, 10, 1)})]
    ['2026-10', '2026-11', '2026-12']
    """
    if not months:
        return ()
    first, last = min(months), max(months)
    count = (last.year - first.year) * 12 + last.month - first.month
    return tuple(months_before(last, count - place) for place in range(count + 1))


def _shown(periods: Periods, span: tuple[date | None, date | None]) -> tuple[FiscalPeriod, ...]:
    """Return the periods that have a month of the span.

    Raises:
        UserError: None has.
    """
    first, last = span
    chosen = [
        start for start in periods.starts
        if (first is None or start >= first) and (last is None or start.replace(day=1) <= last)
    ]  # fmt: skip
    if not chosen:
        known = f"{periods.starts[0]:%Y-%m} to {periods.starts[-1]:%Y-%m}" if periods.starts else "none"
        raise UserError(
            Problem(
                code="FM2410",
                found="there is no month of the books from "
                f"{f'{first:%Y-%m}' if first else 'the first'} to {f'{last:%Y-%m}' if last else 'the last'}",
                expected=f"months of {known}",
                remedy="Correct --from and --to.",
            )
        )
    return tuple(sorted({periods.period(start) for start in chosen}))


def _compared(rows: Sequence[Figure], periods: Periods, wanted: set[date], compare: Compare | None) -> list[MetricRow]:
    every = periods.all()
    by_start = {each.first: each for each in every}
    if compare is None:
        return [MetricRow(by_start[row.start], row.member, row) for row in rows if row.start in wanted]
    earlier = _earlier(every, compare)
    values = {(row.start, row.member): row.value for row in rows}
    found = []
    for row in rows:
        if row.start not in wanted:
            continue
        then = earlier.get(row.start)
        before = values.get((then, row.member)) if then else None
        change = row.value - before if row.value is not None and before is not None else None
        share = quotient(change, abs(before)) if change is not None and before else None
        found.append(MetricRow(by_start[row.start], row.member, row, before, change, share))
    return found


def _earlier(periods: Sequence[FiscalPeriod], compare: Compare | None) -> dict[date, date]:
    """Return the first day of a period -> that of the one that it is compared with."""
    if compare is None:
        return {}
    if compare == "previous":
        return {each.first: before.first for before, each in pairwise(periods)}
    by_day = {each.first: each for each in periods}
    found = {}
    for each in periods:
        then = _year_before(each.first)
        near = min(by_day, key=lambda day: abs((day - then).days))
        # Weeks do not start on the same day of two years.
        if abs((near - then).days) <= (_WEEK if (each.end - each.first).days > 1 else 0):
            found[each.first] = near
    return found


def _year_before(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004 -- February


def _distinct(findings: Sequence[Finding]) -> list[Finding]:
    return [*{(each.code, each.message, each.amount): each for each in findings}.values()]


def _undivided(chosen: Metric, rows: Sequence[Figure]) -> list[Finding]:
    """Return what was divided by nothing: by zero, by less, or by what is not told."""
    said = {
        "zero": ("FM2420", "is divided by zero"),
        "negative": ("FM2420", "is divided by less than zero"),
        "missing": ("FM2421", "has nothing to be divided by"),
    }
    found = []
    for why, (code, words) in said.items():
        own = [row for row in rows if row.why == why and row.numerator]  # 0 by nothing lacks nothing
        if own:
            amount = sum((row.numerator for row in own if row.numerator is not None), start=Decimal(0))
            message = f"{chosen.name} {words} in {counted(len(own), 'case')}: no figure is made there"
            severity = codes()[code].severity
            currency = chosen.numerator[0].unit if chosen.numerator[0].kind == "cost" else None
            found.append(
                Finding(code=code, message=message, amount=amount if currency else None, currency=currency,
                        measure=chosen.numerator[0].name, where=chosen.place or None, severity=severity)
            )  # fmt: skip
    return found


def _partial(books: Measures, periods: Periods, shown: Sequence[FiscalPeriod]) -> list[Finding]:
    """Return the periods that lack months or days: their sums are of those that are there."""
    found, until = [], books.billed if periods.rows == "weeks" else None
    for period in shown if periods.grain not in {None, "month"} else ():
        there = sum(period.first <= start < period.end and not (until and start > until) for start in periods.starts)
        days = (period.end - period.first).days
        whole_of = days if periods.daily else round(days / _MONTH)
        if there < whole_of:
            unit = "days" if periods.daily else "months"
            message = f"{period.label} has {there} of {whole_of} {unit}: what is told of it is of these"
            found.append(Finding(code="FM2428", message=message, severity=codes()["FM2428"].severity))
    return found


def _uneven(pairs: Sequence[tuple[FiscalPeriod, FiscalPeriod]]) -> list[Finding]:
    """Return the periods that have a week more or less than those that their sums are compared with."""
    found = []
    for now, then in pairs:
        one, other = ((each.end - each.first).days for each in (now, then))
        if abs(one - other) >= _WEEK:
            message = f"{now.label} has {one} days and {then.label} {other}: a part of the change is of that"
            found.append(Finding(code="FM2438", message=message, severity=codes()["FM2438"].severity))
    return found


def _stale(books: Measures, chosen: Metric) -> list[Finding]:
    run = books.run
    if run is None or not _is_allocated(chosen) or run.ledger_version >= books.snapshot.version:
        return []
    if same_charges(books.ledger.at(books.engine, run.ledger_version), books.snapshot):
        return []
    message = (
        f"version {run.version} of the allocation stands on version {run.ledger_version} of the ledger, which is now "
        f"at {books.snapshot.version}: what was loaded since is not in the figures"
    )
    return [Finding(code="FM2431", message=message, severity=codes()["FM2431"].severity)]
