"""The one step that reads every charge again: charge keys and the daily cube, per source and billing period.

Owns the reduce and its proof that no two keys met. The queries stand in ``sql/``.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from finmod.engines.duckdb import Engine, file_list, identifier
from finmod.focus.columns import COSTS, KEY_COLUMNS, MEASURES
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS, Table
from finmod.normalize.charges import COST_UNKNOWNS, DECIMAL

_TEXTS = (*KEY_COLUMNS, "x_ProviderName", "x_PublisherName")


def query(name: str) -> str:
    """Return a query of this room by name."""
    return resources.files("finmod.ledger").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def reduce_keys(engine: Engine, charges: Path, given: frozenset[str], target: Path) -> tuple[int, bool]:
    """Write the charge keys of one period's charges; return their number and whether two keys met.

    Args:
        engine: Where to run.
        charges: Parquet file of the charges.
        given: Columns that are not NULL throughout.
        target: Parquet file to write.
    """
    columns = ", ".join(
        f"any_value({identifier(name)}) AS {identifier(name)}" if name in given else f"NULL::VARCHAR AS {identifier(name)}"
        for name in _TEXTS
    )
    salted = ", ".join(f"concat('#', {identifier(name)})" for name in KEY_COLUMNS if name in given) or "1"
    sql = query("charge_keys").format(charges=relation([charges]), columns=columns, salted=salted)
    engine.run(f"CREATE OR REPLACE TEMP TABLE reduced_keys AS {sql}")
    met = bool(engine.row("SELECT coalesce(bool_or(x_KeysMet), false) FROM reduced_keys")[0])
    keys = engine.copy_parquet(f"SELECT {_list(CHARGE_KEYS)} FROM reduced_keys", target)
    engine.run("DROP TABLE reduced_keys")
    return keys, met


def reduce_days(engine: Engine, charges: Path, target: Path) -> int:
    """Write the daily cube of one period's charges; return its number of rows."""
    sums = [f"CAST(sum({name}) AS {DECIMAL}) AS {name}" for name in MEASURES]
    unknowns = [f"count(*) - count({cost}) AS {name}" for cost, name in zip(COSTS, COST_UNKNOWNS, strict=True)]
    sql = query("charge_days").format(charges=relation([charges]), measures=",\n    ".join(sums + unknowns))
    return engine.copy_parquet(f"SELECT {_list(CHARGE_DAYS)} FROM ({sql})", target)


def relation(files: list[Path]) -> str:
    """Return SQL for the rows of Parquet files; columns that a file lacks are NULL."""
    return f"read_parquet({file_list(files)}, union_by_name = true, hive_partitioning = false)"


def _list(table: Table) -> str:
    return ", ".join(f"CAST({identifier(name)} AS {kind}) AS {identifier(name)}" for name, kind in table.columns.items())
