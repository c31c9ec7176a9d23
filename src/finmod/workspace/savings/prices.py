"""Prices and rates that bills themselves show: at which rate commitments cover usage, what a successor costs.

Owns where they are looked up: the month itself, and for rates the months before it, the latest that has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import literal
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS
from finmod.marts.savings_evidence import METER
from finmod.models.metrics import quotient
from finmod.taxonomy.keyed import months_of
from finmod.terms.savings import Successor
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.savings.evidence import files_of, month_of

_BACK: Final = 12
_KEY: Final = "x_Source, x_BillingPeriod, x_ChargeKey"

Service = tuple[str, str | None]
"""Source and service."""


@dataclass(frozen=True)
class Rate:
    """At which rate commitments cover a service.

    Attributes:
        rate: Effective cost of what they cover, as a share of its contracted cost; 1 and more where they save nothing.
        month: Of the bill that shows it.
    """

    rate: Decimal
    month: date


def covered_rates(books: Measures, month: date, services: Iterable[Service]) -> dict[Service, Rate]:
    """Return the rate of each service of which this month's bill, or one of the twelve before it, shows one.

    Charges of which one of the two costs is unknown tell none.
    """
    wanted, found = set(services), dict[Service, Rate]()
    earlier = [each for each in months_of(books.ledger, books.snapshot) if each <= month][-_BACK - 1 :]
    # Most often the month itself has them; what it lacks is looked up in all the others at once.
    for months in ([month], earlier[-2::-1]):
        if wanted - found.keys():
            rates = _rates(books, months)
            for each in months:
                new = {place: Rate(rate, each) for place, rate in rates[each].items() if place in wanted - found.keys()}
                found |= new
    return found


def _rates(books: Measures, months: Sequence[date]) -> dict[date, dict[Service, Decimal]]:
    """Return month -> the rates that its bill shows; each month is read once."""
    kept: dict[date, dict[Service, Decimal]] = books.kept.setdefault("rates of commitments", {})
    new = [each for each in months if each not in kept]
    if new:
        kept.update({each: {} for each in new})
        for month, source, service, effective, contracted in books.engine.rows(_rates_sql(books, new)):
            kept[month][source, service] = quotient(effective, contracted)
    return kept


def _rates_sql(books: Measures, months: Sequence[date]) -> str:
    days, keys = (
        whole(table, [file for file in books.ledger.files(table, books.snapshot) if month_of(file) in months])
        for table in (CHARGE_DAYS, CHARGE_KEYS)
    )
    return (
        "SELECT x_BillingPeriod, x_Source, ServiceName, sum(EffectiveCost), sum(ContractedCost) FROM ("
        f"SELECT {_KEY}, ServiceName FROM {keys} WHERE ChargeCategory = 'Usage' AND ChargeClass IS NULL "
        f"AND CommitmentDiscountStatus = 'Used') JOIN {days} AS d USING ({_KEY}) "
        "WHERE d.x_UnknownEffectiveCost = 0 AND d.x_UnknownContractedCost = 0 GROUP BY ALL HAVING "
        "sum(ContractedCost) > 0 AND sum(EffectiveCost) > 0"
    )


@dataclass(frozen=True)
class Pair:
    """An older kind and its successor in one region of one source.

    Attributes:
        source: Name of the source.
        region: RegionId.
        old: Meter of the older kind.
        new: Meter of the newer one.
    """

    source: str
    region: str | None
    old: str
    new: str


def successor_of(meter: str, successors: Sequence[Successor]) -> tuple[Successor, str] | None:
    """Return what takes the place of a meter's kind, and the meter that it has; None where nothing does.

    No letter or digit may stand before the older kind's name: ``m4.`` is no part of ``xm4.``.

    >>> found = successor_of("USE1-BoxUsage:m4.large", [Successor(old="m4.", new="m5.", share=Decimal("0.04"))])
    >>> found and found[1]
    'USE1-BoxUsage:m5.large'
    """
    for each in successors:
        found = re.search(rf"(?<![A-Za-z0-9]){re.escape(each.old)}", meter, re.IGNORECASE)
        if found:
            return each, meter[: found.start()] + each.new + meter[found.end() :]
    return None


@dataclass(frozen=True)
class Prices:
    """What an older kind and its successor cost on one bill: contracted cost and quantity of each.

    Attributes:
        old: Of the older kind.
        new: Of the newer one.
        unit: PricingUnit.
        currency: BillingCurrency.
    """

    old: tuple[Decimal, Decimal]
    new: tuple[Decimal, Decimal]
    unit: str
    currency: str


def seen_prices(books: Measures, month: date, pairs: Iterable[Pair]) -> dict[Pair, Prices]:
    """Return what both kinds of a pair cost, where the month's bill has both on demand, in one unit."""
    every = {*pairs}
    if not every:
        return {}
    meters = ", ".join(literal(name) for name in sorted({each for pair in every for each in (pair.old, pair.new)}))
    days, keys = (whole(table, files_of(books, table, first=month, last=month)) for table in (CHARGE_DAYS, CHARGE_KEYS))
    rows = books.engine.rows(
        "SELECT x_Source, RegionId, meter, PricingUnit, BillingCurrency, sum(ContractedCost), sum(PricingQuantity) "
        f"FROM (SELECT {_KEY}, RegionId, {METER} AS meter, PricingUnit, BillingCurrency FROM {keys} WHERE "
        f"ChargeCategory = 'Usage' AND ChargeClass IS NULL AND CommitmentDiscountStatus IS NULL AND {METER} IN "
        f"({meters}) AND PricingUnit IS NOT NULL AND coalesce(PricingCategory, 'Standard') = 'Standard') "
        f"JOIN {days} AS d USING ({_KEY}) WHERE d.x_UnknownContractedCost = 0 AND d.PricingQuantity > 0 "
        "GROUP BY ALL HAVING sum(ContractedCost) > 0 ORDER BY ALL"
    )
    told = {tuple(place): (cost, quantity) for *place, cost, quantity in rows}
    found: dict[Pair, Prices] = {}
    for pair in every:
        for (source, region, meter, unit, currency), old in told.items():
            new = told.get((source, region, pair.new, unit, currency))
            if (source, region, meter) == (pair.source, pair.region, pair.old) and new is not None:
                found.setdefault(pair, Prices(old, new, unit, currency))
    return found
