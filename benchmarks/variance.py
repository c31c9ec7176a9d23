"""The variance of two months of 20 million charges in process, beside the engine's reading of their cubes and keys.

Owns what is measured. The months, rules and drivers are those of ``commands.py``.
"""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

from benchmarks.commands import write_applied
from benchmarks.pools import months_until
from benchmarks.process import timed
from finmod.engines.duckdb import Engine, file_list
from finmod.ledger.ledger import Ledger
from finmod.ledger.tables import CHARGE_DAYS, CHARGE_KEYS
from finmod.settings.project import load_project
from finmod.workspace.variance.variance import Wanted, variance

GOAL_SECONDS = 3
_AUGUST, _SEPTEMBER = months_until(date(2026, 9, 1), 2)


def bridge_of_months(folder: Path, model: Path, times: int) -> Iterator[str]:
    """Yield lines: seconds of a variance by product and team, and of everything alone.

    Args:
        folder: Where the project is made.
        model: Project of the month of 20 million charges.
        times: How often each is run after the first time; the median is told.
    """
    root = folder / "project-variance"
    if not (root / "made").exists():
        write_applied(folder, root, model, (_AUGUST, _SEPTEMBER))
    project, ledger = load_project(root), Ledger(load_project(root).store)

    def floor() -> None:
        with Engine() as engine:
            head = ledger.head(engine)
            days, keys = (file_list(ledger.files(table, head)) for table in (CHARGE_DAYS, CHARGE_KEYS))
            engine.rows(
                "SELECT x_Source, ServiceName, sum(cost) FROM (SELECT x_Source, x_BillingPeriod, x_ChargeKey, "
                f"sum(EffectiveCost) AS cost, sum(PricingQuantity) FROM read_parquet({days}) GROUP BY ALL) "
                f"JOIN read_parquet({keys}) USING (x_Source, x_BillingPeriod, x_ChargeKey) GROUP BY ALL"
            )

    least = statistics.median(timed(floor)[1].processor for _ in range(times))
    for by in (("product", "team"), ()):
        wanted = Wanted(_SEPTEMBER, by=by)
        report = variance(project, wanted)
        if not all(proof.holds for proof in report.proofs) or sum(report.total.effects) != report.total.change:
            sys.exit(f"the variance of {root} does not tie")
        runs = [timed(partial(variance, project, wanted))[1] for _ in range(times)]
        wall, processor = (statistics.median(getattr(each, name) for each in runs) for name in ("wall", "processor"))
        told = f" by {','.join(by)}, {len(report.rows)} members" if by else ""
        yield (
            f"variance of two months of 20M charges{told}: {wall:.2f} s ({processor:.2f} s of the processor) in "
            f"process (goal {GOAL_SECONDS} s); reading cubes and keys alone {least:.2f} s"
        )
