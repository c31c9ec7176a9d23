"""The ledger's own total beside a statement: what was charged, by billing currency.

Owns the reduction of the daily cube to a row per month and currency, kept beside the ledger until its files change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.focus.columns import COSTS
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reductions import reduced
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, TRUE_UPS
from finmod.marts.catalogue import view_sql
from finmod.normalize.charges import DECIMAL
from finmod.workspace.pnl.periods import Periods

_SHAPE = "1"


def ledger_totals(
    engine: Engine, ledger: Ledger, snapshot: Snapshot, cost: str, periods: Periods
) -> dict[str, Decimal]:
    """Return what was charged in the months that periods have days of, by billing currency.

    Args:
        engine: Where to read.
        ledger: Has the charges.
        snapshot: Its state.
        cost: FOCUS id of the cost.
        periods: Which.
    """
    charges = view_sql("charges_daily", ledger, snapshot)
    months = ", ".join(f"DATE '{month}'" for month in periods.months())
    return dict(
        engine.rows(
            f"SELECT coalesce(BillingCurrency, ''), coalesce(sum({cost}), 0) "
            f"FROM {_months(engine, ledger, snapshot, charges, periods)} WHERE x_BillingPeriod IN ({months}) GROUP BY 1"
        )
    )


def _months(engine: Engine, ledger: Ledger, snapshot: Snapshot, charges: str, periods: Periods) -> str:
    sums = ", ".join(f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in COSTS)

    def select(months: Sequence[date]) -> str:
        chosen = ", ".join(f"DATE '{month}'" for month in months) or "NULL"
        return (
            f"SELECT x_BillingPeriod, BillingCurrency, {sums} FROM ({charges}) WHERE x_BillingPeriod IN ({chosen}) "
            "GROUP BY ALL"
        )

    # True-ups of closed months are booked in others: those of all months count.
    true_ups = sorted(f"{file.parent.name}/{file.name}" for file in ledger.files(TRUE_UPS, snapshot))
    marks: dict[date, tuple[str, ...]] = dict.fromkeys(periods.told, (_SHAPE, *true_ups))
    for table in (CHARGE_DAYS, CHARGE_KEYS):
        for file in sorted(ledger.files(table, snapshot)):
            month = date.fromisoformat(file.parent.name.partition("=")[2])
            if month in marks:
                marks[month] += (_name(file),)
    return reduced(engine, ledger.store, "charged_totals", marks, select)


def _name(file: Path) -> str:
    return f"{file.parent.parent.name}/{file.name}"
