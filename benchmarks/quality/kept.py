"""Figures of quality as they were measured last, kept under ``results/`` for the page that shows them.

Owns the files. Only whole runs are kept: BENCH_KEEP=1 says that a run is one.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "results"


def keep(name: str, figures: Mapping[str, object]) -> None:
    """Write the figures of a benchmark, where that is asked for."""
    if os.environ.get("BENCH_KEEP") == "1":
        FOLDER.mkdir(exist_ok=True)
        text = json.dumps(figures, indent=2, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8", newline="\n")
