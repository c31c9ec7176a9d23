"""The one step that reads every charge again: charge keys and the daily cube, per source and billing period.

Owns the reduce and its proof that no two keys met. The queries stand in ``sql/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine, file_list, identifier
from finmod.focus.columns import COSTS, MEASURES
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, Table
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL, KEY_TEXTS

_DAY_MICROSECONDS, _HOUR_MICROSECONDS = 86_400_000_000, 3_600_000_000
DAY_OF_MONTH: Final = "least(greatest(x_ChargeDate, x_BillingPeriod), last_day(x_BillingPeriod))"
"""SQL: the day on which a charge begins, clamped into the month that it is billed in, so that days sum to months."""

LONGEST_DAY: Final = _DAY_MICROSECONDS + _HOUR_MICROSECONDS
"""Microseconds of a day on which summer time ends."""

_LAST_DAY = f"DATE '1970-01-01' + CAST((epoch_us(ChargePeriodEnd) - 1) // {_DAY_MICROSECONDS} AS INTEGER)"
CHARGE_DAYS_SQL: Final = (
    f"CAST(CASE WHEN epoch_us(ChargePeriodEnd) - epoch_us(ChargePeriodStart) > {LONGEST_DAY} "
    f"THEN greatest(least({_LAST_DAY}, last_day(x_BillingPeriod)) - {DAY_OF_MONTH} + 1, 1) ELSE 1 END AS INTEGER)"
)
"""SQL: on how many days of the billing period's month a charge runs. What lasts a day or less is of the day on which it
begins, whatever the time zone that its supplier cuts days in."""


@dataclass(frozen=True)
class Reduced:
    """What a reduce wrote.

    Attributes:
        days: Rows of the daily cube.
        keys: Number of charge keys.
        keys_met: Whether two different keys got the same hash: the cube is wrong, and keys must be made anew.
    """

    days: int
    keys: int
    keys_met: bool


def reduce_charges(engine: Engine, charges: Path, given: frozenset[str], *, days: Path, keys: Path) -> Reduced:
    """Write the daily cube and the charge keys of one period's charges.

    Args:
        engine: Where to run.
        charges: Parquet file of the charges.
        given: Columns that are not NULL throughout.
        days: Parquet file to write for the cube.
        keys: Parquet file to write for the keys.
    """
    rows = f"read_parquet({file_list([charges])}, file_row_number = true)"
    sums = [f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in MEASURES]
    unknowns = [f"count(*) - count({cost}) AS {name}" for cost, name in zip(COSTS, COST_UNKNOWNS, strict=True)]
    salted = ", ".join(f"concat('#', {identifier(name)})" for name in KEY_TEXTS if name in given) or "1"
    sql = query("charge_days").format(
        charges=rows, measures=",\n    ".join(sums + unknowns), days=CHARGE_DAYS_SQL, second_hash=f"hash({salted})"
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE reduced_days AS {sql}")
    texts = ", ".join(f"charges.{identifier(name)}" for name in KEY_TEXTS)
    sql = query("charge_keys").format(charges=rows, texts=texts, days="reduced_days")
    engine.run(f"CREATE OR REPLACE TEMP TABLE reduced_keys AS {sql}")
    met = bool(engine.row("SELECT coalesce(bool_or(keys_met), false) FROM reduced_keys")[0])
    written = Reduced(
        engine.copy_parquet(f"SELECT {_list(CHARGE_DAYS)} FROM reduced_days", days),
        engine.copy_parquet(f"SELECT {_list(CHARGE_KEYS)} FROM reduced_keys", keys),
        met,
    )
    engine.run("DROP TABLE reduced_days; DROP TABLE reduced_keys")
    return written


def query(name: str) -> str:
    """Return a query of this room by name."""
    return without_heading(resources.files("finmod.ledger").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))


def without_heading(sql: str) -> str:
    """Return a query without its comment lines: what they name is filled in too, and may span lines."""
    return "".join(line for line in sql.splitlines(keepends=True) if not line.startswith("--"))


def relation(files: list[Path]) -> str:
    """Return SQL for the rows of Parquet files; columns that a file lacks are NULL."""
    return f"read_parquet({file_list(files)}, union_by_name = true, hive_partitioning = false)"


def whole(table: Table, files: list[Path]) -> str:
    """Return SQL for the rows of a table with every column that it has, of files from before it had them all too."""
    empty = ", ".join(f"NULL::{kind} AS {identifier(name)}" for name, kind in table.columns.items())
    there = f" UNION ALL BY NAME SELECT * FROM {relation(files)}" if files else ""
    return f"(SELECT {empty} WHERE false{there})"


def _list(table: Table) -> str:
    return ", ".join(
        f"CAST({identifier(name)} AS {kind}) AS {identifier(name)}" for name, kind in table.columns.items()
    )
