"""The profit and loss statement of products, teams or customers: from cells of lines to margins, exactly.

Owns how cells become columns: what is summed, and what is unknown. Amounts are Decimals and no sum rounds. Costs are
positive where they cost something; variance is actual less plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from typing import Final

from finmod.models.pnl_figures import EXACT, Cell, Column, Figures, Line, Member

_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Proof:
    """Whether a statement has all that the ledger has.

    Attributes:
        currency: ISO 4217, as billed.
        ledger: Sum of the charges; of months that weeks cut, without what lies before or after the periods.
        stated: Sum over the members and what is nobody's.
    """

    currency: str
    ledger: Decimal
    stated: Decimal

    @property
    def difference(self) -> Decimal:
        """Return what the statement has too much."""
        return EXACT.subtract(self.stated, self.ledger)

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
        totals: Of each period, over all members; of one that nothing is told of unknown.
        whole: Of each member, over all periods.
        total: Over both.
        stated: Sum of the cells of cloud lines, what is known of them.
        planned: Places of the lines that have a budget.
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


_Amounts = list[Decimal | None]
_Place = tuple[int, Member]


@dataclass(frozen=True, slots=True)
class _Sums:
    """Amount of each line, and the part of it that varies, of one period and member."""

    lines: _Amounts
    variable: _Amounts
    alone: set[int] = field(default_factory=set)
    """Lines that are unknown of the member alone."""

    def and_of(self, others: Iterable[_Sums]) -> _Sums:
        """Return the sums of several; of none these."""
        every = [*others]
        places = range(len(self.lines))
        return _Sums(
            [_added(self.lines[at], (each.lines[at] for each in every)) for at in places],
            [_added(self.variable[at], (each.variable[at] for each in every)) for at in places],
            {at for each in every for at in each.alone},
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
    with localcontext(EXACT):
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
        # A period that nobody has a cell of was not told: it is no period in which nothing was earned.
        nothing_told = self.figures(_Sums([None] * len(lines), [None] * len(lines)), ())
        self.blank = Column(nothing_told, nothing_told if planned else None)

    def statement(self, periods: int, cells: Iterable[Cell], plan: Iterable[Cell]) -> Statement:
        actual, stated = self.added(cells, self.nothing)
        budget, _ = self.added(plan, self.unplanned)
        every = [*dict.fromkeys([*actual, *budget])]
        columns = {place: self.column([place], actual, budget, whose=place[1:]) for place in every}
        by_period: list[list[_Place]] = [[] for _ in range(periods)]
        by_member: dict[Member, list[_Place]] = {}
        for place in every:
            by_period[place[0]].append(place)
            by_member.setdefault(place[1], []).append(place)
        named = sorted(member for member in by_member if member is not None)
        known: list[Member] = [*named, *([None] if None in by_member else [])]
        totals = tuple(self.column(places, actual, budget) if places else self.blank for places in by_period)
        return Statement(
            lines=tuple(self.lines),
            periods=periods,
            members=tuple(known),
            columns=columns,
            totals=totals,
            whole={
                # Of one period the whole is that period.
                member: columns[places[0]] if len(places) == 1 else self.column(places, actual, budget, whose=(member,))
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
            if cell.is_alone:
                own.alone.add(line)
            elif amount is None:
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
        whose: tuple[Member, ...] = (),
    ) -> Column:
        """Return the column of some places, of all members where it is nobody's in particular.

        Of a member what is not told of single ones is unknown.
        """
        untold, unplanned = self.untold if whose not in {(), (None,)} else (frozenset[int](), frozenset[int]())
        made = []
        for sums, nothing, lines in ((actual, self.nothing, untold), (budget, self.unplanned, unplanned)):
            every = _all(places, sums, nothing)
            made.append(self.figures(_without(every, lines | every.alone if whose else lines), whose))
        return Column(made[0], made[1] if self.planned else None)

    def figures(self, sums: _Sums, whose: tuple[Member, ...]) -> Figures:
        lines, places = sums.lines, self.places
        # Without a line of revenue it is unknown what is earned, not nothing.
        revenue = _sum(lines, places["revenue"]) if places["revenue"] else None
        cogs, opex, variable = _sum(lines, places["cogs"]), _sum(lines, places["opex"]), _sum(sums.variable, self.costs)
        return Figures(tuple(lines), tuple(sums.variable), revenue, cogs, opex, variable, is_nobodys=whose == (None,))


def _all(places: Sequence[_Place], sums: Mapping[_Place, _Sums], nothing: _Sums) -> _Sums:
    """Return the sums of places together."""
    if len(places) == 1:
        return sums.get(places[0], nothing)
    return nothing.and_of(sums[place] for place in places if place in sums)


def _without(sums: _Sums, lines: AbstractSet[int]) -> _Sums:
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
