"""A process of its own: allocates every month of a project and prints seconds, peak memory, days and rows as JSON."""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.pools import allocate_all
from finmod.engines.duckdb import Engine
from finmod.settings.project import load_project


def main() -> None:
    """Allocate the project named first by the rules in the folder named second, with the drivers in those after it."""
    project, rules, *drivers = map(Path, sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=project) as spill, Engine(temp_folder=Path(spill)) as engine:
        start = time.perf_counter()
        run = allocate_all(engine, load_project(project), rules, drivers)
        seconds = time.perf_counter() - start
        rows = engine.row("SELECT count(*) FROM allocated")[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "peak": peak, "sums": run.proved.sums, "rows": rows}))


if __name__ == "__main__":
    main()
