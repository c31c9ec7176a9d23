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
        cost: EffectiveCost of those charges of which it is known; None where it is of none.
        charges: Number of charges.
        unknown_charges: Those of them whose EffectiveCost is not known.
    """

    verdict: str
    cost: Decimal | None
    charges: int
    unknown_charges: int

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
    def cost(self) -> Decimal | None:
        """Return the EffectiveCost of all of it, as ``known_cost`` does."""
        return known_cost(self.parts)

    @property
    def taggable(self) -> Decimal | None:
        """Return the EffectiveCost that counts as able to carry tags: what is not known not to be."""
        return known_cost([part for part in self.parts if part.can is not False])

    @property
    def unsure(self) -> Decimal | None:
        """Return that part of it of which nobody knows whether it can."""
        return known_cost([part for part in self.parts if part.can is None])

    @property
    def share(self) -> Decimal | None:
        """Return the share that counts as able to carry tags, of amounts without their signs.

        With signs a discount, which no resource carries, would lift the share above all. None where all amounts are 0,
        and where nothing is known of the cost of a part.
        """
        whole = can = Decimal(0)
        for part in self.parts:
            if part.cost is None:
                return None
            whole += abs(part.cost)
            can += abs(part.cost) if part.can is not False else 0
        return can / whole if whole else None


def known_cost(parts: Sequence[VerdictSpend]) -> Decimal | None:
    """Return the EffectiveCost of parts as far as it is known; 0 where there is no part, None where all are unknown."""
    known = [part.cost for part in parts if part.cost is not None]
    return sum(known, Decimal(0)) if known or not parts else None


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
        "x_Taggable, sum(EffectiveCost), CAST(sum(x_Charges) AS BIGINT), "
        f"CAST(sum(x_UnknownEffectiveCost) AS BIGINT) FROM {FACTS} "
        "WHERE x_BillingPeriod = ? GROUP BY ALL",
        [month],
    )
    found: dict[tuple[str | None, str | None, str], list[VerdictSpend]] = {}
    for supplier, service, currency, *part in rows:
        found.setdefault((supplier, service, currency), []).append(VerdictSpend(*part))
    made = [ServiceSpend(month, *whose, _dearest_first(parts)) for whose, parts in found.items()]
    return sorted(made, key=lambda each: (each.currency, -_size(each.cost), each.supplier or "", each.service or ""))


def _dearest_first(parts: Sequence[VerdictSpend]) -> tuple[VerdictSpend, ...]:
    return tuple(sorted(parts, key=lambda each: (-_size(each.cost), each.verdict)))


def _size(cost: Decimal | None) -> Decimal:
    """Return by what amounts are put in order: what is not known comes last."""
    return Decimal(0) if cost is None else abs(cost)
