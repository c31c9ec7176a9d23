"""Charges of more than a day that days or weeks cut: their whole cost stands on the day on which they begin.

Owns that this is told. Bills by the month, licences and support plans have such charges; a month has all of them whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.errors import counted
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGES
from finmod.terms.calendars import FiscalPeriod
from finmod.terms.findings import Finding, codes

_CODE = "FM2441"


def cut_charges(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, periods: Collection[FiscalPeriod], currency: str
) -> Iterator[Finding]:
    """Yield how many charges that begin in some periods end in later ones, and what they cost.

    Args:
        engine: Where to read.
        ledger: Has the charges.
        snapshot: Its state.
        periods: Days, or periods of weeks.
        currency: The reporting currency; what charges in others cost is not told.
    """
    months = {day.replace(day=1) for each in periods for day in (each.first, each.end)}
    if not months:
        return
    first, last = min(months), max(months)
    files = [
        file
        for file in ledger.files(CHARGES, snapshot)
        if first <= date.fromisoformat(file.parent.name.partition("=")[2]) <= last
    ]
    spans = ", ".join(f"(DATE '{each.first}', DATE '{each.end}')" for each in periods)
    count, cost, others = engine.row(
        f"SELECT count(*), coalesce(sum(EffectiveCost) FILTER (BillingCurrency = ?), 0), "
        f"count(*) FILTER (BillingCurrency IS DISTINCT FROM ?) FROM {whole(CHARGES, files)} AS each "
        f"JOIN (VALUES {spans}) AS period(first, until) ON CAST(ChargePeriodStart AS DATE) >= first "
        "AND CAST(ChargePeriodStart AS DATE) < until AND CAST(ChargePeriodEnd AS TIMESTAMP) > CAST(until AS TIMESTAMP) "
        "WHERE ChargePeriodEnd > ChargePeriodStart + INTERVAL 1 DAY AND EffectiveCost <> 0",
        [currency, currency],
    )
    if count:
        message = (
            f"{counted(count, 'charge')} of more than a day, such as those of bills by the month, end after the period "
            "in which they begin: their cost stands in that one whole, and periods after it lack their part"
        )
        amount: Decimal | None = None if others else cost
        yield Finding(
            code=_CODE, message=message, severity=codes()[_CODE].severity, rows=count, amount=amount,
            currency=None if amount is None else currency, measure="EffectiveCost",
        )  # fmt: skip
