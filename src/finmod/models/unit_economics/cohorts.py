"""Cohorts: customers grouped by when they started, their plan or their size, and what they bring and cost as they age.

Sums are exact, and cohorts sum to the whole: customers without an attribute are a cohort of their own, and so are
months of customers whose start is unknown an age of their own. Money of one currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, localcontext
from typing import Final, NamedTuple, TypeAlias

from finmod.errors import counted, printable
from finmod.models.unit_economics.cost_function import ARITHMETIC
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum

UNKNOWN: Final = "(unknown)"
"""The cohort of customers without an attribute."""
_START: Final = "start"
_ZERO: Final = Decimal(0)


class CustomerMonth(NamedTuple):
    """One customer in one month; a month without a row has neither revenue nor cost.

    Attributes:
        customer: Name or number.
        month: First day.
        revenue: None where unknown.
        costs: Cost to serve, as many as the table has numerators; None where unknown.
    """

    customer: str
    month: date
    revenue: Decimal | None
    costs: tuple[Decimal | None, ...]


@dataclass(frozen=True, kw_only=True)
class CohortMonth:
    """One cohort at one age.

    Attributes:
        cohort: Its name.
        age: Months since customers started, 0 for the month in which they did; None where that is unknown.
        customers: Number of them that have a row; 0 for what is of nobody.
        revenue: Sum; None where one of them is unknown.
        costs: Numerator -> sum; None likewise.
        margins: Numerator -> revenue minus cost; None where either is unknown.
        revenue_per_customer: None where revenue is unknown.
        costs_per_customer: Numerator -> cost per customer.
        customer_retention: Which part of the customers that have a row at age 0 has one at this age too; of start
            months alone that have both ages in the window; None where there are none.
        revenue_retention: Revenue of the same customers likewise; more than 1 where those who stay grow by more than
            others leave.
        cost_retention: Numerator -> cost likewise.
    """

    cohort: str
    age: int | None
    customers: int
    revenue: Decimal | None
    costs: Mapping[str, Decimal | None]
    margins: Mapping[str, Decimal | None]
    revenue_per_customer: Decimal | None
    costs_per_customer: Mapping[str, Decimal | None]
    customer_retention: Decimal | None
    revenue_retention: Decimal | None
    cost_retention: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Cohorts:
    """A table of cohorts.

    Attributes:
        rows: By cohort, then age; those without an age last.
        revenue: Of all rows; None where one is unknown.
        costs: Numerator -> of all rows likewise.
        findings: What is unknown, and why.
    """

    rows: tuple[CohortMonth, ...]
    revenue: Decimal | None
    costs: Mapping[str, Decimal | None]
    findings: tuple[Finding, ...]


def cohorts(  # noqa: PLR0913 -- what a table of cohorts is made of
    rows: Sequence[CustomerMonth],
    numerators: Sequence[str],
    *,
    by: Mapping[str, str],
    started: Mapping[str, date],
    attribute: str,
    nobody: str | None = None,
) -> Cohorts:
    """Return what cohorts bring and cost by age.

    Args:
        rows: Customers and months of one window; a customer has one row a month.
        numerators: Names of their costs, such as direct and fully_loaded.
        by: Customer -> cohort; the others are ``UNKNOWN``.
        started: Customer -> first day of the month in which it started, which may lie before the window.
        attribute: What findings call that by which customers are grouped.
        nobody: Name under which rows that are of no customer stand: a cohort of that name, in no count of customers.

    >>> month = CustomerMonth("a", date(2026, 1, 1), Decimal(9), (Decimal(4),))
    >>> found = cohorts([month], ["direct"], by={"a": "free"}, started={"a": date(2025, 11, 1)}, attribute="plan")
    >>> found.rows[0].cohort, found.rows[0].age, found.rows[0].margins
    ('free', 2, {'direct': Decimal('5')})
    """
    with localcontext(ARITHMETIC):
        known = {name: cohort for name, cohort in by.items() if name != nobody}
        since = {name: month for name, month in started.items() if name != nobody}
        cells = _cells(rows, len(numerators), known if nobody is None else {**known, nobody: nobody}, since, nobody)
        window = min((row.month for row in rows), default=date.min), max((row.month for row in rows), default=date.min)
        groups: dict[tuple[str, int | None], dict[date | None, _Seen]] = defaultdict(dict)
        for (cohort, start, age), cell in cells.items():
            groups[cohort, age][start] = cell.seen(cells.get((cohort, start, 0)), len(numerators))
        for cohort, age in _ages(groups, window[1]):
            groups.setdefault((cohort, age), {})  # in which nobody of it was there
        last = {UNKNOWN: 1, nobody: 2}
        ordered = sorted(groups, key=lambda key: (last.get(key[0], 0), key[0], key[1] is None, key[1] or 0))
        told = tuple(_told(groups, key, numerators, window) for key in ordered)
        whole = _joined((each.all for cells in groups.values() for each in cells.values()), len(numerators))
        found = _findings(rows, known, since, attribute, nobody)
        return Cohorts(told, whole.revenue, dict(zip(numerators, whole.costs, strict=True)), tuple(found))


def _ages(groups: _Groups, last: date) -> list[tuple[str, int]]:
    """Return every age that a cohort can have in the window, from that in which it is first seen."""
    firsts: dict[str, int] = {}
    starts: dict[str, date] = {}
    for (cohort, age), cells in groups.items():
        for start in cells:
            if age is not None and start is not None:
                firsts[cohort] = min(firsts.get(cohort, age), age)
                starts[cohort] = min(starts.get(cohort, start), start)
    return [
        (cohort, age) for cohort, first in firsts.items() for age in range(first, _between(starts[cohort], last) + 1)
    ]


def first_months(rows: Iterable[CustomerMonth]) -> dict[str, date]:
    """Return each customer's first month with a row: a start where no other is known, too late for those before it."""
    found: dict[str, date] = {}
    for row in rows:
        if row.customer not in found or row.month < found[row.customer]:
            found[row.customer] = row.month
    return found


def start_cohorts(started: Mapping[str, date]) -> dict[str, str]:
    """Return the month in which each customer started as its cohort, ``YYYY-MM``."""
    return {customer: f"{month:%Y-%m}" for customer, month in started.items()}


def size_cohorts(
    amounts: Mapping[str, Decimal],
    *,
    names: Sequence[str] = ("small", "medium", "large"),
    bounds: Sequence[Decimal] = (Decimal("0.5"), Decimal("0.9")),
) -> dict[str, str]:
    """Return the size of each customer by the part of all customers that have less; the same amount is the same size.

    Args:
        amounts: Customer -> its revenue or use; a customer without one has no size.
        names: Of the sizes, the least first.
        bounds: Parts of customers at which the next size begins, one fewer than names.

    Raises:
        ValueError: Bounds and names do not fit.

    >>> size_cohorts({"a": Decimal(1), "b": Decimal(1), "c": Decimal(7)})
    {'a': 'small', 'b': 'small', 'c': 'medium'}
    """
    if len(bounds) + 1 != len(names) or list(bounds) != sorted(bounds):
        message = f"{len(names)} sizes with bounds at {', '.join(map(str, bounds))}"
        raise ValueError(message)
    less: dict[Decimal, int] = {}
    for place, amount in enumerate(sorted(amounts.values())):
        less.setdefault(amount, place)
    sizes = {amount: names[sum(place >= bound * len(amounts) for bound in bounds)] for amount, place in less.items()}
    return {customer: sizes[amount] for customer, amount in amounts.items()}


@dataclass(frozen=True)
class _Sums:
    customers: int
    revenue: Decimal | None
    costs: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class _Seen:
    """Sums of all customers of a cell, and of those alone that have a row at age 0."""

    all: _Sums
    from_start: _Sums


@dataclass
class _Cell:
    """What is gathered of one cohort, start month and age; without an age a customer has several rows."""

    rows: list[CustomerMonth] = field(default_factory=list)
    nobody: str | None = None

    def seen(self, first: _Cell | None, width: int) -> _Seen:
        """Return its sums, with those of customers that are in the cell of age 0."""
        whole, there = self._sums(self.rows, width), {row.customer for row in first.rows} if first else set()
        kept = [row for row in self.rows if row.customer in there]
        return _Seen(whole, whole if len(kept) == len(self.rows) else self._sums(kept, width))

    def _sums(self, rows: Sequence[CustomerMonth], width: int) -> _Sums:
        costs = tuple(_total([row.costs[place] for row in rows]) for place in range(width))
        return _Sums(len({row.customer for row in rows} - {self.nobody}), _total([row.revenue for row in rows]), costs)


_Key: TypeAlias = tuple[str, date | None, int | None]
_Groups: TypeAlias = Mapping[tuple[str, int | None], Mapping[date | None, _Seen]]
_Window: TypeAlias = tuple[date, date]


def _cells(
    rows: Iterable[CustomerMonth], width: int, by: Mapping[str, str], started: Mapping[str, date], nobody: str | None
) -> dict[_Key, _Cell]:
    cells: dict[_Key, _Cell] = defaultdict(lambda: _Cell(nobody=nobody))
    for row in rows:
        if len(row.costs) != width:
            message = f"{len(row.costs)} costs of a customer for {width} numerators"
            raise ValueError(message)
        start = started.get(row.customer)
        cell = cells[by.get(row.customer, UNKNOWN), start, None if start is None else _between(start, row.month)]
        cell.rows.append(row)
    return cells


def _between(start: date, month: date) -> int:
    return (month.year - start.year) * 12 + month.month - start.month


def _total(amounts: Sequence[Decimal | None]) -> Decimal | None:
    """Return the exact sum of amounts, 0 of none at all; None where one is unknown."""
    return None if None in amounts else known_sum(amounts) or _ZERO


def _joined(sums: Iterable[_Sums], width: int) -> _Sums:
    every = [*sums]
    costs = tuple(_total([each.costs[place] for each in every]) for place in range(width))
    return _Sums(sum(each.customers for each in every), _total([each.revenue for each in every]), costs)


def _told(groups: _Groups, key: tuple[str, int | None], numerators: Sequence[str], window: _Window) -> CohortMonth:
    cohort, age = key
    found = _joined((each.all for each in groups[key].values()), len(numerators))
    now, then = _seen_since_start(groups, key, len(numerators), window)
    costs = dict(zip(numerators, found.costs, strict=True))
    kept = dict(zip(numerators, map(_ratio, now.costs, then.costs), strict=True))
    return CohortMonth(
        cohort=cohort,
        age=age,
        customers=found.customers,
        revenue=found.revenue,
        costs=costs,
        margins={name: _minus(found.revenue, cost) for name, cost in costs.items()},
        revenue_per_customer=_ratio(found.revenue, Decimal(found.customers)),
        costs_per_customer={name: _ratio(cost, Decimal(found.customers)) for name, cost in costs.items()},
        customer_retention=_ratio(Decimal(now.customers), Decimal(then.customers)),
        revenue_retention=_ratio(now.revenue, then.revenue),
        cost_retention=kept,
    )


def _seen_since_start(groups: _Groups, key: tuple[str, int | None], width: int, window: _Window) -> tuple[_Sums, _Sums]:
    """Return sums at an age and at age 0 of the same customers: those seen at their start, long enough ago."""
    age, first = key[1], groups.get((key[0], 0), {})
    seen = [
        start
        for start in first
        if age is not None and age >= 0 and start is not None and _between(start, window[1]) >= age
    ]
    now = groups[key]
    return (
        _joined((now[start].from_start for start in seen if start in now), width),
        _joined((first[start].all for start in seen), width),
    )


def _minus(revenue: Decimal | None, cost: Decimal | None) -> Decimal | None:
    return None if revenue is None or cost is None else revenue - cost


def _ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    return part / whole if part is not None and whole is not None and whole > 0 else None


def _findings(
    rows: Sequence[CustomerMonth],
    by: Mapping[str, str],
    started: Mapping[str, date],
    attribute: str,
    nobody: str | None,
) -> Iterator[Finding]:
    customers = {row.customer for row in rows} - {nobody}
    without = {printable(attribute): customers - by.keys(), "start month": customers - started.keys()}
    for what, missing in without.items():
        if missing and not (what == _START and missing == without["start month"]):  # which is the same, said once
            words = f"{counted(len(missing), 'customer')} of {len(customers):,} without a {what}"
            words = f"{words}, such as {printable(min(missing))}"
            yield Finding(code="FM2372", message=f"{words}: their rows stand apart", severity="warning")
    early = {row.customer for row in rows if row.customer in started and row.month < started[row.customer]}
    if early:
        words = f"{counted(len(early), 'customer')} with revenue or cost before the start"
        words = f"{words}, such as {printable(min(early))}: the age of these months is negative"
        yield Finding(code="FM2373", message=words, severity="warning")
    unknown = [row for row in rows if row.revenue is None or None in row.costs]
    if unknown:
        words = f"revenue or cost is unknown in {counted(len(unknown), 'month')} of customers"
        words = f"{words}, such as {unknown[0].month:%Y-%m} of {printable(unknown[0].customer)}"
        yield Finding(code="FM2374", message=f"{words}: sums with them are unknown", severity="warning")
