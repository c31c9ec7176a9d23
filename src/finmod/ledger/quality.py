"""Odd patterns over whole billing periods: repeated charges, and days that are missing.

Owns the SQL of both. They are looked for by a check, not by a load: the first needs every charge at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import printable
from finmod.focus.columns import COSTS, MEASURES
from finmod.ledger.reduce import relation
from finmod.terms.findings import Finding

# Below this share of days with charges a bill is not daily, and a missing day says nothing.
_DAILY = 0.8


def repeated_charges(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source, billing period and currency in which equal charges stand more than once.

    Charges are equal when key, charge period and every amount are. Charges of one period are compared, and
    amounts are those of the charges beyond the first.
    """
    found = []
    for path in charges:
        amounts = ", ".join((*COSTS, *MEASURES[len(COSTS) :]))
        rows = engine.rows(
            "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), BillingCurrency, CAST(sum(n - 1) AS BIGINT), sum(b * (n - 1)), "
            "arg_min(f, r), min(r) FROM (SELECT any_value(x_Source) AS x_Source, any_value(x_BillingPeriod) AS x_BillingPeriod, "
            "any_value(BillingCurrency) AS BillingCurrency, any_value(BilledCost) AS b, count(*) AS n, any_value(x_File) AS f, "
            f"max(x_Row) AS r FROM {relation([path])} GROUP BY hash(x_ChargeKey, ChargePeriodStart, ChargePeriodEnd, {amounts}) "
            "HAVING count(*) > 1) GROUP BY ALL ORDER BY ALL"
        )
        found += [
            Finding(
                code="FM1205",
                severity="warning",
                message=f"{count:,} charges equal another one in everything but their place in the file.",
                source=source,
                billing_period=month,
                rows=count,
                amount=billed,
                currency=currency,
                where=f"{printable(file)}, row {row:,}",
            )
            for source, month, currency, count, billed, file, row in rows
        ]
    return found


def missing_days(engine: Engine, days: Sequence[Path]) -> list[Finding]:
    """Return a finding per source and billing period of daily bills in which days between the first and last are missing."""
    rows = engine.rows(
        "WITH present AS (SELECT DISTINCT x_Source, x_BillingPeriod, x_ChargeDate AS d "
        f"FROM {relation(list(days))} WHERE date_trunc('month', x_ChargeDate) = x_BillingPeriod), "
        "span AS (SELECT x_Source, x_BillingPeriod, min(d) AS first, max(d) AS last, count(*) AS n FROM present GROUP BY ALL), "
        "missing AS (SELECT x_Source, x_BillingPeriod, n, last - first + 1 AS days, "
        "unnest(generate_series(first, last, INTERVAL 1 DAY))::DATE AS d FROM span) "
        "SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m'), list(strftime(d, '%Y-%m-%d') ORDER BY d) FROM missing ANTI JOIN present "
        f"USING (x_Source, x_BillingPeriod, d) WHERE n >= {_DAILY} * days GROUP BY ALL ORDER BY ALL"
    )
    return [
        Finding(
            code="FM1403",
            severity="warning",
            message=f"No charge on {', '.join(dates[:5])}{' and more' if len(dates) > 5 else ''}.",  # noqa: PLR2004
            source=source,
            billing_period=month,
            column="ChargePeriodStart",
            example=dates[0],
        )
        for source, month, dates in rows
    ]
