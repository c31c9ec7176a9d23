"""Charges in other currencies than the reporting currency whose rate is missing, may still change, or is kept.

Owns their findings. Which rate a charge has is told by ``rates.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine, literal
from finmod.ledger.reporting import Reporting
from finmod.terms.findings import Finding
from finmod.terms.money import known_sum, plain

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
        bill: First day of the month of their bill: of true-ups the restated month, of others ``billing_period``.
    """

    source: str
    billing_period: str
    currency: str
    day: date
    charges: int
    billed_cost: Decimal | None
    bill: date


def foreign_days(engine: Engine, rows: str, currency: str) -> list[ForeignDay]:
    """Return the days of charges in other currencies, sorted.

    Args:
        engine: Where to run.
        rows: A SELECT of the daily cube.
        currency: The reporting currency.
    """
    found = engine.rows(
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), BillingCurrency, x_ChargeDate, "
        "CAST(sum(x_Charges) AS BIGINT), sum(BilledCost), coalesce(x_TrueUpOf, x_BillingPeriod) AS bill "
        f"FROM ({rows}) WHERE BillingCurrency <> {literal(currency)} GROUP BY ALL ORDER BY ALL"
    )
    return [ForeignDay(*row) for row in found]


def rate_findings(days: Sequence[ForeignDay], money: Reporting, *, is_named: bool) -> list[Finding]:
    """Return a finding per source, billing period and currency of charges whose rate is missing, or may still change.

    So are those told of whose month was closed with another rate than the table has now.

    Args:
        days: Days of charges in other currencies.
        money: The reporting currency, with the rate of each of them.
        is_named: Whether the project names a table of exchange rates.
    """
    currency = money.currency

    def unknown(day: ForeignDay) -> bool:
        return money.used(day.bill, day.currency, day.day).rate is None

    def open_still(day: ForeignDay) -> bool:
        return not unknown(day) and not money.used(day.bill, day.currency, day.day).is_final

    def changed(day: ForeignDay) -> bool:
        return (day.bill, day.currency, day.day) in money.differing

    def apart(day: ForeignDay) -> str:
        now = money.of_table[day.currency, day.day].rate
        kept = money.used(day.bill, day.currency, day.day).rate
        return f"{day.currency} {day.day}: {_plain(kept)} kept, now {'none' if now is None else _plain(now)}"

    whose = "The table of exchange rates has" if is_named else "finmod.yaml names no exchange rates, so that there is"
    lost = f"{whose} no rate from {{}} to {currency} for charges of {{}}."
    later = f"Charges are converted to {currency} by rates that a later one may replace: {{}} of {{}}."
    closed = f"A close keeps other rates to {currency} than the table of exchange rates has now: {{}} of {{}}."
    return [
        *_per_period(days, unknown, lost.format, "FM1430"),
        *_per_period(days, open_still, later.format, "FM1431"),
        *_per_period(days, changed, closed.format, "FM1438", apart),
    ]


def _plain(rate: Decimal | None) -> str:
    return "" if rate is None else plain(rate)


def _example(day: ForeignDay) -> str:
    return f"{day.currency} {day.day.isoformat()}"


def _per_period(
    days: Sequence[ForeignDay],
    is_meant: Callable[[ForeignDay], bool],
    message: Callable[[str, str], str],
    code: str,
    example: Callable[[ForeignDay], str] = _example,
) -> list[Finding]:
    groups: dict[tuple[str, str, str], list[ForeignDay]] = {}
    for day in filter(is_meant, days):
        groups.setdefault((day.source, day.billing_period, day.currency), []).append(day)
    return [
        Finding(
            code=code,
            severity="warning" if code == "FM1430" else "info",
            message=message(currency, _listed([*dict.fromkeys(day.day for day in group)])),
            source=source,
            billing_period=month,
            column="BillingCurrency",
            rows=sum(day.charges for day in group),
            amount=known_sum(day.billed_cost for day in group),
            currency=currency,
            example=example(group[0]),
        )
        for (source, month, currency), group in groups.items()
    ]


def _listed(days: Sequence[date]) -> str:
    shown = ", ".join(day.isoformat() for day in days[:_MOST_DAYS])
    return f"{shown} and {len(days) - _MOST_DAYS:,} more days" if len(days) > _MOST_DAYS else shown
