"""A process of its own: allocates every month of a project and prints seconds, peak memory, days and rows as JSON."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.pools import allocate_all
from benchmarks.process import timed
from finmod.allocation.run import ENGINE_MEMORY
from finmod.engines.duckdb import Engine
from finmod.settings.project import load_project


def main() -> None:
    """Allocate the project named first by the rules in the folder named second, with the drivers in those after it."""
    project, rules, *drivers = map(Path, sys.argv[1:])
    with (
        tempfile.TemporaryDirectory(dir=project) as spill,
        Engine(temp_folder=Path(spill), memory_limit=ENGINE_MEMORY) as engine,
    ):
        run, times = timed(lambda: allocate_all(engine, load_project(project), rules, drivers))
        rows = engine.row("SELECT count(*) FROM allocated")[0]
    found = {"wall": times.wall, "processor": times.processor, "peak": times.peak}
    print(json.dumps({**found, "sums": run.proved.sums, "rows": rows}))


if __name__ == "__main__":
    main()
