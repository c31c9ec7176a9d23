"""The public tables of allocations: what each target costs, the proof, the levels below, and the log of versions.

Owns their SQL over the tables that ``finmod apply`` wrote. Which version stands is decided in ``workspace``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.focus.columns import COSTS
from finmod.ledger.applied import Run, files_of, log_files
from finmod.ledger.ledger import Ledger
from finmod.ledger.reduce import whole
from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, ALLOCATION_PROOFS, ALLOCATION_RUNS, Table
from finmod.normalize.charges import COST_UNKNOWNS

VIEWS: Final = ("allocated_daily", "allocated_levels_daily", "allocation_proofs", "allocation_runs")
"""Their names."""

RUN_COLUMNS: Final = tuple(
    name
    for name in ALLOCATION_RUNS.columns
    if name not in {"x_Dimensions", "x_Months", "x_TableVersions", "x_Findings"}
)
"""What users see of the log: what it needs itself is left out."""

MONTH_OF_RATE: Final = "coalesce(x_TrueUpOf, x_AllocationOf, x_BillingPeriod)"
"""SQL: the month of the bill, whose exchange rates a row has."""


def allocated_sql(name: str, ledger: Ledger, run: Run | None) -> str:
    """Return the SELECT of one of these tables; no rows where nothing was applied.

    Args:
        name: Of the table.
        ledger: Has the tables.
        run: The version that is looked at; of the log every one up to it.
    """
    if name == "allocation_runs":
        return _log(ledger, run)
    if name == "allocation_proofs":
        rows = whole(ALLOCATION_PROOFS, files_of(ledger, ALLOCATION_PROOFS, run))
        return f"SELECT {_listed(ALLOCATION_PROOFS.columns)} FROM {rows}"
    table = ALLOCATED if name == "allocated_daily" else ALLOCATED_LEVELS
    files, given = files_of(ledger, table, run), with_dimensions(table, run)
    amounts = [name for name in table.columns if name in {*COSTS, *COST_UNKNOWNS}]
    columns = [*(name for name in given.columns if name not in amounts), *amounts]
    return f"SELECT {_listed(columns)} FROM {whole(given, files)}"


def with_dimensions(table: Table, run: Run | None) -> Table:
    """Return a table with a column, at its end, per dimension that an allocation has; none where there is none."""
    dimensions = run.columns[table.name] if run else ()
    return replace(table, columns={**table.columns, **dict.fromkeys(dimensions, "VARCHAR")})


def _log(ledger: Ledger, run: Run | None) -> str:
    known = whole(ALLOCATION_RUNS, log_files(ledger) if run else [])
    columns = ", ".join(
        f"make_timestamp(epoch_us({name})) AS {name}" if name == "x_AppliedAt" else identifier(name)
        for name in RUN_COLUMNS
    )
    until = f" WHERE x_Version <= {run.version}" if run else ""
    return f"SELECT {columns} FROM {known}{until} ORDER BY x_Version, BillingCurrency"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(identifier, names))
