"""Potential savings: candidates priced at effective cost, none of it saved twice, the largest first.

A candidate names parts of a month's cost, and which share of them goes away. Candidates take from the parts in the
order of their rules, and within a rule the dearest first; who comes later takes its share of what is left, so that all
together never save more than a part costs. What a commitment covers is no cash: its cost stays until the commitment
ends, and what goes away of it is capacity for other usage.

Owns the arithmetic. What is a candidate, and what it is called, comes from who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Context, Decimal
from typing import Final, Generic, TypeVar

from finmod.terms.money import known_sum, whole_sum
from finmod.terms.savings import How, SavingRule

_WIDE: Final = Context(prec=100, rounding=ROUND_DOWN)
_PLACES: Final = Decimal("1E-12")
_NOTHING: Final = Decimal(0)
_LEAST: Final = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """A part of a month's cost that may go away; the same part may be named by several candidates.

    Attributes:
        number: Tells it from others; candidates that name the same number share its cost.
        cost: Effective cost of the month, reporting currency, more than 0; None where it is unknown.
        commitment: Id of the commitment that covers it, or of which it stood unused; None where none does.
    """

    number: int
    cost: Decimal | None
    commitment: str | None = None


Named = TypeVar("Named")


@dataclass(frozen=True)
class Candidate(Generic[Named]):
    """What a rule found.

    Attributes:
        rule: The rule.
        about: What is known of it; the model looks at none of it.
        parts: What its cost is made of.
        share: Which share of it goes away, 0 to 1; None where that is unknown.
        how: How sure that is.
        tie: Tells the order of candidates that cost the same.
    """

    rule: SavingRule
    about: Named
    parts: tuple[Part, ...]
    share: Decimal | None
    how: How
    tie: str = ""

    @property
    def cost(self) -> Decimal | None:
        """Return its effective cost of the month; None where that of a part is unknown."""
        costs = [part.cost for part in self.parts]
        return whole_sum(costs)


@dataclass(frozen=True)
class Saving(Generic[Named]):
    """A candidate with what it saves of a month, in the reporting currency.

    Attributes:
        candidate: What was found.
        amount: What goes away in all; None where it is unknown.
        cash: Of it what is paid no more at once.
        freed: Commitment -> of it what the commitment goes on to cost, free for other usage until it ends.
        is_reduced: Whether an earlier candidate took a part of its cost.
    """

    candidate: Candidate[Named]
    amount: Decimal | None
    cash: Decimal | None
    freed: tuple[tuple[str, Decimal], ...] = ()
    is_reduced: bool = False

    @property
    def committed(self) -> Decimal | None:
        """Return what commitments go on to cost; None where the amount is unknown."""
        return None if self.amount is None else known_sum(amount for _, amount in self.freed) or _NOTHING


def potential_savings(candidates: Iterable[Candidate[Named]]) -> tuple[Saving[Named], ...]:
    """Return what each candidate saves, the largest first, those without an amount last, the dearest of them first.

    A candidate of which earlier ones leave nothing is left out, and one that saves less than a hundredth of a unit of
    currency: what shares of a commitment lose by rounding is no saving. Amounts are rounded down to 12 places, so that
    the sum over all candidates of a part is its cost at most.

    Args:
        candidates: In any order.

    >>> from finmod.terms.savings import Evidence
    >>> rule = SavingRule(
    ...     name="idle", title="Idle", kind="usage", per="resource", evidence=Evidence(), seen="", share=Decimal(1),
    ...     how="whole", basis="", source="", suppliers=("AWS",), effort="S", risk="low", remedy="", order=0,
    ... )
    >>> half = Candidate(rule, "disk", (Part(1, Decimal(10)), Part(2, Decimal(4), "ri-1")), Decimal("0.5"), "whole")
    >>> [(each.amount, each.cash, each.freed) for each in potential_savings([half])] == [
    ...     (Decimal(7), Decimal(5), (("ri-1", Decimal(2)),))
    ... ]
    True
    """
    left: dict[int, Decimal] = {}
    made = [_taken(each, left) for each in sorted(candidates, key=_in_order)]
    kept = [each for each in made if each.amount is None or each.amount >= _LEAST]
    return tuple(sorted(kept, key=_rank))


def _in_order(candidate: Candidate[Named]) -> tuple[int, Decimal, str]:
    return candidate.rule.order, -(candidate.cost or _NOTHING), candidate.tie


def _rank(saving: Saving[Named]) -> tuple[bool, Decimal, Decimal, int, str]:
    candidate = saving.candidate
    cost = -(candidate.cost or _NOTHING)
    return saving.amount is None, -(saving.amount or _NOTHING), cost, candidate.rule.order, candidate.tie


def _taken(candidate: Candidate[Named], left: dict[int, Decimal]) -> Saving[Named]:
    """Return what a candidate saves of what is left, and take that from it."""
    share, cash, is_reduced = candidate.share, _NOTHING, False
    freed: dict[str, Decimal] = {}
    if share is None or candidate.cost is None:
        return Saving(candidate, None, None)
    for part in candidate.parts:
        cost = part.cost or _NOTHING
        there = left.get(part.number, cost)
        is_reduced = is_reduced or there < cost
        amount = _WIDE.multiply(there, share).quantize(_PLACES, context=_WIDE)
        left[part.number] = _WIDE.subtract(there, amount)
        if part.commitment is None:
            cash = _WIDE.add(cash, amount)
        elif amount:
            freed[part.commitment] = _WIDE.add(freed.get(part.commitment, _NOTHING), amount)
    amount = _WIDE.add(cash, known_sum(freed.values()) or _NOTHING)
    return Saving(candidate, amount, cash, tuple(sorted(freed.items())), is_reduced)


@dataclass(frozen=True)
class Total:
    """Savings added up.

    Attributes:
        candidates: How many there are.
        amount: What is known of them, usage and commitments together.
        usage: Of it what less or other usage saves.
        commitment: Of it what other commitments save, and what stands unused.
        cash: Of it what is paid no more at once.
        unknown: How many candidates have no amount.
    """

    candidates: int
    amount: Decimal
    usage: Decimal
    commitment: Decimal
    cash: Decimal
    unknown: int


def total(savings: Sequence[Saving[Named]]) -> Total:
    """Return savings added up; those without an amount are counted and add nothing."""
    by_kind = {
        kind: known_sum(each.amount for each in savings if each.candidate.rule.kind == kind) or _NOTHING
        for kind in ("usage", "commitment")
    }
    return Total(
        len(savings),
        known_sum(by_kind.values()) or _NOTHING,
        by_kind["usage"],
        by_kind["commitment"],
        known_sum(each.cash for each in savings) or _NOTHING,
        sum(each.amount is None for each in savings),
    )


def totals_by(
    savings: Sequence[Saving[Named]], key: Callable[[Saving[Named]], Hashable]
) -> list[tuple[Hashable, Total]]:
    """Return savings added up by a key, the largest sum first."""
    groups: dict[Hashable, list[Saving[Named]]] = {}
    for each in savings:
        groups.setdefault(key(each), []).append(each)
    found = [(name, total(group)) for name, group in groups.items()]
    return sorted(found, key=lambda pair: (-pair[1].amount, str(pair[0])))


def low_water_share(least: Decimal, days: int, whole: Decimal, rate: Decimal) -> Decimal:
    """Return which share of a month's uncovered usage a commitment to its least day would save.

    Args:
        least: Cost of the least day.
        days: Number of days, each of which has that at least.
        whole: Cost of all days, more than 0.
        rate: What a commitment costs of the same usage, as a share of its contracted cost: below 1 where it saves.

    Returns:
        A ratio of 0 to 1, rounded down to 12 places.

    >>> low_water_share(Decimal(8), 30, Decimal(300), Decimal("0.7"))
    Decimal('0.240000000000')
    """
    saved = _WIDE.multiply(_WIDE.multiply(least, Decimal(days)), max(_WIDE.subtract(Decimal(1), rate), _NOTHING))
    return min(_WIDE.divide(saved, whole), Decimal(1)).quantize(_PLACES, context=_WIDE)


def price_share(old: tuple[Decimal, Decimal], new: tuple[Decimal, Decimal]) -> Decimal:
    """Return which share of a price is saved by a lower one, rounded down to 12 places; 0 where it is no lower.

    Args:
        old: Cost and quantity of the older kind, both more than 0.
        new: The same of the newer one, in the same unit and currency.

    >>> price_share((Decimal(10), Decimal(100)), (Decimal(4), Decimal(50)))
    Decimal('0.200000000000')
    """
    # Prices of a byte-second have no digit left at 12 places: costs and quantities are multiplied crosswise.
    least, most = _WIDE.multiply(new[0], old[1]), _WIDE.multiply(old[0], new[1])
    saved = _WIDE.subtract(Decimal(1), _WIDE.divide(least, most))
    return max(saved, _NOTHING).quantize(_PLACES, context=_WIDE)
