"""How tests read a sample back: one relation per source, exact sums, a digest of the values of a file."""

from __future__ import annotations

import csv
import gzip
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.sample.focus import TRUTHS
from finmod.sample.prices import SOURCES

CUR_COSTS = {
    "BilledCost": "line_item_unblended_cost",
    "EffectiveCost": """CASE line_item_line_item_type
        WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
        WHEN 'SavingsPlanRecurringFee' THEN savings_plan_total_commitment_to_date - savings_plan_used_commitment
        WHEN 'DiscountedUsage' THEN reservation_effective_cost
        WHEN 'RIFee' THEN reservation_unused_amortized_upfront_fee_for_billing_period + reservation_unused_recurring_fee
        WHEN 'SavingsPlanNegation' THEN 0 WHEN 'SavingsPlanUpfrontFee' THEN 0
        ELSE CASE WHEN line_item_line_item_type = 'Fee' AND reservation_reservation_a_r_n IS NOT NULL THEN 0
             ELSE line_item_unblended_cost END END""",
}


def files(folder: Path, source: str) -> list[Path]:
    """Return a source's files in FOCUS or as CUR, by month: exports, or truth beside exports of another form."""
    if source in TRUTHS:
        return sorted((folder / "truth" / "focus").glob(f"{source}-*.parquet"))
    return sorted(path for path in (folder / "exports" / source).rglob("*") if path.is_file())


def relation(path: Path) -> str:
    """Return SQL that reads a file; CSV as text."""
    if path.suffix == ".parquet":
        return f"read_parquet('{path}', hive_partitioning = false)"
    return f"read_csv('{path}', all_varchar = true, header = true)"


def total(engine: Engine, path: Path, measure: str) -> Decimal:
    """Return the exact sum of a measure over a file."""
    expression = CUR_COSTS[measure] if "/aws/" in path.as_posix() else f'"{measure}"'
    found = engine.row(f"SELECT coalesce(sum(CAST({expression} AS DECIMAL(38,12))), 0) FROM {relation(path)}")[0]
    return Decimal(found)


def rows(engine: Engine, path: Path) -> int:
    """Return the number of charges in a file."""
    return int(engine.row(f"SELECT count(*) FROM {relation(path)}")[0])


def digest(engine: Engine, path: Path) -> str:
    """Return a digest of the values of a file in their order, whatever its encoding."""
    if path.suffix not in {".parquet", ".gz"} or ".json" in path.suffixes:
        if path.suffix == ".gz":
            return sha256(gzip.decompress(path.read_bytes())).hexdigest()
        return sha256(path.read_bytes()).hexdigest()
    engine.run("SET preserve_insertion_order = true")
    return sha256(repr(engine.rows(f"SELECT * FROM {relation(path)}")).encode()).hexdigest()


def same_values(engine: Engine, one: Path, other: Path) -> bool:
    """Return whether two files hold the same values in the same order; equal bytes settle it at once."""
    return one.read_bytes() == other.read_bytes() or digest(engine, one) == digest(engine, other)


def records(path: Path) -> list[dict[str, str]]:
    """Return the rows of a small CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def months(folder: Path) -> list[tuple[str, str, Path]]:
    """Return (source, ``YYYY-MM``, file), see ``files``."""
    labels = sorted({record["billing_period"] for record in records(folder / "truth" / "totals.csv")})
    return [
        (source, label, path) for source in SOURCES for label, path in zip(labels, files(folder, source), strict=True)
    ]
