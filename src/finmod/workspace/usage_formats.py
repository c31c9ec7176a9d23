"""Every format of usage: how its files are chosen, staged and looked at, and which tables they become.

Owns the list. A new kind of telemetry adds its files in ``sources`` and ``normalize``, its tables in ``ledger``, and a
line below.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.ledger.tables import USAGE, UsageTables
from finmod.normalize import (
    ai_usage,
    ai_usage_checks,
    ai_usage_rows,
    kubernetes,
    kubernetes_checks,
    kubernetes_rows,
)
from finmod.normalize.usage_checks import Looked
from finmod.normalize.usage_rows import UsageConversion
from finmod.normalize.values import Reading
from finmod.sources.ai_usage import stage_usage as stage_answer
from finmod.sources.files import SourceFile
from finmod.sources.kubernetes import stage_usage as stage_report
from finmod.sources.stage import Staged
from finmod.terms.findings import Finding


def _nothing_together(_engine: Engine, _conversions: Sequence[UsageConversion]) -> list[tuple[str, Finding]]:
    return []


@dataclass(frozen=True)
class UsageReader:
    """A format of usage.

    Attributes:
        tables: Where its rows go.
        revision: Goes up when the result of its mapping changes.
        stage: Makes a file ready for queries.
        conversion: Source, staged file and wishes -> how it is read.
        look: Looks at one file before it is converted.
        together: Looks at the files of the months that are replaced side by side: name of a file and what is odd.
    """

    tables: UsageTables
    revision: int
    stage: Callable[[Engine, SourceFile, Path], Staged]
    conversion: Callable[[str, Staged, Reading], UsageConversion]
    look: Callable[[Engine, UsageConversion], Looked]
    together: Callable[[Engine, Sequence[UsageConversion]], list[tuple[str, Finding]]] = _nothing_together


USAGE_READERS: Final = {
    "kubernetes": UsageReader(
        USAGE["kubernetes"],
        kubernetes.REVISION,
        partial(stage_report, wanted=kubernetes.COLUMNS.__contains__),
        kubernetes_rows.conversion,
        kubernetes_checks.look_at_report,
    ),
    "ai-usage": UsageReader(
        USAGE["ai-usage"],
        ai_usage.REVISION,
        stage_answer,
        ai_usage_rows.conversion,
        ai_usage_checks.look_at_answer,
        ai_usage_checks.all_time_once,
    ),
}
"""Format name -> reader."""
