"""What commitments could save at most, as far as the bills tell: the maximum of the effective savings rate.

Owns the estimate. A service saves at most what its usage would cost at list price, times the best share that
commitments ever saved of what they covered there; services without any commitment tell nothing and are left out. A
price book would tell it better. What no exchange rate tells is unknown, and so is what a share is made of that is.

Source: FinOps Foundation, Effective Savings Rate; denominator theoretical maximum savings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import identifier
from finmod.ledger.reporting import REPORTING_COSTS
from finmod.marts.monthly import KNOWN, MONTH
from finmod.models.metrics import quotient
from finmod.workspace.metrics.measures import Measures

_LIST, _EFFECTIVE = REPORTING_COSTS["ListCost"], REPORTING_COSTS["EffectiveCost"]
_PLACES = Decimal("1E-12")
_USED = "ChargeCategory = 'Usage' AND CommitmentDiscountStatus = 'Used'"
_ELIGIBLE = (
    "ChargeCategory = 'Usage' AND PricingCategory IS DISTINCT FROM 'Dynamic' "
    "AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'"
)


def potential_savings(
    books: Measures, columns: Sequence[str], tests: Sequence[str]
) -> dict[tuple[date, tuple[str | None, ...]], Decimal | None]:
    """Return month, member -> what commitments could have saved at most, in the reporting currency.

    None where usage of the member, or any usage that commitments covered in one of its services, is in a currency
    without an exchange rate.

    Args:
        books: Where it is read.
        columns: What members are told by.
        tests: SQL of further conditions.
    """
    told = ", ".join([MONTH, *map(identifier, columns), "ServiceName"])
    where = " AND ".join([KNOWN["ListCost"], KNOWN["EffectiveCost"], *tests])
    unrated = f"({_LIST} IS NULL OR {_EFFECTIVE} IS NULL)"  # the costs themselves are known
    rows = books.engine.rows(
        f"SELECT {told}, coalesce(sum({_LIST}) FILTER ({_USED}), 0), coalesce(sum({_EFFECTIVE}) FILTER ({_USED}), 0), "
        f"coalesce(sum({_LIST}) FILTER ({_ELIGIBLE}), 0), count(*) FILTER ({_USED} AND {unrated}), "
        f"count(*) FILTER ({_ELIGIBLE} AND {unrated}) FROM {books.reported('charged')} WHERE {where} GROUP BY ALL"
    )
    best = _best((start, *rest[len(columns) :]) for start, *rest in rows)
    found: dict[tuple[date, tuple[str | None, ...]], Decimal | None] = {}
    for start, *rest in rows:
        place, (service, _, _, eligible, _, abroad) = (start, tuple(rest[: len(columns)])), rest[len(columns) :]
        share, before = best[service], found.get(place, Decimal(0))
        is_known = before is not None and not abroad and (share is not None or not eligible)
        found[place] = (before or Decimal(0)) + eligible * (share or Decimal(0)) if is_known else None
    return {place: None if each is None else each.quantize(_PLACES) for place, each in found.items()}


def _best(rows: Iterable[Sequence[Any]]) -> dict[str | None, Decimal | None]:
    """Return service -> the best share that commitments saved in a month; None where some of it has no rate."""
    covered: defaultdict[tuple[date, str | None], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    best: dict[str | None, Decimal | None] = {}
    unknown: set[str | None] = set()
    for start, service, listed, effective, _, lacking, _ in rows:
        covered[start, service][0] += listed
        covered[start, service][1] += effective
        best[service] = Decimal(0)
        if lacking:
            unknown.add(service)
    for (_, service), (listed, effective) in covered.items():
        if listed > 0:
            best[service] = max(best[service] or Decimal(0), quotient(listed - effective, listed))
    return {service: None if service in unknown else share for service, share in best.items()}
