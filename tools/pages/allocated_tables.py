"""What docs/reference/tables.md says of the tables of allocations.

Owns their columns as users see them, and what each of them means.
"""

from __future__ import annotations

from typing import Final

from finmod.ledger.tables import ALLOCATED, ALLOCATED_LEVELS, ALLOCATION_PROOFS, ALLOCATION_RUNS
from finmod.marts.allocated import RUN_COLUMNS

ALLOCATED_TABLES: Final = {
    "allocated_daily": ALLOCATED.columns,
    "allocated_levels_daily": ALLOCATED_LEVELS.columns,
    "allocation_proofs": ALLOCATION_PROOFS.columns,
    "allocation_runs": {name: ALLOCATION_RUNS.columns[name] for name in RUN_COLUMNS},
}
"""Public table -> its columns; those of dimensions come to them before the amounts."""

_UNKNOWN: Final = {
    f"x_Unknown{cost}": f"Charges whose {cost} is NULL behind the row, or behind what it is a part of."
    for cost in ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
}

ALLOCATED_MEANINGS: Final = {
    "x_AllocationOf": "First day of the closed month in which later rules moved something; NULL for rows of their own "
    "month. Such a row is the difference, booked in x_BillingPeriod.",
    "x_Pool": "The pool that it is a part of; NULL for what charges name directly.",
    "x_Level": "Name of the level in allocation.yaml.",
    "x_Measure": "The cost that is compared.",
    "x_Before": "Sum over the charges.",
    "x_After": "Sum over what was allocated.",
    "x_Version": "Number of the applied version, from 1.",
    "x_AppliedAt": "When it was applied, UTC: later than every version before.",
    "x_Author": "Who applied it.",
    "x_RuleHash": "SHA-256 over the rule files, which the store keeps below `rules`.",
    "x_DriversVersion": "Version of the drivers' values; NULL where there were none.",
    "x_ChangedMonths": "First days of the months that got new rows, or lost theirs, as JSON.",
    "x_Rows": "Rows of `allocated_daily` in that version.",
}

ALLOCATED_MEANT: Final = {
    **{("allocated_daily", name): words for name, words in _UNKNOWN.items()},
    **{("allocated_levels_daily", name): words for name, words in _UNKNOWN.items()},
    ("allocation_proofs", "x_Difference"): "x_After less x_Before: 0, or nothing was applied.",
    ("allocation_runs", "x_LedgerVersion"): "Version of the ledger that was allocated.",
    ("allocation_runs", "x_Note"): "What was said about it.",
}

ALLOCATED_NOTES: Final = {
    "allocated_daily": "A column per dimension of `to` in allocation.yaml, such as x_Product, stands before the "
    "amounts; NULL is what nobody has: unallocated. Sums over it are those of `charges_daily` on every day, to the "
    "last digit, since rows with x_AllocationOf sum to 0. The newest version is shown, or with `--as-of` the one that "
    "stood then: `--as-of 2026-09` is what was told when September 2026 was closed. x_Reporting columns are converted "
    "row by row.",
    "allocated_levels_daily": "A column per dimension that levels stay within or add, such as x_Product and "
    "x_Customer, stands before the amounts. Each level has the whole of `allocated_daily` once, so "
    "pick one: `WHERE x_Level = 'customer'`.",
    "allocation_proofs": "What went into each pool is summed from the daily cube, what came out of it from the result.",
    "allocation_runs": "A version without any charge has one row without a currency. Costs are those of the whole "
    "version.",
}
