"""``python -m benchmarks``: every ratio, one line each.

BENCH_ROWS names the sizes in millions (2,10,20), BENCH_TIMES the pairs per size (3), BENCH_FOLDER where the data goes.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.allocation import against_case, customers, months_36
from benchmarks.commands import plan_and_apply
from benchmarks.load import load_against_copy, project_of
from benchmarks.peer import cur_against_converter
from benchmarks.report import reports
from benchmarks.service_graph import graph_against_peer
from benchmarks.start import help_time, query_time
from benchmarks.statements import statements
from benchmarks.suppliers import suppliers_against_copy
from benchmarks.taxonomy import changed_taxonomy, rules_against_case
from benchmarks.variance import bridge_of_months


def main() -> None:
    """Run every benchmark, or those whose names are given: load, csv, cur, rules, allocation ..."""
    sizes = [int(float(text) * 1e6) for text in os.environ.get("BENCH_ROWS", "2,10,20").split(",")]
    times = int(os.environ.get("BENCH_TIMES", "3"))
    folder = Path(os.environ.get("BENCH_FOLDER", Path(tempfile.gettempdir()) / "finmod-benchmarks"))
    folder.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "load": lambda: load_against_copy(folder, sizes, ".parquet", "DECIMAL(38,12)", times),
        "double": lambda: load_against_copy(folder, sizes[:1], ".parquet", "DOUBLE", times),
        "csv": lambda: load_against_copy(folder, sizes, ".csv.gz", "DECIMAL(38,12)", times),
        "cur": lambda: cur_against_converter(folder, (80, 800, 1600), times),
        "suppliers": lambda: suppliers_against_copy(folder, sizes, times),
        "start": help_time,
        "query": lambda: query_time(project_of(folder, sizes[-1])),
        "rules": lambda: rules_against_case(1_000_000, times),
        "tags": lambda: changed_taxonomy(project_of(folder, sizes[-1]), times),
        "allocation": lambda: against_case(folder, project_of(folder, sizes[-1]), times),
        "commands": lambda: plan_and_apply(folder, project_of(folder, sizes[-1]), 1, times, 1.5),
        "commands-months": lambda: plan_and_apply(folder, project_of(folder, sizes[-1]), 36, times, 30),
        "months": lambda: months_36(folder, project_of(folder, sizes[-1]), times),
        "customers": lambda: customers(folder, times),
        "pnl": lambda: statements(folder, times),
        "variance": lambda: bridge_of_months(folder, project_of(folder, sizes[-1]), times),
        "report": lambda: reports(folder, times),
        "graph": lambda: graph_against_peer(folder, times),
    }
    for name in sys.argv[1:] or parts:
        for line in parts[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
