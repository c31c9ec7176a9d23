"""A variance with what it stands on, as pages, exports and programs tell it.

Owns the records, and the sums of changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from finmod.models.variance.effects import EFFECTS, Effect
from finmod.terms.findings import Finding
from finmod.terms.money import in_money, known_sum

ALL: Final = "all"
"""How all members together are called where people read."""
UNALLOCATED: Final = "(unallocated)"
"""How what is nobody's is called there."""

_WITHOUT: Final = {
    **{word: f"(no {word})" for word in ("source", "service", "category", "currency", "account", "region", "resource",
                                         "unit", "pool")},
    "sku": "(no SKU)",
}  # fmt: skip

Member = tuple[str | None, ...]


def nobody(by: str) -> str:
    """Return how people read what has no value of a dimension or word: only what is allocated can lack that.

    >>> nobody("sku"), nobody("product")
    ('(no SKU)', '(unallocated)')
    """
    return _WITHOUT.get(by, UNALLOCATED)


def names_of(member: Member, by: Sequence[str]) -> tuple[str, ...]:
    """Return the values of a member as people read them.

    Args:
        member: Its values.
        by: Dimension or word of each.
    """
    return tuple(nobody(word) if text is None else text for word, text in zip(by, member, strict=True))


@dataclass(frozen=True)
class State:
    """One of the two states that are compared.

    Attributes:
        label: For people, such as ``2026-10`` or ``2026-09 as closed``.
        month: First day of the billing period.
        ledger_version: State of the ledger.
        version: Of the applied allocation; None where none is needed.
        applied_at: When that was applied, UTC.
        until: Last day that bills tell of an open month that goes on; None where they tell its last one.
        since: First day that they tell, of a source that begins within the month; None where they tell its first one.
        partial: Sources that do not tell the whole month.
    """

    label: str
    month: date
    ledger_version: int
    version: int | None = None
    applied_at: datetime | None = None
    until: date | None = None
    since: date | None = None
    partial: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Return whether bills tell all days of the month."""
        return self.until is None and self.since is None


@dataclass(frozen=True)
class Change:
    """What a member cost, and what changed it.

    Attributes:
        member: Values of the dimensions that are asked for, in their order; None for what is nobody's.
        before: EffectiveCost in the reporting currency.
        after: Likewise.
        effects: One per effect of ``EFFECTS``, in its order, positive where cost rose: they sum to the change.
        has_plan: False where it is compared with a plan that nobody wrote, or that has no exchange rate: what was
            planned is unknown, and ``before`` is the 0 that sums take.
        lacks_rate: Whether a plan was written, of which a part has no exchange rate.
    """

    member: Member
    before: Decimal
    after: Decimal
    effects: tuple[Decimal, ...]
    has_plan: bool = True
    lacks_rate: bool = False

    @property
    def without_plan(self) -> str:
        """Return what stands in place of a plan that is unknown."""
        return "plan unknown" if self.lacks_rate else "no plan"

    @property
    def told_before(self) -> Decimal | None:
        """Return what it cost or was planned to cost before; None where that is unknown."""
        return self.before if self.has_plan else None

    @property
    def change(self) -> Decimal:
        """Return what the member costs more."""
        return exact_sum((self.after, -self.before))

    @property
    def told_change(self) -> Decimal | None:
        """Return the same; None beside a plan that is unknown."""
        return self.change if self.has_plan else None

    @property
    def is_new(self) -> bool:
        """Return whether it cost nothing before and costs something now; beside a plan nothing is new."""
        is_planned = self.effect("beyond_plan") != 0 or self.effect("not_planned") != 0
        return self.after != 0 and not self.before and not is_planned

    def effect(self, name: str) -> Decimal:
        """Return one effect by name."""
        return next(amount for each, amount in zip(EFFECTS, self.effects, strict=True) if each.name == name)


def together(changes: Sequence[Change]) -> Change:
    """Return what members cost together, and what changed that."""
    effects = (exact_sum(column) for column in zip(*(each.effects for each in changes), strict=True))
    before, after = exact_sum([each.before for each in changes]), exact_sum([each.after for each in changes])
    has_plan = not changes or any(each.has_plan for each in changes)
    lacks_rate = any(each.lacks_rate for each in changes)
    return Change((), before, after, tuple(effects) if changes else (Decimal(0),) * len(EFFECTS), has_plan, lacks_rate)


def exact_sum(amounts: Iterable[Decimal]) -> Decimal:
    """Return a sum of all digits; 0 of nothing."""
    return known_sum(amounts) or Decimal(0)


@dataclass(frozen=True)
class Proof:
    """What the ledger has in a billing currency beside the cells that were compared.

    Attributes:
        state: 0 for before, 1 for after.
        currency: Of the bills; the reporting currency of what members have.
        ledger: Sum of EffectiveCost of the daily cube and of true-ups.
        compared: Sum of the cells, or of what members have.
    """

    state: int
    currency: str
    ledger: Decimal
    compared: Decimal

    @property
    def holds(self) -> bool:
        """Return whether they are the same, to the last digit."""
        return self.ledger == self.compared


@dataclass(frozen=True)
class VarianceReport:
    """What changed between two states, by member.

    Attributes:
        project: Name of the project.
        currency: Of all amounts.
        before: What is compared with.
        after: What is looked at.
        by: Dimensions, or words such as service, that members have.
        rows: Members, the largest change first, those without a plan after them, what is nobody's last; none where
            nothing is asked by.
        total: All of them.
        proofs: One per state and billing currency; one more of a state in which members have not all of it.
        findings: What to know, the gravest first.
    """

    project: str
    currency: str
    before: State
    after: State
    by: tuple[str, ...]
    rows: tuple[Change, ...]
    total: Change
    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]


def changed(member: Member, before: int, after: int, effects: Sequence[int]) -> Change:
    """Return a change of amounts in units of 1e-12."""
    return Change(member, in_money(before), in_money(after), tuple(map(in_money, effects)))


@dataclass(frozen=True)
class Half:
    """A cell in one of the two months.

    Attributes:
        cost: EffectiveCost in the reporting currency.
        quantity: PricingQuantity, a double; None where it is not told.
        covered: Share of it that commitments covered; None without a quantity.
        list_price: Per unit in the currency of the bill, a double of 12 digits; None where it is not told.
        contracted_price: Likewise.
        charge_keys: Some of its charge keys, those of the largest cost first.
        keys: How many it has.
    """

    cost: Decimal
    quantity: float | None
    covered: float | None
    list_price: float | None
    contracted_price: float | None
    charge_keys: tuple[int, ...]
    keys: int


@dataclass(frozen=True)
class Source:
    """A cell that an effect comes from.

    Attributes:
        amount: What it has of the effect.
        texts: Column -> its text: source, account, region, service, SKU, resource, unit, category, currency.
        before: Its figures.
        after: Likewise.
    """

    amount: Decimal
    texts: Mapping[str, str | None]
    before: Half
    after: Half


@dataclass(frozen=True)
class Behind:
    """What stands behind an effect.

    Attributes:
        effect: Which.
        scope: Dimension or word and value of what was asked for.
        amount: All of it there.
        sources: Cells with the most of it, the largest first.
        others: Number of other cells that have some.
        others_amount: What these have.
        pools: Pool and what the targets that were asked for have by it; "" for what levels give them.
        findings: What to know of the whole comparison.
        proofs: That it has all charges.
    """

    effect: Effect
    scope: tuple[tuple[str, str | None], ...]
    amount: Decimal
    sources: tuple[Source, ...]
    others: int
    others_amount: Decimal
    pools: tuple[tuple[str, Decimal], ...]
    findings: tuple[Finding, ...] = ()
    proofs: tuple[Proof, ...] = ()
