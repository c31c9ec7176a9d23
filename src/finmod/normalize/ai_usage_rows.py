"""One staged answer of usage: its results are rows, its buckets without any are none.

Owns how an answer is read. The mapping stands in ``ai_usage.py``, the SELECT made of it in ``usage_rows.py``.
"""

from __future__ import annotations

from finmod.normalize.ai_usage import mapping
from finmod.normalize.ai_usage_columns import AI
from finmod.normalize.usage_rows import UsageConversion
from finmod.normalize.values import Reading
from finmod.sources.ai_usage import FORMAT
from finmod.sources.stage import Staged

RESULT = "kind IS NOT NULL"
"""SQL that is true for the rows of a staged answer that are results."""


class AiConversion(UsageConversion):
    """What is needed to read one staged answer of usage."""

    form = AI

    @property
    def relation(self) -> str:
        """Return SQL for its results."""
        return f"(SELECT * FROM {self.staged.relation} WHERE {RESULT})"


def conversion(source: str, staged: Staged, reading: Reading) -> AiConversion:
    """Return what is needed to read a staged answer."""
    columns = [column.name for column in staged.columns]
    return AiConversion(source, staged, mapping(columns), FORMAT.canonical, reading)
