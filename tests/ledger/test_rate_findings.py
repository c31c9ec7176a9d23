"""Findings about missing rates and rates that may still change."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.ledger.rate_findings import ForeignDay, foreign_days, rate_findings
from finmod.ledger.rates import UsedRate
from finmod.ledger.reporting import Reporting

FIRST, SECOND = date(2026, 9, 1), date(2026, 9, 2)


def day(currency: str, when: date, cost: str | None = "1.5", source: str = "saas") -> ForeignDay:
    return ForeignDay(source, "2026-09", currency, when, 2, None if cost is None else Decimal(cost), FIRST)


def test_days_of_other_currencies_are_summed_by_source_month_currency_and_day(engine: Engine) -> None:
    rows = (
        "SELECT 'saas' AS x_Source, DATE '2026-09-01' AS x_BillingPeriod, c AS BillingCurrency, DATE '2026-09-02' AS "
        "x_ChargeDate, NULL::DATE AS x_TrueUpOf, 2::BIGINT AS x_Charges, CAST(a AS DECIMAL(38,12)) AS BilledCost "
        "FROM (VALUES ('EUR', '1'), ('EUR', '0.5'), ('USD', '7'), ('CHF', NULL)) AS given (c, a)"
    )
    assert foreign_days(engine, rows, "USD") == [
        ForeignDay("saas", "2026-09", "CHF", SECOND, 2, None, FIRST),
        ForeignDay("saas", "2026-09", "EUR", SECOND, 4, Decimal("1.5"), FIRST),
    ]


def test_what_is_missing_is_told_per_source_and_currency_and_what_is_final_is_not_told() -> None:
    days = [day("CHF", FIRST, None), day("EUR", FIRST), day("EUR", SECOND), day("EUR", SECOND, source="aws")]
    rates = (
        UsedRate("CHF", FIRST),
        UsedRate("EUR", FIRST, Decimal(1), FIRST, "direct", is_final=True),
        UsedRate("EUR", SECOND, Decimal(1), FIRST, "direct"),
    )
    found = rate_findings(days, Reporting("USD", rates), is_named=True)
    assert [(item.code, item.source, item.currency, item.rows, item.amount) for item in found] == [
        ("FM1430", "saas", "CHF", 2, None),
        ("FM1431", "saas", "EUR", 2, Decimal("1.5")),
        ("FM1431", "aws", "EUR", 2, Decimal("1.5")),
    ]
    assert found[0].message == "The table of exchange rates has no rate from CHF to USD for charges of 2026-09-01."
    assert rate_findings(days[1:2], Reporting("USD", rates), is_named=True) == []
