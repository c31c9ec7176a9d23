"""Charges in other currencies than the reporting currency whose rate is missing, or may still change.

Owns their findings. Which rate a charge has is told by ``rates.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine, literal
from finmod.ledger.rates import UsedRate
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum

_MOST_DAYS = 5


@dataclass(frozen=True)
class ForeignDay:
    """What charges of one day, in another currency than the reporting currency, sum up to.

    Attributes:
        source: Name of the source.
        billing_period: ``YYYY-MM``.
        currency: BillingCurrency.
        day: Charge date.
        charges: Number of charges.
        billed_cost: Sum of BilledCost, in ``currency``; None where all are unknown.
    """

    source: str
    billing_period: str
    currency: str
    day: date
    charges: int
    billed_cost: Decimal | None


def foreign_days(engine: Engine, rows: str, currency: str) -> list[ForeignDay]:
    """Return the days of charges in other currencies, sorted.

    Args:
        engine: Where to run.
        rows: A SELECT of the daily cube.
        currency: The reporting currency.
    """
    found = engine.rows(
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), BillingCurrency, x_ChargeDate, "
        f"CAST(sum(x_Charges) AS BIGINT), sum(BilledCost) FROM ({rows}) WHERE BillingCurrency <> {literal(currency)} "
        "GROUP BY ALL ORDER BY ALL"
    )
    return [ForeignDay(*row) for row in found]


def rate_findings(
    days: Sequence[ForeignDay], rates: Sequence[UsedRate], currency: str, *, is_named: bool
) -> list[Finding]:
    """Return a finding per source, billing period and currency of charges whose rate is missing, or may still change.

    Args:
        days: Days of charges in other currencies.
        rates: The rate of each of them.
        currency: The reporting currency.
        is_named: Whether the project names a table of exchange rates.
    """
    of_day = {(used.currency, used.charge_date): used for used in rates}

    def unknown(day: ForeignDay) -> bool:
        return of_day[day.currency, day.day].rate is None

    def open_still(day: ForeignDay) -> bool:
        return not unknown(day) and not of_day[day.currency, day.day].is_final

    why = "" if is_named else " finmod.yaml names no exchange rates."
    lost = f"The table of exchange rates has no rate from {{}} to {currency} for charges of {{}}."
    later = f"Charges are converted to {currency} by rates that a later one may replace: {{}} of {{}}."
    return [
        *_per_period(days, unknown, lambda name, text: lost.format(name, text) + why, "FM1430"),
        *_per_period(days, open_still, later.format, "FM1431"),
    ]


def _per_period(
    days: Sequence[ForeignDay], is_meant: Callable[[ForeignDay], bool], message: Callable[[str, str], str], code: str
) -> list[Finding]:
    groups: dict[tuple[str, str, str], list[ForeignDay]] = {}
    for day in filter(is_meant, days):
        groups.setdefault((day.source, day.billing_period, day.currency), []).append(day)
    return [
        Finding(
            code=code,
            severity="warning" if code == "FM1430" else "info",
            message=message(currency, _listed([day.day for day in group])),
            source=source,
            billing_period=month,
            column="BillingCurrency",
            rows=sum(day.charges for day in group),
            amount=known_sum(day.billed_cost for day in group),
            currency=currency,
            example=f"{currency} {group[0].day.isoformat()}",
        )
        for (source, month, currency), group in groups.items()
    ]


def _listed(days: Sequence[date]) -> str:
    shown = ", ".join(day.isoformat() for day in days[:_MOST_DAYS])
    return f"{shown} and {len(days) - _MOST_DAYS:,} more days" if len(days) > _MOST_DAYS else shown
