"""The profit and loss statement of products, teams or customers: from cells of lines to margins, exactly.

Owns the arithmetic of the statement: what is summed, which subtotals and ratios there are, and what is unknown. Amounts
are Decimals and no sum rounds. Costs are positive where they cost something; variance is actual less plan.

Source: Horngren, Datar and Rajan, "Cost Accounting", on the contribution income statement beside the one by function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from typing import Final, Literal

Section = Literal["revenue", "cogs", "opex"]
Member = str | None
"""A product, team, customer or cohort; None for what is nobody's."""

_EXACT: Final = Context(prec=100, traps=[Inexact])
_RATIO: Final = Context(prec=28, rounding=ROUND_HALF_EVEN)
_ZERO: Final = Decimal(0)

ITEMS: Final = (
    "revenue", "cogs", "gross_profit", "gross_margin", "opex", "operating_profit", "operating_margin", "variable_cost",
    "contribution", "contribution_margin",
)  # fmt: skip
"""What a statement tells beside its lines, in its order."""
RATIOS: Final = frozenset({"gross_margin", "operating_margin", "contribution_margin"})
"""Those that are shares of revenue."""


@dataclass(frozen=True)
class Line:
    """A line of the statement.

    Attributes:
        name: What it is called; no two are the same.
        section: Where it stands.
        is_cloud: Whether it is of allocated cost, all of which the lines together must have.
    """

    name: str
    section: Section
    is_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A line's amount of one period and member, or a part of it.

    Attributes:
        line: Place of the line.
        period: Place of the period.
        member: Whose.
        amount: In the reporting currency; None where it is unknown.
        share: Share of it that varies with what is sold, from 0 to 1.
        known: What is known of an unknown amount.
    """

    line: int
    period: int
    member: Member
    amount: Decimal | None
    share: Decimal = _ZERO
    known: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Figures:
    """One column of a statement; None is unknown.

    Attributes:
        lines: Amount of each line, in their order.
        variable: Of each line what varies with what is sold.
        revenue: Sum of the lines of revenue.
        cogs: Cost of sales.
        opex: Operating expense.
        variable_cost: Of both the part that varies.
    """

    lines: tuple[Decimal | None, ...]
    variable: tuple[Decimal | None, ...]
    revenue: Decimal | None
    cogs: Decimal | None
    opex: Decimal | None
    variable_cost: Decimal | None

    @property
    def gross_profit(self) -> Decimal | None:
        """Return revenue less cost of sales."""
        return less(self.revenue, self.cogs)

    @property
    def gross_margin(self) -> Decimal | None:
        """Return gross profit as a share of revenue; None where revenue is unknown or not above 0."""
        return ratio(self.gross_profit, self.revenue)

    @property
    def operating_profit(self) -> Decimal | None:
        """Return gross profit less operating expense."""
        return less(self.gross_profit, self.opex)

    @property
    def operating_margin(self) -> Decimal | None:
        """Return operating profit as a share of revenue; None as above."""
        return ratio(self.operating_profit, self.revenue)

    @property
    def contribution(self) -> Decimal | None:
        """Return revenue less the cost that varies with what is sold."""
        return less(self.revenue, self.variable_cost)

    @property
    def contribution_margin(self) -> Decimal | None:
        """Return the contribution as a share of revenue; None as above."""
        return ratio(self.contribution, self.revenue)

    def item(self, name: str) -> Decimal | None:
        """Return one of ``ITEMS``."""
        found: Decimal | None = getattr(self, name)
        return found


@dataclass(frozen=True)
class Column:
    """A member in a period, or over all of them, with what was planned.

    Attributes:
        actual: What was.
        plan: What was planned; None where no line has a budget.
    """

    actual: Figures
    plan: Figures | None = None

    def variance(self, name: str) -> Decimal | None:
        """Return actual less plan of one of ``ITEMS``; of ratios the difference in shares."""
        return less(self.actual.item(name), self.plan.item(name)) if self.plan else None

    def line_variance(self, place: int) -> Decimal | None:
        """Return actual less plan of a line."""
        return less(self.actual.lines[place], self.plan.lines[place]) if self.plan else None


@dataclass(frozen=True)
class Proof:
    """Whether a statement has all that the ledger has.

    Attributes:
        currency: ISO 4217, as billed.
        ledger: Sum of the charges.
        stated: Sum over the members and what is nobody's.
    """

    currency: str
    ledger: Decimal
    stated: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what the statement has too much."""
        return _EXACT.subtract(self.stated, self.ledger)

    @property
    def holds(self) -> bool:
        """Return whether both are the same, to the last digit."""
        return self.stated == self.ledger


@dataclass(frozen=True)
class Statement:
    """A statement.

    Attributes:
        lines: Its lines: revenue, then cost of sales, then operating expense.
        periods: Number of periods.
        members: Whose columns there are, in order; what is nobody's comes last, as None.
        columns: Period, member -> its column; only of those in which the member has anything.
        totals: Of each period, over all members.
        whole: Of each member, over all periods.
        total: Over both.
        stated: Sum of the cells of cloud lines, what is known of them.
    """

    lines: tuple[Line, ...]
    periods: int
    members: tuple[Member, ...]
    columns: Mapping[tuple[int, Member], Column]
    totals: tuple[Column, ...]
    whole: Mapping[Member, Column]
    total: Column
    stated: Decimal
    planned: frozenset[int] = field(default_factory=frozenset)

    def ranked(self) -> list[Member]:
        """Return the members by what they earn: gross profit, then less cost where it is unknown; nobody is left out.

        Those whose gross profit is unknown come last, the dearest of them at the end.
        """

        def rank(member: Member) -> tuple[bool, Decimal, str]:
            figures = self.whole[member].actual
            profit = figures.gross_profit
            return profit is None, -profit if profit is not None else figures.cogs or _ZERO, member or ""

        return sorted((each for each in self.members if each is not None), key=rank)


def less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return a difference, every digit of it; None where a part is unknown.

    >>> less(Decimal("1.5"), Decimal(2)), less(None, Decimal(2))
    (Decimal('-0.5'), None)
    """
    return None if one is None or other is None else _EXACT.subtract(one, other)


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return a share to 28 digits; None where a side is unknown or the whole is not above 0, never infinity.

    >>> ratio(Decimal(1), Decimal(4)), ratio(Decimal(1), Decimal(0)), ratio(Decimal(1), Decimal(-4))
    (Decimal('0.25'), None, None)
    """
    return None if part is None or whole is None or whole <= 0 else _RATIO.divide(part, whole)


def total(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """Return a sum, every digit of it; None where a part is unknown, 0 of nothing.

    >>> total([Decimal("1.5"), Decimal(2)]), total([Decimal(1), None]), total([])
    (Decimal('3.5'), None, Decimal('0'))
    """
    found = _ZERO
    for amount in amounts:
        if amount is None:
            return None
        found = _EXACT.add(found, amount)
    return found


_Sums = dict[tuple[int, Member], list[tuple[Decimal | None, Decimal | None]]]


def statement(
    lines: Sequence[Line], periods: int, cells: Iterable[Cell], plan: Iterable[Cell] = (), planned: Iterable[int] = ()
) -> Statement:
    """Return the statement of cells.

    Args:
        lines: Lines: revenue, cost of sales, operating expense, in this order.
        periods: Number of periods.
        cells: Amounts; those of one line, period and member are added up. A member without a cell of a line has 0 of
            it, in a period in which it has any other.
        plan: The same of what was planned.
        planned: Places of the lines that have a budget: of others the plan is unknown, and so are sums of them.
    """
    with_budget = frozenset(planned)
    nothing: list[tuple[Decimal | None, Decimal | None]] = [(_ZERO, _ZERO)] * len(lines)
    unplanned = [(_ZERO, _ZERO) if place in with_budget else (None, None) for place in range(len(lines))]
    actual, stated = _added(lines, cells, nothing)
    budget, _ = _added(lines, plan, unplanned)
    every = {*actual, *budget}
    members = sorted({member for _, member in every if member is not None})
    known = (*members, *([None] if any(member is None for _, member in every) else ()))

    def column(places: Iterable[tuple[int, Member]]) -> Column:
        own = [*places]
        found = _figures(lines, _together([actual.get(each, nothing) for each in own], nothing))
        if not with_budget:
            return Column(found)
        return Column(found, _figures(lines, _together([budget.get(each, unplanned) for each in own], unplanned)))

    by_period: dict[int, list[tuple[int, Member]]] = {period: [] for period in range(periods)}
    by_member: dict[Member, list[tuple[int, Member]]] = {member: [] for member in known}
    for place in every:
        by_period[place[0]].append(place)
        by_member[place[1]].append(place)
    return Statement(
        lines=tuple(lines),
        periods=periods,
        members=known,
        columns={place: column([place]) for place in every},
        totals=tuple(column(places) for places in by_period.values()),
        whole={member: column(places) for member, places in by_member.items()},
        total=column(every),
        stated=stated,
        planned=with_budget,
    )


def _added(
    lines: Sequence[Line], cells: Iterable[Cell], nothing: list[tuple[Decimal | None, Decimal | None]]
) -> tuple[_Sums, Decimal]:
    """Return period, member -> amount of each line and the part of it that varies; and what cloud lines have."""
    found: _Sums = {}
    stated = _ZERO
    for cell in cells:
        own = found.setdefault((cell.period, cell.member), list(nothing))
        if cell.amount is None:
            own[cell.line] = None, None
        else:
            amount, variable = own[cell.line]
            if amount is not None and variable is not None:
                varies = _EXACT.multiply(cell.amount, cell.share) if cell.share else _ZERO
                own[cell.line] = _EXACT.add(amount, cell.amount), _EXACT.add(variable, varies)
        if lines[cell.line].is_cloud:
            stated = _EXACT.add(stated, cell.known if cell.amount is None else cell.amount)
    return found, stated


def _together(
    columns: Sequence[list[tuple[Decimal | None, Decimal | None]]], nothing: list[tuple[Decimal | None, Decimal | None]]
) -> list[tuple[Decimal | None, Decimal | None]]:
    if len(columns) == 1:
        return columns[0]
    if not columns:
        return nothing
    return [(total(each[0] for each in line), total(each[1] for each in line)) for line in zip(*columns, strict=True)]


def _figures(lines: Sequence[Line], amounts: Sequence[tuple[Decimal | None, Decimal | None]]) -> Figures:
    sums: dict[Section, Decimal | None] = {
        section: total(each for line, (each, _) in zip(lines, amounts, strict=True) if line.section == section)
        for section in ("revenue", "cogs", "opex")
    }  # fmt: skip
    variable = total(each for line, (_, each) in zip(lines, amounts, strict=True) if line.section != "revenue")
    return Figures(
        tuple(each for each, _ in amounts),
        tuple(each for _, each in amounts),
        sums["revenue"],
        sums["cogs"],
        sums["opex"],
        variable,
    )
