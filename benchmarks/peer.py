"""A real AWS bill, repeated, to FOCUS: finmod's whole load against PyPI focus_converter in its own environment."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks.load import copy
from benchmarks.process import Run, median_ratio, pairs, python_with, run

GOAL = 10
_REAL = Path("../shared/data/aws/aws_cur_legacy_anonymised_2023-11.csv")


def cur_against_converter(folder: Path, sizes: Sequence[int], times: int) -> Iterator[str]:
    """Yield a line per number of copies of the file: rows a second of both, their ratio and peak memory."""
    if not _REAL.exists():
        yield f"SKIPPED: CUR against focus_converter needs {_REAL}"
        return
    header, *rows = _REAL.read_text(encoding="utf-8").splitlines()
    converter = _converter(folder)
    if converter is None:
        yield "SKIPPED: CUR against focus_converter needs Python 3.11"
        return
    for copies in sizes:
        file = folder / f"cur-{copies}.csv"
        if not file.exists():
            _repeat(file, header, rows, copies)
        found = pairs(partial(_load, folder, file), partial(_convert, folder, file, converter), times)
        count = len(rows) * copies
        ours, theirs = (min(pair[side].wall for pair in found) for side in (0, 1))
        copied = min(copy(folder, file).wall for _ in range(times))
        peaks = [max(pair[side].peak for pair in found) / 1e9 for side in (0, 1)]
        yield (
            f"CUR to FOCUS, {count:9,} rows: finmod {count / ours:7,.0f} rows/s, {peaks[0]:.1f} GB (ledger, cube and "
            f"checks included), focus_converter {count / theirs:7,.0f} rows/s, {peaks[1]:.1f} GB: "
            f"{1 / median_ratio(found):.1f}x (goal {GOAL}); DuckDB's COPY of it {count / copied:7,.0f} rows/s: "
            f"{theirs / copied:.1f}x"
        )


def _repeat(file: Path, header: str, rows: Sequence[str], copies: int) -> None:
    # Piece by piece: what this process holds would count as the memory of those that it starts.
    block = "\n".join(rows) + "\n"
    with file.open("w", encoding="utf-8") as handle:
        handle.write(f"{header}\n")
        for _ in range(copies):
            handle.write(block)


def _converter(folder: Path) -> Path | None:
    python = python_with(folder / "peer", ["focus_converter==1.0.0", "multimethod<1.12", "click<8.2"])
    return python and python.with_name("focus-converter")


def _load(folder: Path, file: Path) -> Run:
    project = folder / "project-cur"
    shutil.rmtree(project, ignore_errors=True)
    run([sys.executable, "-m", "finmod", "init", str(project)])
    return run([sys.executable, "-m", "finmod", "--project", str(project), "load", "--format", "aws-cur", str(file)])


def _convert(folder: Path, file: Path, converter: Path) -> Run:
    target = folder / "converted"
    shutil.rmtree(target, ignore_errors=True)
    words = ["convert", "--provider", "aws-cur", "--data-path", str(file), "--data-format", "csv"]
    return run([str(converter), *words, "--export-path", str(target), "--export-format", "parquet"])
