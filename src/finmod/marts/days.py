"""Days of accounting: what allocated rows cost on each day; what runs for days is spread evenly over them.

Owns the day that a row belongs to and the exact parts of what several days share. Bills by the month, licences and
support plans have charges of many days, and the ledger keeps on how many days of its month a charge runs.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.focus.columns import COSTS
from finmod.normalize.charges import DECIMAL

DAY: Final = "least(greatest(x_ChargeDate, x_BillingPeriod), last_day(x_BillingPeriod))"
"""SQL: the day on which a row begins, clamped into the month that it is billed in, so that days sum to their months."""

OF_DAY: Final = "x_Day"
"""Column of ``by_days``: the day that the row, or the part of it, is of."""

PART: Final = "x_Part"
"""Column of ``by_days``: which part of a charge of several days a row is, from 0; one count of what is unknown of such
a charge is its first one."""

_UNITS = 10**12
_UNIT = "CAST(0.000000000001 AS DECIMAL(12,12))"
_MOST_DAYS = 31


def by_days(rows: str, columns: Collection[str]) -> str:
    """Return SQL of rows of allocated cost by the day that they are of, with two columns more: ``OF_DAY`` and ``PART``.

    A row of several days becomes one of each of them. Its costs are cut in equal parts that sum to it exactly: those of
    its first days are a unit of the 12th place larger where it does not come out even. A number of unknown costs stands
    on each of its days. Corrections are of one day: the first one of the month that they are booked in.

    Args:
        rows: SQL of rows of ``allocated`` or ``allocated_levels``.
        columns: Theirs.
    """
    corrections = [name for name in ("x_TrueUpOf", "x_AllocationOf") if name in columns]
    is_own = " AND ".join(f"{name} IS NULL" for name in corrections) or "true"
    days = f"least(x_ChargeDays, CAST(last_day(x_BillingPeriod) - {DAY} + 1 AS INTEGER))"
    number = f'CASE WHEN {is_own} THEN {days} ELSE 1 END AS "#days"'
    whole = ", ".join(f"{_cost_units(name)} AS {identifier('#' + name)}" for name in COSTS)
    equal, rest = (
        [f"{identifier('#' + name)} {sign} {identifier('#days')} AS {identifier(mark + name)}" for name in COSTS]
        for sign, mark in (("//", "#e"), ("%", "#r"))
    )
    parts = ", ".join(f"{_part(name)} AS {name}" for name in COSTS)
    helpers = ", ".join(
        identifier(name) for name in ("#days", "k", *(mark + name for name in COSTS for mark in ("#", "#e", "#r")))
    )
    return (
        f"(SELECT *, {DAY} AS {OF_DAY}, 0 AS {PART} FROM {rows} WHERE x_ChargeDays IS NULL OR x_ChargeDays <= 1 "
        f"UNION ALL BY NAME SELECT * EXCLUDE ({helpers}) REPLACE ({parts}), {DAY} + k AS {OF_DAY}, k AS {PART} FROM ("
        f"SELECT *, {', '.join((*equal, *rest))} FROM (SELECT *, {number}, {whole} FROM {rows} WHERE x_ChargeDays > 1)"
        f') JOIN (SELECT CAST(range AS INTEGER) AS k FROM range({_MOST_DAYS})) AS parts ON k < "#days")'
    )


def _cost_units(cost: str) -> str:
    """Return SQL for a cost in units of the 12th place: the product with all of it has no room in a decimal."""
    whole = f"trunc({cost})"
    return f"CAST({whole} AS HUGEINT) * {_UNITS} + CAST(({cost} - {whole}) * {_UNITS} AS HUGEINT)"


def _part(cost: str) -> str:
    equal, rest = identifier("#e" + cost), identifier("#r" + cost)
    units = f"{equal} + CASE WHEN k < abs({rest}) THEN CAST(sign({rest}) AS INTEGER) ELSE 0 END"
    return f"CAST(CAST({units} AS DECIMAL(38,0)) * {_UNIT} AS {DECIMAL})"
