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
from functools import lru_cache, partial
from typing import Any, NamedTuple

from finmod.allocation.definition import Values
from finmod.terms.money import difference, known_sum


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

_End = tuple[str | None, Values, Decimal]
"""A pool, a target and what it has more."""
_Add = Callable[[_End, _End, Decimal], None]


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
    together: dict[tuple[date, str], list[Change]] = defaultdict(list)
    sizes: dict[tuple[str, str | None, Values], list[Decimal]] = defaultdict(list)
    for change in changes:
        together[change.month, change.currency].append(change)
        sizes[change.currency, change.pool, change.target].append(change.amount)
    sums = {key: known_sum(some) or Decimal(0) for key, some in sizes.items()}

    def order(currency: str, end: _End) -> tuple[object, ...]:
        pool, target, _ = end
        return sums[currency, pool, target].copy_abs().copy_negate(), pool is None, pool or "", _names(target)

    found = []
    for (month, currency), some in sorted(together.items(), key=lambda item: item[0]):
        ends = [(each.pool, each.target, each.amount) for each in some]
        found += _in_month(month, currency, sorted(ends, key=partial(order, currency)))
    return found


def _in_month(month: date, currency: str, ends: Sequence[_End]) -> list[Move]:
    """Return the moves of one month and currency; the ends come in the order in which they are matched."""
    moves: list[Move] = []
    places = {(pool, target): place for place, (pool, target, _) in enumerate(ends)}

    def add(giver: _End, taker: _End, amount: Decimal) -> None:
        moves.append(Move(month, currency, (giver[0], taker[0]), giver[1], taker[1], amount))

    def match(rows: Iterable[_End], depth: int, *, within_pool: bool) -> list[_End]:
        """Match what has so many dimensions in common, in one pool or in any; return the rest."""
        groups: dict[object, list[_End]] = defaultdict(list)
        for row in rows:
            groups[(row[0] if within_pool else None), row[1][:depth]].append(row)
        left = [rest for some in groups.values() for rest in _match(some, add)]
        return sorted(left, key=lambda row: places[row[0], row[1]])

    width = max((len(target) for _, target, _ in ends), default=0)
    left = list(ends)
    for depth in range(width - 1, -1, -1):
        left = match(left, depth, within_pool=True)
    for depth in range(width, -1, -1):
        left = match(left, depth, within_pool=False)
    for pool, target, amount in left:
        giver, taker = (None, target) if amount > 0 else (target, None)
        moves.append(Move(month, currency, (pool, pool), giver, taker, amount.copy_abs()))
    return moves


def _match(rows: Sequence[_End], add: _Add) -> list[_End]:
    """Match givers and takers, one after the other; return what is left of them."""
    # The next one of each stands at the end.
    givers, takers = ([row for row in reversed(rows) if (row[2] < 0) is giving] for giving in (True, False))
    while givers and takers:
        giver, taker = givers.pop(), takers.pop()
        amount = min(giver[2].copy_negate(), taker[2])
        add(giver, taker, amount)
        if left := difference(giver[2], amount.copy_negate()):
            givers.append((*giver[:2], left))
        if left := difference(taker[2], amount):
            takers.append((*taker[:2], left))
    return [*reversed(givers), *reversed(takers)]


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
    for move in moves:
        if not move.is_between_targets:
            continue
        ends: tuple[Values | None, Values | None] = (move.giver, move.taker)
        mains = [None if end is None else end[:1] for end in ends]
        if not detail and mains[0] != mains[1]:
            ends = (mains[0], mains[1])
        key = (move.currency, *ends, move.pool, move.text, move.rule, move.month if detail else None)
        found[key].append((move.month, move.amount))
    made = []
    for (currency, giver, taker, pool, text, rule, _), some in found.items():
        amount, months = _together(some)
        made.append(Line(Flow(currency, giver, taker, amount, months), pool, text, rule))
    return sorted(made, key=_largest)


def _together(some: Sequence[tuple[date, Decimal]]) -> tuple[Decimal, tuple[date, ...]]:
    """Return the sum of what moves in some months, and these, oldest first."""
    if len(some) == 1:  # most are
        return some[0][1], (some[0][0],)
    return known_sum(each for _, each in some) or Decimal(0), tuple(sorted({month for month, _ in some}))


def _largest(line: Line) -> tuple[object, ...]:
    flow = line.flow
    ends = _names(flow.giver), _names(flow.taker)
    return flow.currency, flow.amount.copy_negate(), flow.months, ends, line.pool or "", line.rule or ""


def flows(moves: Iterable[Move], depth: int) -> list[Flow]:
    """Return what goes from whom to whom in all months and pools, the largest first.

    Args:
        moves: The moves.
        depth: How many of the dimensions tell targets apart, from the first.
    """
    amounts: dict[tuple[str, Values | None, Values | None], list[tuple[date, Decimal]]] = defaultdict(list)
    for move in moves:
        giver, taker = (None if end is None else end[:depth] for end in (move.giver, move.taker))
        if giver == taker:
            continue
        if _names(giver) > _names(taker):
            amounts[move.currency, taker, giver].append((move.month, move.amount.copy_negate()))
        else:
            amounts[move.currency, giver, taker].append((move.month, move.amount))
    found = []
    for (currency, one, other), some in amounts.items():
        amount, months = _together(some)
        ends = (one, other) if amount > 0 else (other, one)
        found += [Flow(currency, *ends, amount.copy_abs(), months)] if amount else []
    return sorted(
        found, key=lambda flow: (flow.currency, flow.amount.copy_negate(), _names(flow.giver), _names(flow.taker))
    )


@lru_cache(maxsize=1 << 16)  # the same few targets stand in hundreds of thousands of moves
def _names(target: Values | None) -> tuple[object, ...]:
    return () if target is None else tuple((text is None, text or "") for text in target)
