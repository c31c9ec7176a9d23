"""Figures of metrics: the sums of both sides by period and member, and one divided by the other.

A ratio is made of the sums of its sides, never of the ratios of parts. What is unknown on one side is unknown below the
line too: no figure stands where a figure would be a guess, and none is infinite.

Owns the arithmetic. Which sums a side is made of, and why one is unknown, comes from who asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Final, Literal, NamedTuple

from finmod.terms.money import whole_sum

Member = tuple[str | None, ...]
Place = tuple[date, Member]
Why = Literal["zero", "negative", "missing", "not yet", "unknown"]

PLACES: Final = 12
"""Digits behind the point of a figure."""
_UNIT: Final = Decimal(1).scaleb(-PLACES)
_WIDE: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term of a side.

    Attributes:
        cells: First day of a period, member -> its sum; None where it is unknown. Members have the dimensions of
            ``places`` alone.
        sign: 1, or -1 where it is taken off.
        places: Which of the dimensions that are asked for its members have: a driver that is not told by team is the
            same for all teams of a product.
        known: First days of the periods in which an absent member is 0, as cost is where the month was loaded; in
            others it is unknown. Empty for a driver, of which nobody knows what is not told.
        since: Member -> day from which on it is told; before it is not yet there.
    """

    cells: Mapping[Place, Decimal | None]
    sign: Literal[1, -1] = 1
    places: tuple[int, ...]
    known: frozenset[date] = frozenset()
    since: Mapping[Member, date] = field(default_factory=dict)


class Figure(NamedTuple):
    """A metric of one period and member.

    Attributes:
        start: First day of the period.
        member: Values of the dimensions, in their order.
        numerator: Sum of the terms above the line; None where one is unknown.
        denominator: Sum of those below it; None likewise, and for a metric without a denominator.
        value: The figure, of at most 12 places, halves to even; None where it is unknown.
        why: Why it is unknown; None where it is known.
    """

    start: date
    member: Member
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None
    why: Why | None = None


def figures(
    numerator: Sequence[Term], denominator: Sequence[Term], periods: Sequence[tuple[date, date]], width: int
) -> list[Figure]:
    """Return a metric for every period and every member that any term has: a period without a row is a row here.

    Args:
        numerator: Terms above the line.
        denominator: Terms below it; empty for a metric that is a sum.
        periods: First day of each and the day after it, in order.
        width: Number of dimensions that are asked for.

    >>> day, end = date(2026, 9, 1), date(2026, 10, 1)
    >>> cost = Term(cells={(day, ("ads",)): Decimal(10)}, places=(0,), known=frozenset({day}))
    >>> orders = Term(cells={(day, ("ads",)): Decimal(4), (day, ("shop",)): Decimal(0)}, places=(0,))
    >>> [(each.member, each.value, each.why) for each in figures([cost], [orders], [(day, end)], 1)]
    [(('ads',), Decimal('2.500000000000'), None), (('shop',), None, 'zero')]
    """
    found = []
    over_line, below_line = ([(term, _by_member(term)) for term in side] for side in (numerator, denominator))
    for member in _members([*numerator, *denominator], width):
        above = [_Part(term, cells, member) for term, cells in over_line]
        below = [_Part(term, cells, member) for term, cells in below_line]
        for start, end in periods:
            over, lacking = _side(above, start, end)
            under, without = _side(below, start, end) if below else (None, None)
            value, why = _divided(over, under, lacking or without, is_ratio=bool(below))
            found.append(Figure(start, member, over, under, value, why))
    return found


class _Part:
    """A term as one member sees it."""

    __slots__ = ("cells", "is_added", "known", "since")

    def __init__(self, term: Term, cells: _Cells, member: Member) -> None:
        own = member if len(term.places) == len(member) else tuple(member[place] for place in term.places)
        self.cells, self.known, self.is_added = cells.get(own, {}), term.known, term.sign > 0
        self.since = term.since.get(own)


_Cells = Mapping[Member, Mapping[date, Decimal | None]]


def _by_member(term: Term) -> _Cells:
    """Return member -> period -> sum: to look for a period alone takes half of the time."""
    found: defaultdict[Member, dict[date, Decimal | None]] = defaultdict(dict)
    for (start, member), amount in term.cells.items():
        found[member][start] = amount
    return found


def quotient(above: Decimal, below: Decimal) -> Decimal:
    """Return one amount divided by another, rounded once to the 12 places that every amount has.

    >>> quotient(Decimal(1), Decimal(3)), quotient(Decimal(10), Decimal(4))
    (Decimal('0.333333333333'), Decimal('2.500000000000'))
    """
    return _WIDE.quantize(_WIDE.divide(above, below), _UNIT)


def summed(term: Term) -> Term:
    """Return a term summed over all its members."""
    parts: defaultdict[date, list[Decimal | None]] = defaultdict(list)
    for (start, _), amount in term.cells.items():
        parts[start].append(amount)
    cells: dict[Place, Decimal | None] = {(start, ()): whole_sum(every) for start, every in parts.items()}
    since: dict[Member, date] = {(): min(term.since.values())} if term.since else {}
    return Term(cells=cells, sign=term.sign, places=(), known=term.known, since=since)


def _members(terms: Sequence[Term], width: int) -> list[Member]:
    full = tuple(range(width))
    every = {member for term in terms if term.places == full for _, member in term.cells}
    return sorted(every or ({()} if not width else set()), key=_in_order)


def _in_order(member: Member) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in member)


def _side(parts: Sequence[_Part], start: date, end: date) -> tuple[Decimal | None, Why | None]:
    """Return the sum of a side, and why there is none."""
    total = None
    for part in parts:
        amount = part.cells.get(start, _ABSENT)
        if amount is _ABSENT:
            if start not in part.known:
                return None, "not yet" if part.since is not None and part.since >= end else "missing"
            amount = _ZERO
        if amount is None:
            return None, "unknown"
        if total is None and part.is_added:
            total = amount
        else:
            total = (_WIDE.add if part.is_added else _WIDE.subtract)(total or _ZERO, amount)
    return total, None


_ZERO: Final = Decimal(0)
_ABSENT: Final = Decimal("NaN")


def _divided(
    above: Decimal | None, below: Decimal | None, why: Why | None, *, is_ratio: bool
) -> tuple[Decimal | None, Why | None]:
    if why or above is None:
        return None, why
    if not is_ratio:
        return above, None
    if below is None or below <= 0:
        return None, "missing" if below is None else "zero" if not below else "negative"
    return quotient(above, below), None
