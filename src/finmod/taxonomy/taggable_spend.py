"""Spend by whether it can carry tags: of every service of a month, how much can, how much cannot, and why not.

Owns the sums and their order. What is judged how stands in ``taggable.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.taxonomy.compliance import FACTS, NEGATIVE
from finmod.taxonomy.taggable import TAGGABLE, UNKNOWN, reasons


@dataclass(frozen=True)
class VerdictSpend:
    """The spend of one service, of one verdict and currency.

    Attributes:
        verdict: ``taggable``, ``unknown``, ``negative-cost`` or the reason why it can carry no tags.
        cost: EffectiveCost; charges of which it is unknown are in ``charges`` alone.
        charges: Number of charges.
    """

    verdict: str
    cost: Decimal
    charges: int

    @property
    def can(self) -> bool | None:
        """Return whether it can carry tags; None where nobody knows."""
        return None if self.verdict == UNKNOWN else self.verdict == TAGGABLE

    @property
    def why(self) -> str:
        """Return the sentence that says why."""
        return why(self.verdict)


@dataclass(frozen=True)
class ServiceSpend:
    """The spend of one service of a supplier in one month and currency.

    Attributes:
        month: First day of the billing period.
        supplier: ServiceProviderName, or who sent the bill; None where neither is known.
        service: ServiceName; None where the bill has none.
        currency: BillingCurrency.
        parts: One per verdict, the dearest first.
    """

    month: date
    supplier: str | None
    service: str | None
    currency: str
    parts: tuple[VerdictSpend, ...]

    @property
    def cost(self) -> Decimal:
        """Return the EffectiveCost of all of it."""
        return sum((part.cost for part in self.parts), Decimal(0))

    @property
    def taggable(self) -> Decimal:
        """Return the EffectiveCost that counts as able to carry tags: what is not known not to be."""
        return sum((part.cost for part in self.parts if part.can is not False), Decimal(0))

    @property
    def share(self) -> Decimal | None:
        """Return the share that counts as able to carry tags, of amounts without their signs; None where all are 0.

        With signs a discount, which no resource carries, would lift the share above all.
        """
        whole = sum((abs(part.cost) for part in self.parts), Decimal(0))
        can = sum((abs(part.cost) for part in self.parts if part.can is not False), Decimal(0))
        return can / whole if whole else None


def why(verdict: str) -> str:
    """Return the sentence that says what a verdict means.

    >>> why("support")
    'a support plan covers accounts, not resources'
    """
    told = {
        TAGGABLE: "it can carry tags",
        UNKNOWN: "nobody knows: no line of the table fits; it counts as able to",
        NEGATIVE: "its resource gave back more than it cost in the month",
    }
    return told[verdict] if verdict in told else reasons()[verdict]


def service_spend(engine: Engine, month: date) -> list[ServiceSpend]:
    """Return every service of a month by currency, the dearest first.

    Args:
        engine: Has the table ``tag_facts``.
        month: First day of the billing period.
    """
    rows = engine.rows(
        "SELECT coalesce(ServiceProviderName, x_ProviderName) AS supplier, ServiceName AS service, BillingCurrency, "
        f"x_Taggable, coalesce(sum(EffectiveCost), 0), CAST(sum(x_Charges) AS BIGINT) FROM {FACTS} "
        "WHERE x_BillingPeriod = ? GROUP BY ALL",
        [month],
    )
    found: dict[tuple[str | None, str | None, str], list[VerdictSpend]] = {}
    for supplier, service, currency, *part in rows:
        found.setdefault((supplier, service, currency), []).append(VerdictSpend(*part))
    made = [ServiceSpend(month, *whose, _dearest_first(parts)) for whose, parts in found.items()]
    return sorted(made, key=lambda each: (each.currency, -abs(each.cost), each.supplier or "", each.service or ""))


def _dearest_first(parts: Sequence[VerdictSpend]) -> tuple[VerdictSpend, ...]:
    return tuple(sorted(parts, key=lambda each: (-abs(each.cost), each.verdict)))
