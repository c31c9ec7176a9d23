"""Moves: what goes from whom to whom between two allocations, out of what each target has more or less.

Owns the matching of those who pay less with those who pay more. Where charges themselves moved is known from their
names; what a changed share moves is matched: within its pool, the largest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.allocation.definition import Values
from finmod.terms.money import difference, known_sum


@dataclass(frozen=True)
class Change:
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


@dataclass(frozen=True)
class Move:
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


_Ends = list[tuple[str | None, Values, Decimal]]


def matched(changes: Iterable[Change]) -> list[Move]:
    """Return moves that make exactly the changes.

    Within a pool the largest giver is matched with the largest taker first. What is left over went from one pool to
    another: first to the same target, then the largest first. What is left over then came, or went away, whole.

    Args:
        changes: Each month, currency, pool and target once.
    """
    together: dict[tuple[date, str], list[Change]] = defaultdict(list)
    for change in changes:
        together[change.month, change.currency].append(change)
    return [
        move
        for (month, currency), some in sorted(together.items(), key=lambda item: item[0])
        for move in _in_month(month, currency, some)
    ]


def _in_month(month: date, currency: str, changes: Sequence[Change]) -> list[Move]:
    moves: list[Move] = []

    def match(rows: _Ends, group: Callable[[str | None, Values], object]) -> _Ends:
        """Match what falls into one group; return the rest."""
        groups: dict[object, _Ends] = defaultdict(list)
        for pool, target, amount in rows:
            groups[group(pool, target)].append((pool, target, amount))
        return [left for some in groups.values() for left in _match(some, add)]

    def add(giver: tuple[str | None, Values], taker: tuple[str | None, Values], amount: Decimal) -> None:
        moves.append(Move(month, currency, (giver[0], taker[0]), giver[1], taker[1], amount))

    rows: _Ends = sorted(((each.pool, each.target, each.amount) for each in changes), key=_order)
    left = match(rows, lambda pool, _: (pool,))
    left = match(left, lambda _, target: target)
    left = match(left, lambda *_: None)
    for pool, target, amount in sorted(left, key=_order):
        giver, taker = (None, target) if amount > 0 else (target, None)
        moves.append(Move(month, currency, (pool, pool), giver, taker, amount.copy_abs()))
    return moves


def _match(rows: _Ends, add: Callable[[tuple[str | None, Values], tuple[str | None, Values], Decimal], None]) -> _Ends:
    """Match givers and takers, the largest first; return what is left of them."""
    ordered = sorted(rows, key=_order)
    givers, takers = ([row for row in ordered if (row[2] < 0) is giving] for giving in (True, False))
    while givers and takers:
        (pool, giver, less), (other, taker, more) = givers[0], takers[0]
        amount = min(less.copy_negate(), more)
        add((pool, giver), (other, taker), amount)
        left = difference(less, amount.copy_negate()), difference(more, amount)
        givers[:1] = [(pool, giver, left[0])] if left[0] else []
        takers[:1] = [(other, taker, left[1])] if left[1] else []
    return givers + takers


def _order(row: tuple[str | None, Values, Decimal]) -> tuple[object, ...]:
    """Return what rows are sorted by: the largest first, then names, unknown ones behind."""
    pool, target, amount = row
    return amount.copy_abs().copy_negate(), *((text is None, text or "") for text in (pool, *target))


@dataclass(frozen=True)
class Flow:
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
        amount = known_sum(each for _, each in some) or Decimal(0)
        ends = (one, other) if amount > 0 else (other, one)
        months = tuple(sorted({month for month, _ in some}))
        found += [Flow(currency, *ends, amount.copy_abs(), months)] if amount else []
    return sorted(
        found, key=lambda flow: (flow.currency, flow.amount.copy_negate(), _names(flow.giver), _names(flow.taker))
    )


def _names(target: Values | None) -> tuple[object, ...]:
    return () if target is None else tuple((text is None, text or "") for text in target)
