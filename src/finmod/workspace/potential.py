"""What commitments could save at most, as far as the bills tell: the maximum of the effective savings rate.

Owns the estimate. A service saves at most what its usage would cost at list price, times the best share that
commitments ever saved of what they covered there; services without any commitment tell nothing and are left out. A
price book would tell it better.

Source: FinOps Foundation, Effective Savings Rate; denominator theoretical maximum savings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import identifier
from finmod.ledger.reporting import REPORTING_COSTS
from finmod.marts.monthly import KNOWN, MONTH
from finmod.models.metrics import quotient
from finmod.workspace.measures import Measures

_LIST, _EFFECTIVE = REPORTING_COSTS["ListCost"], REPORTING_COSTS["EffectiveCost"]
_USED = "ChargeCategory = 'Usage' AND CommitmentDiscountStatus = 'Used'"
_ELIGIBLE = (
    "ChargeCategory = 'Usage' AND PricingCategory IS DISTINCT FROM 'Dynamic' "
    "AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'"
)


def potential_savings(
    books: Measures, columns: Sequence[str], tests: Sequence[str]
) -> dict[tuple[date, tuple[str | None, ...]], Decimal | None]:
    """Return month, member -> what commitments could have saved at most, in the reporting currency.

    Args:
        books: Where it is read.
        columns: What members are told by.
        tests: SQL of further conditions.
    """
    told = ", ".join([MONTH, *map(identifier, columns), "ServiceName"])
    where = " AND ".join([KNOWN["ListCost"], KNOWN["EffectiveCost"], *tests])
    rows = books.engine.rows(
        f"SELECT {told}, coalesce(sum({_LIST}) FILTER ({_USED}), 0), coalesce(sum({_EFFECTIVE}) FILTER ({_USED}), 0), "
        f"coalesce(sum({_LIST}) FILTER ({_ELIGIBLE}), 0) FROM {books.reported('charged')} WHERE {where} GROUP BY ALL"
    )
    covered: defaultdict[tuple[date, str | None], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for start, *_, service, listed, effective, _eligible in rows:
        covered[start, service][0] += listed
        covered[start, service][1] += effective
    best: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for (_, service), (listed, effective) in covered.items():
        if listed > 0:
            best[service] = max(best[service], quotient(listed - effective, listed))
    found: defaultdict[tuple[date, tuple[str | None, ...]], Decimal] = defaultdict(Decimal)
    for start, *rest in rows:
        member, (service, _, _, eligible) = tuple(rest[: len(columns)]), rest[len(columns) :]
        found[start, member] += eligible * best[service]
    return {place: amount.quantize(Decimal("1E-12")) for place, amount in found.items()}
