"""What is told of days and weeks that is not all of them: charges whose days nobody knows, bills that do not reach on.

Owns these two findings. What was loaded before the ledger kept on how many days charges run has its whole cost on the
day on which it begins; all else is spread over its days. Where bills by the day end within a month that goes on, what
runs on is told alone. A month has all of it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal

from finmod.engines.duckdb import Engine, literal
from finmod.errors import counted
from finmod.ledger.applied import Run, files_of
from finmod.ledger.closes import closes
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import DAY_OF_MONTH, LONGEST_DAY, whole
from finmod.ledger.tables import ALLOCATED, CHARGES
from finmod.terms.calendars import FiscalPeriod
from finmod.terms.findings import Finding, codes
from finmod.terms.periods import months_before

_CUT, _RUNS_ON = "FM2441", "FM2442"
_A_DAY = timedelta(days=1)
# Of fewer days nothing can be said.
_LEAST_DAYS = 5


def cut_charges(
    engine: Engine, ledger: Ledger, run: Run, periods: Collection[FiscalPeriod], currency: str
) -> Iterator[Finding]:
    """Yield how many charges that do not lie within one of some periods stand in one alone, and what they cost.

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
        if _month(file.parent.name) in {month for _, month in places}
    ]
    among = ", ".join(f"({literal(source)}, DATE '{month}')" for source, month in sorted(places))
    spans = ", ".join(f"(DATE '{each.first}', DATE '{each.end}')" for each in periods)
    last = "least(CAST(make_timestamp(epoch_us(ChargePeriodEnd) - 1) AS DATE), last_day(x_BillingPeriod))"
    count, cost, others = engine.row(
        "SELECT count(*), coalesce(sum(EffectiveCost) FILTER (BillingCurrency = ?), 0), "
        "count(*) FILTER (BillingCurrency IS DISTINCT FROM ?) "
        f"FROM (SELECT *, {DAY_OF_MONTH} AS begins, {last} AS ends FROM {whole(CHARGES, files)} "
        f"WHERE EffectiveCost <> 0 AND (x_Source, x_BillingPeriod) IN ({among}) "
        f"AND epoch_us(ChargePeriodEnd) - epoch_us(ChargePeriodStart) > {LONGEST_DAY}) "
        f"SEMI JOIN (VALUES {spans}) AS period(first, until) "
        "ON begins < until AND ends >= first AND (begins < first OR ends >= until)",
        [currency, currency],
    )
    if count:
        message = (
            f"{counted(count, 'charge')} of more than a day, loaded before the ledger kept on how many days charges "
            "run, {verb} not within one period: the cost stands whole in the one of the first day, and others lack it"
        ).format(verb="lies" if count == 1 else "lie")
        amount: Decimal | None = None if others else cost
        yield Finding(
            code=_CUT, message=message, severity=codes()[_CUT].severity, rows=count, amount=amount,
            currency=None if amount is None else currency, measure="EffectiveCost",
        )  # fmt: skip


def billed_until(engine: Engine, ledger: Ledger, run: Run) -> date | None:
    """Return the last day that bills by the day reach, where charges of an open month run on after it; else None.

    There are such bills where charges of a day lie on most days of the last two months until one, from the first on
    that has some. Without them, or where they reach as far as all others, nothing is odd.

    Args:
        engine: Where to read.
        ledger: Has the rows.
        run: The applied allocation.
    """
    files = files_of(ledger, ALLOCATED, run)
    newest = max((_month(file.parent.name) for file in files), default=None)
    if newest is None:
        return None
    lately = [file for file in files if _month(file.parent.name) in {newest, months_before(newest, 1)}]
    of_a_day = "coalesce(x_ChargeDays, 1) = 1 AND x_TrueUpOf IS NULL AND x_AllocationOf IS NULL"
    first, last, days, told = engine.row(
        f"SELECT min({DAY_OF_MONTH}) FILTER ({of_a_day}), max({DAY_OF_MONTH}) FILTER ({of_a_day}), "
        f"count(DISTINCT {DAY_OF_MONTH}) FILTER ({of_a_day}), max({DAY_OF_MONTH} + coalesce(x_ChargeDays, 1) - 1) "
        f"FROM {whole(ALLOCATED, lately)}"
    )
    if days < _LEAST_DAYS or 2 * days <= (last - first).days + 1 or last >= told:
        return None
    until: date = last
    after = (until + _A_DAY).replace(day=1)
    return None if closes(engine, ledger, ledger.head(engine)).of(after) else until


def runs_on(until: date | None, periods: Collection[FiscalPeriod]) -> Iterator[Finding]:
    """Yield that what is told of days after those that bills by the day reach is of charges alone that run on.

    Args:
        until: The last day that they reach; None for nothing to say.
        periods: What is told.
    """
    if until is not None and any(each.end > until + _A_DAY for each in periods):
        message = (
            f"Bills by the day reach until {until}: of days after it, charges alone are told that began before or run "
            "on, and what else they cost is not known yet"
        )
        yield Finding(code=_RUNS_ON, message=message, severity=codes()[_RUNS_ON].severity, measure="EffectiveCost")


def _month(folder: str) -> date:
    return date.fromisoformat(folder.partition("=")[2])
