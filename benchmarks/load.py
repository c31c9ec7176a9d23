"""Load of hourly FOCUS charges to ledger, keys, cube and checks, against DuckDB's COPY of the same file."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.process import Run, median_ratio, pairs, run
from benchmarks.rows import write_rows

GOAL = 1.75
GOAL_GROWTH = 1.2
GOAL_PEAK = 3e9


def load_against_copy(folder: Path, sizes: list[int], ending: str, number: str, times: int) -> Iterator[str]:
    """Yield a line per size: seconds of both, their ratio, microseconds per row, peak memory."""
    per_row: list[float] = []
    for size in sizes:
        file = folder / f"focus-{size}-{number[:3].lower()}{ending}"
        write_rows(file, size, number)
        found = pairs(partial(_load, folder, file), partial(copy, folder, file), times)
        ours, theirs = (min(pair[side].wall for pair in found) for side in (0, 1))
        ratio, peak = median_ratio(found), max(pair[0].peak for pair in found)
        per_row.append(ours / size * 1e6)
        growth = per_row[-1] / per_row[0]
        yield (
            f"load {size / 1e6:4.1f}M {ending[1:]:8s} {number[:7]:8s} {ours:6.1f} s, "
            f"copy {theirs:6.1f} s: {ratio:5.2f}x (goal {GOAL}), {per_row[-1]:5.2f} us/row, "
            f"{growth:4.2f} of the smallest (goal {GOAL_GROWTH}), "
            f"peak {peak / 1e9:4.2f} GB (goal {GOAL_PEAK / 1e9:.0f})"
        )


def _load(folder: Path, file: Path) -> Run:
    project = _project(folder, file)
    shutil.rmtree(project, ignore_errors=True)
    run([sys.executable, "-m", "finmod", "init", str(project)])
    return run([sys.executable, "-m", "finmod", "--project", str(project), "load", "--format", "focus", str(file)])


def _project(folder: Path, file: Path) -> Path:
    return folder / f"project-{file.name}"


def copy(folder: Path, file: Path) -> Run:
    """Let DuckDB copy a file to zstd Parquet."""
    return run([sys.executable, "-m", "benchmarks.floor", str(file), str(folder / "copy.parquet")])


def project_of(folder: Path, size: int) -> Path:
    """Return the project of the Parquet benchmark of a size, loaded where that has not run yet."""
    file = folder / f"focus-{size}-dec.parquet"
    project = _project(folder, file)
    if not (project / "finmod.yaml").exists():
        write_rows(file, size, "DECIMAL(38,12)")
        _load(folder, file)
    return project
