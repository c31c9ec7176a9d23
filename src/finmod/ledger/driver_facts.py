"""What can be told of drivers by their rows alone: how far they reach, gaps, negative values, the last month.

Owns the questions to the rows. What is said about the answers stands in ``workspace``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from finmod.engines.duckdb import Engine, file_list
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.tables import CHARGE_DAYS


@dataclass(frozen=True)
class DriverFacts:
    """A driver's rows in few words.

    Attributes:
        rows: Their number.
        first: Start of the first period, UTC.
        last: Start of the last one.
        end: End of the last one.
        periods: Number of periods that have a row.
        gaps: Number of periods between the first and the last one that have none.
        first_gap: Start of the first such period; None where there is none.
        last_month: Sum of the values of the month that the last period is in.
        negative: Number of negative values.
        negative_sum: Their sum.
        negative_place: Where the first of them stands; None where there is none.
        future: Number of rows whose period begins at or after ``now``.
    """

    rows: int
    first: datetime
    last: datetime
    end: datetime
    periods: int
    gaps: int
    first_gap: datetime | None
    last_month: Decimal
    negative: int
    negative_sum: Decimal
    negative_place: str | None
    future: int


def driver_facts(engine: Engine, rows: str, now: datetime) -> dict[str, DriverFacts]:
    """Return the facts of every driver, by name.

    Args:
        engine: Where they are looked up.
        rows: SQL of the rows of drivers.
        now: What is the future, UTC, without a zone.
    """
    found = engine.rows(
        "WITH facts AS (SELECT x_Driver, count(*) AS rows, min(x_Start) AS first, max(x_Start) AS last, "
        "max(x_End) AS last_end, count(DISTINCT x_Start) AS periods, count(*) FILTER (WHERE x_Value < 0) AS negative, "
        "coalesce(sum(x_Value) FILTER (WHERE x_Value < 0), 0) AS negative_sum, "
        "arg_min(x_Place, x_Start) FILTER (WHERE x_Value < 0) AS negative_place, "
        f"count(*) FILTER (WHERE x_Start >= ?) AS future FROM {rows} GROUP BY x_Driver), "
        "gaps AS (SELECT x_Driver, sum(date_diff(x_Grain, x_End, next_start)) AS gaps, min(x_End) AS first_gap FROM ("
        "SELECT *, lead(x_Start) OVER (PARTITION BY x_Driver ORDER BY x_Start) AS next_start FROM ("
        f"SELECT DISTINCT x_Driver, x_Grain, x_Start, x_End FROM {rows})) WHERE next_start > x_End GROUP BY x_Driver), "
        "months AS (SELECT x_Driver, sum(x_Value) AS last_month FROM "
        f"{rows} JOIN facts USING (x_Driver) WHERE x_Start >= date_trunc('month', last) GROUP BY x_Driver) "
        "SELECT x_Driver, rows, first, last, last_end, periods, CAST(coalesce(gaps, 0) AS BIGINT), first_gap, "
        "last_month, negative, negative_sum, negative_place, future "
        "FROM facts LEFT JOIN gaps USING (x_Driver) JOIN months USING (x_Driver)",
        [now],
    )
    return {name: DriverFacts(*facts) for name, *facts in found}


def days_of_bills(engine: Engine, ledger: Ledger, snapshot: Snapshot) -> tuple[date, date] | None:
    """Return the first day that bills have charges of, and the day after the last one; None without bills.

    Days outside of the month that they are billed in do not count: a purchase may begin long before or after.
    """
    files = ledger.files(CHARGE_DAYS, snapshot)
    if not files:
        return None
    first, last = engine.row(
        "SELECT min(x_ChargeDate), max(x_ChargeDate) + 1 FROM "
        f"read_parquet({file_list(files)}, union_by_name = true, hive_partitioning = false) "
        "WHERE date_trunc('month', x_ChargeDate) = x_BillingPeriod"
    )
    return None if first is None else (first, last)
