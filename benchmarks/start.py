"""Start-up, and queries on a large project."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.process import run

_MONTH = "SELECT x_BillingPeriod, BillingCurrency, sum(BilledCost), sum(EffectiveCost) FROM {} GROUP BY ALL"


def help_time() -> Iterator[str]:
    """Yield a line: seconds of ``finmod --help``, and of Python doing nothing."""
    bare = statistics.median(run([sys.executable, "-c", "pass"]).wall for _ in range(9))
    ours = statistics.median(run([sys.executable, "-m", "finmod", "--help"]).wall for _ in range(9))
    yield f"finmod --help {ours:.3f} s (goal 0.3), python alone {bare:.3f} s"


def query_time(project: Path) -> Iterator[str]:
    """Yield a line per table: seconds of a month's totals beyond those of the smallest query."""
    command = [sys.executable, "-m", "finmod", "--project", str(project), "query"]
    start = statistics.median(run([*command, "SELECT 1"]).wall for _ in range(5))
    for table in ("charges_daily", "charges"):
        whole = statistics.median(run([*command, _MONTH.format(table)]).wall for _ in range(5))
        yield f"month's totals of {table:14s} {whole - start:6.3f} s beyond start-up {start:.3f} s (goal 0.3)"
