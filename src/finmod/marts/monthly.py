"""Monthly reductions: what each target cost a month by source, service, category and pool, and what was charged.

Owns their SQL. From them metrics and the product P&L are made: a question about years reads thousands of rows, not
millions. Charges in the reporting currency come to one row a month; those in others keep their days, since each day has
its own exchange rate.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run, files_of
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.reductions import reduced
from finmod.ledger.tables import ALLOCATED, Table
from finmod.marts.allocated import with_dimensions
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL

MONTH: Final = "x_BillingPeriod"
BILL: Final = "x_BillOf"
"""Column of a reduction: the month of the bill that rows are of, whose exchange rates they have."""

_SHAPE = "1"
"""Changes where the rows of a reduction would be others for the same files."""


def allocated_months(
    engine: Engine, ledger: Ledger, run: Run | None, currency: str, *, table: Table = ALLOCATED
) -> str:
    """Return SQL of what each target cost a month, of an applied allocation.

    Grain: billing period, source, currency, service, charge category, pool and dimensions; rows in another currency
    than the project's by day of charge and month of the bill too. Costs in BillingCurrency, with the number of charges
    whose cost is unknown. Of the levels (``table``) there is no source, service, category and pool, but the level.

    Args:
        engine: Where it is made.
        ledger: Has the tables.
        run: The allocation; None for none: then there are no rows.
        currency: The reporting currency.
        table: ``ALLOCATED`` or ``ALLOCATED_LEVELS``.
    """
    files = _by_month(files_of(ledger, table, run))
    given = with_dimensions(table, run)
    dimensions = [name for name in given.columns if name not in table.columns]
    own = [name for name in table.columns if name in _TOLD_BY]
    grain = [*own, *dimensions]

    def select(months: Sequence[date]) -> str:
        return _sums(whole(given, [file for month in months for file in files[month]]), grain, currency)

    marks = {month: (_SHAPE, currency, *grain, *(file.name for file in every)) for month, every in files.items()}
    return reduced(engine, ledger.store, table.name, marks, select)


_TOLD_BY: Final = frozenset({
    MONTH, "x_Source", "BillingCurrency", "ServiceName", "ChargeCategory", "x_Pool", "x_Level",
})  # fmt: skip


def _by_month(files: Sequence[Path]) -> dict[date, list[Path]]:
    found: dict[date, list[Path]] = {}
    for file in sorted(files):
        found.setdefault(date.fromisoformat(file.parent.name.partition("=")[2]), []).append(file)
    return found


def _sums(rows: str, grain: Collection[str], currency: str) -> str:
    own = f"BillingCurrency = {literal(currency)}"
    true_up = "x_TrueUpOf, " if "x_Source" in grain else ""
    bill = f"CASE WHEN {own} THEN {MONTH} ELSE coalesce({true_up}x_AllocationOf, {MONTH}) END AS {BILL}"
    day = f"CASE WHEN {own} THEN {MONTH} ELSE x_ChargeDate END AS x_ChargeDate"
    sums = [f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in COSTS]
    sums += [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in COST_UNKNOWNS]
    return f"SELECT {', '.join(map(identifier, grain))}, {day}, {bill}, {', '.join(sums)} FROM {rows} GROUP BY ALL"
