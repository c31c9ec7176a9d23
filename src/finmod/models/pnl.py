"""The profit and loss statement of products, teams or customers: from cells of lines to margins, exactly.

Owns the arithmetic of the statement: what is summed, which subtotals and ratios there are, and what is unknown. Amounts
are Decimals and no sum rounds. Costs are positive where they cost something; variance is actual less plan.

Source: Horngren, Datar and Rajan, "Cost Accounting", on the contribution income statement beside the one by function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, localcontext
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


_Amounts = list[Decimal | None]
_Place = tuple[int, Member]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Amount of each line, and the part of it that varies, of one period and member."""

    lines: _Amounts
    variable: _Amounts

    def and_of(self, others: Iterable[_Sums]) -> _Sums:
        """Return the sums of several; of none these."""
        every = [*others]
        places = range(len(self.lines))
        return _Sums(
            [_added(self.lines[at], (each.lines[at] for each in every)) for at in places],
            [_added(self.variable[at], (each.variable[at] for each in every)) for at in places],
        )


def statement(  # noqa: PLR0913 -- what was, what was planned, and of which lines
    lines: Sequence[Line],
    periods: int,
    cells: Iterable[Cell],
    *,
    plan: Iterable[Cell] = (),
    planned: Iterable[int] = (),
    untold: Iterable[int] = (),
    unplanned: Iterable[int] = (),
) -> Statement:
    """Return the statement of cells.

    Args:
        lines: Lines: revenue, cost of sales, operating expense, in this order.
        periods: Number of periods.
        cells: Amounts; those of one line, period and member are added up. A member without a cell of a line has 0 of
            it, in a period in which it has any other.
        plan: The same of what was planned.
        planned: Places of the lines that have a budget: of others the plan is unknown, and so are sums of them.
        untold: Places of the lines that are known of all members together, as nobody's, and of none of them alone.
        unplanned: The same of plans.
    """
    with localcontext(_EXACT):
        maker = _Maker(lines, frozenset(planned), (frozenset(untold), frozenset(unplanned)))
        return maker.statement(periods, cells, plan)


class _Maker:
    """Makes columns of sums, in the context of exact sums."""

    def __init__(
        self, lines: Sequence[Line], planned: frozenset[int], untold: tuple[frozenset[int], frozenset[int]]
    ) -> None:
        self.lines, self.planned, self.untold = lines, planned, untold
        self.places = {
            section: [place for place, line in enumerate(lines) if line.section == section]
            for section in ("revenue", "cogs", "opex")
        }
        self.costs = [*self.places["cogs"], *self.places["opex"]]
        self.nothing = _Sums([_ZERO] * len(lines), [_ZERO] * len(lines))
        none: _Amounts = [_ZERO if place in planned else None for place in range(len(lines))]
        self.unplanned = _Sums(none, none)

    def statement(self, periods: int, cells: Iterable[Cell], plan: Iterable[Cell]) -> Statement:
        actual, stated = self.added(cells, self.nothing)
        budget, _ = self.added(plan, self.unplanned)
        every = [*dict.fromkeys([*actual, *budget])]
        columns = {place: self.column([place], actual, budget, member=place[1]) for place in every}
        by_period: list[list[_Place]] = [[] for _ in range(periods)]
        by_member: dict[Member, list[_Place]] = {}
        for place in every:
            by_period[place[0]].append(place)
            by_member.setdefault(place[1], []).append(place)
        named = sorted(member for member in by_member if member is not None)
        known: list[Member] = [*named, *([None] if None in by_member else [])]
        totals = tuple(self.column(places, actual, budget) for places in by_period)
        return Statement(
            lines=tuple(self.lines),
            periods=periods,
            members=tuple(known),
            columns=columns,
            totals=totals,
            whole={
                # Of one period the whole is that period.
                member: columns[places[0]] if len(places) == 1 else self.column(places, actual, budget, member=member)
                for member, places in by_member.items()
            },
            total=totals[0] if periods == 1 else self.column(every, actual, budget),
            stated=stated,
            planned=self.planned,
        )

    def added(self, cells: Iterable[Cell], nothing: _Sums) -> tuple[dict[_Place, _Sums], Decimal]:
        """Return the sums of each period and member; and what cloud lines have, what is known of it."""
        found: dict[_Place, _Sums] = {}
        stated = _ZERO
        clouds = [line.is_cloud for line in self.lines]
        for cell in cells:
            place, line, amount = (cell.period, cell.member), cell.line, cell.amount
            own = found.get(place)
            if own is None:
                own = found[place] = _Sums(list(nothing.lines), list(nothing.variable))
            if amount is None:
                own.lines[line] = own.variable[line] = None
            else:
                own.lines[line] = _plus(own.lines[line], amount)
                if cell.share:
                    own.variable[line] = _plus(own.variable[line], amount * cell.share)
            if clouds[line]:
                stated += cell.known if amount is None else amount
        return found, stated

    def column(
        self,
        places: Sequence[_Place],
        actual: Mapping[_Place, _Sums],
        budget: Mapping[_Place, _Sums],
        *,
        member: Member = None,
    ) -> Column:
        """Return the column of some places; of a member what is not told of single ones is unknown."""
        untold, unplanned = self.untold if member is not None else (frozenset[int](), frozenset[int]())
        was = self.figures(_without(_all(places, actual, self.nothing), untold))
        plan = self.figures(_without(_all(places, budget, self.unplanned), unplanned)) if self.planned else None
        return Column(was, plan)

    def figures(self, sums: _Sums) -> Figures:
        lines, places = sums.lines, self.places
        # Without a line of revenue it is unknown what is earned, not nothing.
        revenue = _sum(lines, places["revenue"]) if places["revenue"] else None
        cogs, opex, variable = _sum(lines, places["cogs"]), _sum(lines, places["opex"]), _sum(sums.variable, self.costs)
        return Figures(tuple(lines), tuple(sums.variable), revenue, cogs, opex, variable)


def _all(places: Sequence[_Place], sums: Mapping[_Place, _Sums], nothing: _Sums) -> _Sums:
    """Return the sums of places together."""
    if len(places) == 1:
        return sums.get(places[0], nothing)
    return nothing.and_of(sums[place] for place in places if place in sums)


def _without(sums: _Sums, lines: frozenset[int]) -> _Sums:
    """Return sums of which some lines are unknown."""
    if not lines:
        return sums
    unknown = [None if place in lines else each for place, each in enumerate(sums.lines)]
    return _Sums(unknown, [None if place in lines else each for place, each in enumerate(sums.variable)])


def _sum(amounts: Sequence[Decimal | None], places: Iterable[int]) -> Decimal | None:
    found = _ZERO
    for place in places:
        amount = amounts[place]
        if amount is None:
            return None
        found += amount
    return found


def _added(found: Decimal | None, amounts: Iterable[Decimal | None]) -> Decimal | None:
    if found is None:
        return None
    for amount in amounts:
        if amount is None:
            return None
        found += amount
    return found


def _plus(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
