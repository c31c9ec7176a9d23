"""The floor of a ledger that keeps its own copy: DuckDB's own COPY of the file to zstd Parquet, run as a process."""

from __future__ import annotations

import sys
from pathlib import Path

from finmod.engines.duckdb import Engine, literal


def main() -> None:
    """Copy the file named first to the Parquet file named second."""
    source, target = sys.argv[1:3]
    name = Path(source).name
    reader = "read_csv" if ".csv" in name else "read_json" if ".json" in name else "read_parquet"
    read = f"{reader}({literal(source)})"
    with Engine() as engine:
        # DuckDB as it comes: its own order and, for CSV and JSON, its own guess of types.
        engine.run("SET preserve_insertion_order = true")
        engine.run(f"COPY (SELECT * FROM {read}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")


if __name__ == "__main__":
    main()
