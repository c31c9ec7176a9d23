"""Moves: what goes from whom to whom between two allocations, out of what each target has more or less.

Owns the matching of those who pay less with those who pay more. Where charges themselves moved is known from their
names; what a changed share moves is matched: within its pool and within one value of the main dimension before all
others, the largest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from finmod.allocation.definition import Values
from finmod.terms.money import difference, known_sum

Item = TypeVar("Item")


class Change(NamedTuple):
    """What a target has more of one pool's cost than before.

    Attributes:
        month: First day of the billing period.
        currency: BillingCurrency.
        pool: Name of the pool; None of what charges name directly.
        target: The target.
        amount: After less before; not 0.
    """

    month: date
    currency: str
    pool: str | None
    target: Values
    amount: Decimal


class Move(NamedTuple):
    """An amount that goes from one target to another.

    Attributes:
        month: First day of the billing period.
        currency: BillingCurrency.
        pools: The pool that it leaves and the pool that it comes to, the same one but where charges changed theirs;
            None of what charges name directly.
        giver: Who pays less; None for cost that was not there before.
        taker: Who pays more, the same target where only the pool changed; None for cost that is not there any more.
        amount: How much; above 0, but for negative cost that comes or goes.
        rule: Place of the rule that says so; None where it is that of the pool.
        text: How that rule reads; None likewise.
    """

    month: date
    currency: str
    pools: tuple[str | None, str | None]
    giver: Values | None
    taker: Values | None
    amount: Decimal
    rule: str | None = None
    text: str | None = None

    @property
    def pool(self) -> str | None:
        """Return the pool whose rule moves it: that which has it now, or had it before."""
        return self.pools[1] or self.pools[0]

    @property
    def is_between_targets(self) -> bool:
        """Return whether anybody pays more or less for it."""
        return self.giver != self.taker


DUST = Decimal("0.005")
"""Below it an amount shows as 0.00."""

_Row = tuple[int, Decimal]
"""The place of an end, and what it has more: negative where it gives."""
_Add = Callable[[int, int, Decimal], None]


def matched(changes: Iterable[Change]) -> list[Move]:
    """Return moves that make exactly the changes.

    Within a pool targets are matched that have the most dimensions in common, so that what goes from team to team of a
    product is not told as going to another product and coming back; among those the largest giver with the largest
    taker first. What is left over went from one pool to another: first to the same target, then as within a pool. What
    is left over then came, or went away, whole. Which is the largest is told by all months together, so that the months
    are told alike.

    Args:
        changes: Each month, currency, pool and target once.
    """
    every = list(changes)
    amounts: dict[tuple[str, str | None, Values], list[Decimal]] = defaultdict(list)
    for change in every:
        amounts[change.currency, change.pool, change.target].append(change.amount)
    sums = {end: known_sum(some) or Decimal(0) for end, some in amounts.items()}
    ordered = _largest_first(
        sums, lambda end: sums[end].copy_abs(), lambda end: (end[1] is None, end[1] or "", _names(end[2]))
    )
    places = {end: place for place, end in enumerate(ordered)}
    together: dict[tuple[date, str], list[_Row]] = defaultdict(list)
    for change in every:
        place = places[change.currency, change.pool, change.target]
        together[change.month, change.currency].append((place, change.amount))
    ends = _Ends([(pool, target) for _, pool, target in ordered])
    return [move for month, currency in sorted(together)
            for move in ends.moved(month, currency, sorted(together[month, currency]))]  # fmt: skip


class _Ends:
    """Pools with targets, in the order in which they are matched: what is alike of them is found once."""

    def __init__(self, ends: Sequence[tuple[str | None, Values]]) -> None:
        self.ends = ends
        self.width = max((len(target) for _, target in ends), default=0)
        self._alike: dict[tuple[int, bool], list[int]] = {}

    def alike(self, depth: int, *, within_pool: bool) -> list[int]:
        """Return the group of each end: those with so many dimensions in common, in one pool or in any."""
        key = depth, within_pool
        if key not in self._alike:
            groups: dict[object, int] = {}
            self._alike[key] = [
                groups.setdefault((pool if within_pool else None, target[:depth]), len(groups))
                for pool, target in self.ends
            ]
        return self._alike[key]

    def moved(self, month: date, currency: str, rows: Sequence[_Row]) -> list[Move]:
        """Return the moves of one month and currency; the rows stand in the order in which they are matched."""
        moves: list[Move] = []
        ends = self.ends

        def add(giver: int, taker: int, amount: Decimal) -> None:
            (pool, target), (other, taking) = ends[giver], ends[taker]
            moves.append(Move(month, currency, (pool, other), target, taking, amount))

        left = rows
        depths = [(depth, True) for depth in range(self.width - 1, -1, -1)]
        depths += [(depth, False) for depth in range(self.width, -1, -1)]
        for depth, within_pool in depths:
            if not left:
                break
            groups: dict[int, list[_Row]] = defaultdict(list)
            alike = self.alike(depth, within_pool=within_pool)
            for row in left:
                groups[alike[row[0]]].append(row)
            left = sorted(rest for some in groups.values() for rest in _match(some, add))
        for place, amount in left:
            pool, target = ends[place]
            giver, taker = (None, target) if amount > 0 else (target, None)
            moves.append(Move(month, currency, (pool, pool), giver, taker, amount.copy_abs()))
        return moves


def _match(rows: Sequence[_Row], add: _Add) -> list[_Row]:
    """Match givers and takers, one after the other; return what is left of them."""
    # The next one of each stands at the end.
    givers = [(place, amount.copy_negate()) for place, amount in reversed(rows) if amount < 0]
    takers = [row for row in reversed(rows) if row[1] > 0]
    while givers and takers:
        (giver, less), (taker, more) = givers.pop(), takers.pop()
        add(giver, taker, min(less, more))
        if less > more:
            givers.append((giver, difference(less, more)))
        elif more > less:
            takers.append((taker, difference(more, less)))
    return [*((place, amount.copy_negate()) for place, amount in givers), *takers]


def _largest_first(every: Iterable[Item], amount: Callable[[Item], Decimal], ties: Callable[[Item], Any]) -> list[Item]:
    """Return items by falling amount; those of one amount by what else tells them apart.

    Doubles are compared first, which takes a tenth of the time, and all else of those alone whose doubles are equal.
    """
    given = [(-float(amount(item)), item) for item in every]
    given.sort(key=itemgetter(0))
    found: list[Item] = []
    for _, some in groupby(given, key=itemgetter(0)):
        items = [item for _, item in some]
        found += items if len(items) == 1 else sorted(items, key=lambda item: (amount(item).copy_negate(), ties(item)))
    return found


class Flow(NamedTuple):
    """What goes from one to another in all, less what comes back.

    Attributes:
        currency: BillingCurrency.
        giver: Who pays less; None for cost that was not there before.
        taker: Who pays more; None for cost that is not there any more.
        amount: Above 0.
        months: First days of the billing periods in which something moves between the two, oldest first.
    """

    currency: str
    giver: Values | None
    taker: Values | None
    amount: Decimal
    months: tuple[date, ...]

    @property
    def is_dust(self) -> bool:
        """Return whether it shows as 0.00: what rounding to 12 places puts here or there."""
        return self.amount < DUST

    @property
    def is_dust_a_month(self) -> bool:
        """Return whether the average of its months shows as 0.00."""
        return self.per_month < DUST

    @property
    def per_month(self) -> Decimal:
        """Return the average of its months, rounded to 12 places."""
        return average(self.amount, len(self.months))


class Line(NamedTuple):
    """What one rule moves from one to another in some months.

    Attributes:
        flow: Whose it was, whose it is, how much.
        pool: The pool whose rule moves it; None of what charges name directly.
        text: How the rule reads; None where it is not known.
        rule: Its place; None likewise.
    """

    flow: Flow
    pool: str | None
    text: str | None
    rule: str | None


def average(amount: Decimal, count: int) -> Decimal:
    """Return a part of an amount, rounded to 12 places, halves to even.

    >>> average(Decimal(10), 4)
    Decimal('2.500000000000')
    """
    with localcontext() as context:
        context.prec = 60
        return (amount / count).quantize(Decimal("1e-12"))


def lines(moves: Iterable[Move], *, detail: bool = False) -> list[Line]:
    """Return what each rule moves from whom to whom, the largest first.

    Args:
        moves: The moves.
        detail: Each month and target for itself; else months are added up, and targets told by their main dimension
            where money goes from one of its values to another.
    """
    found: dict[tuple[Any, ...], list[tuple[date, Decimal]]] = defaultdict(list)
    ends, mains = _Numbers(), _Numbers()
    for move in moves:
        giver, taker = ends[move.giver], ends[move.taker]
        if giver == taker:
            continue
        giving, taking = mains[_cut(move.giver, 1)], mains[_cut(move.taker, 1)]
        is_whole = detail or giving == taking
        pair = (giver, taker) if is_whole else (giving, taking)
        key = (is_whole, *pair, move.currency, move.pool, move.text, move.rule, move.month if detail else None)
        found[key].append((move.month, move.amount))
    made = []
    for (is_whole, giver, taker, currency, pool, text, rule, _), some in found.items():
        amount, months = _together(some)
        called = ends.every if is_whole else mains.every
        made.append(Line(Flow(currency, called[giver], called[taker], amount, months), pool, text, rule))
    return _by_currency(made, lambda line: line.flow, _ties)


def _together(some: Sequence[tuple[date, Decimal]]) -> tuple[Decimal, tuple[date, ...]]:
    """Return the sum of what moves in some months, and these, oldest first."""
    if len(some) == 1:  # most are
        return some[0][1], (some[0][0],)
    return known_sum(each for _, each in some) or Decimal(0), tuple(sorted({month for month, _ in some}))


def _ties(line: Line) -> tuple[object, ...]:
    flow = line.flow
    return flow.months, _names(flow.giver), _names(flow.taker), line.pool or "", line.rule or ""


def _by_currency(every: Iterable[Item], flow: Callable[[Item], Flow], ties: Callable[[Item], Any]) -> list[Item]:
    """Return items by currency, those of one by falling amount, those of one amount by what else tells them apart."""
    ordered = _largest_first(every, lambda item: flow(item).amount, ties)
    return sorted(ordered, key=lambda item: flow(item).currency)


def flows(moves: Iterable[Move], depth: int) -> list[Flow]:
    """Return what goes from whom to whom in all months and pools, the largest first.

    Args:
        moves: The moves.
        depth: How many of the dimensions tell targets apart, from the first.
    """
    amounts: dict[tuple[str, int, int], list[tuple[date, Decimal]]] = defaultdict(list)
    ends = _Numbers()
    for move in moves:
        giver, taker = ends[_cut(move.giver, depth)], ends[_cut(move.taker, depth)]
        if giver > taker:
            amounts[move.currency, taker, giver].append((move.month, move.amount.copy_negate()))
        elif giver < taker:
            amounts[move.currency, giver, taker].append((move.month, move.amount))
    found = []
    for (currency, one, other), some in amounts.items():
        amount, months = _together(some)
        giving, taking = (one, other) if amount > 0 else (other, one)
        found += [Flow(currency, ends.every[giving], ends.every[taking], amount.copy_abs(), months)] if amount else []
    return _by_currency(found, lambda flow: flow, lambda flow: (_names(flow.giver), _names(flow.taker)))


class _Numbers(dict[Values | None, int]):
    """Numbers of targets, in the order in which they are asked for: what is compared as often as there are moves."""

    def __init__(self) -> None:
        super().__init__()
        self.every: list[Values | None] = []

    def __missing__(self, end: Values | None) -> int:
        self[end] = number = len(self.every)
        self.every.append(end)
        return number


@lru_cache(maxsize=1 << 16)
def _cut(end: Values | None, depth: int) -> Values | None:
    return None if end is None else end[:depth]


@lru_cache(maxsize=1 << 16)  # the same few targets stand in hundreds of thousands of moves
def _names(target: Values | None) -> tuple[object, ...]:
    return () if target is None else tuple((text is None, text or "") for text in target)
