"""Charges of more than a day that days or weeks cut, where the ledger does not know on how many days they run.

Owns that this is told. What was loaded before the ledger kept that number has its whole cost on the day on which it
begins; all else is spread over its days. A month has all of it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted
from finmod.ledger.applied import Run, files_of
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import LONGEST_DAY, whole
from finmod.ledger.tables import ALLOCATED, CHARGES
from finmod.terms.calendars import FiscalPeriod
from finmod.terms.findings import Finding, codes

_CODE = "FM2441"


def cut_charges(
    engine: Engine, ledger: Ledger, run: Run, periods: Collection[FiscalPeriod], currency: str
) -> Iterator[Finding]:
    """Yield how many charges that begin in some periods end in later ones, and what they cost.

    Args:
        engine: Where to read.
        ledger: Has the charges.
        run: The applied allocation, whose rows know on how many days they run, or do not.
        periods: Days, or periods of weeks.
        currency: The reporting currency; what charges in others cost is not told.
    """
    months = {day.replace(day=1) for each in periods for day in (each.first, each.end)}
    rows = whole(ALLOCATED, files_of(ledger, ALLOCATED, run))
    untold = engine.rows(
        f"SELECT DISTINCT x_Source, x_BillingPeriod FROM {rows} "
        "WHERE x_ChargeDays IS NULL AND x_TrueUpOf IS NULL AND x_AllocationOf IS NULL"
    )
    places = {(source, month) for source, month in untold if months and min(months) <= month <= max(months)}
    if not places:
        return
    files = [
        file
        for file in ledger.files(CHARGES, ledger.at(engine, run.ledger_version))
        if date.fromisoformat(file.parent.name.partition("=")[2]) in {month for _, month in places}
    ]
    among = ", ".join(f"({literal(source)}, DATE '{month}')" for source, month in sorted(places))
    spans = ", ".join(f"(DATE '{each.first}', DATE '{each.end}')" for each in periods)
    count, cost, others = engine.row(
        f"SELECT count(*), coalesce(sum(EffectiveCost) FILTER (BillingCurrency = ?), 0), "
        f"count(*) FILTER (BillingCurrency IS DISTINCT FROM ?) FROM {whole(CHARGES, files)} AS each "
        f"JOIN (VALUES {spans}) AS period(first, until) ON CAST(ChargePeriodStart AS DATE) >= first "
        "AND CAST(ChargePeriodStart AS DATE) < until AND CAST(ChargePeriodEnd AS TIMESTAMP) > CAST(until AS TIMESTAMP) "
        f"WHERE epoch_us(ChargePeriodEnd) - epoch_us(ChargePeriodStart) > {LONGEST_DAY} AND EffectiveCost <> 0 "
        f"AND (x_Source, x_BillingPeriod) IN ({among})",
        [currency, currency],
    )
    if count:
        message = (
            f"{counted(count, 'charge')} of more than a day, loaded before the ledger kept on how many days charges "
            "run, end after the period in which they begin: their cost stands in that one whole, and periods after it "
            "lack their part"
        )
        amount: Decimal | None = None if others else cost
        yield Finding(
            code=_CODE, message=message, severity=codes()[_CODE].severity, rows=count, amount=amount,
            currency=None if amount is None else currency, measure="EffectiveCost",
        )  # fmt: skip
