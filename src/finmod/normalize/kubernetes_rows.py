"""The cells of Kubernetes usage reports: labels as JSON, times as Go prints them, numbers that few digits hold.

Owns the functions that the mappings of ``kubernetes.py`` use. The SELECT made of them stands in ``usage_rows.py``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.normalize.kubernetes import mapping
from finmod.normalize.kubernetes_columns import KUBERNETES
from finmod.normalize.usage_rows import UsageConversion
from finmod.normalize.values import SCALE, Reading, Values, is_instant
from finmod.sources.kubernetes import canonical
from finmod.sources.stage import Staged

_KEY_OF: Final = "regexp_replace(split_part(part, ':', 1), '^label_', '')"
KEYS_OF: Final = f"list_transform(string_split({{}}, '|'), lambda part: {_KEY_OF})"
"""SQL for the keys of a text of labels."""
_LABELS: Final = (
    "'{' || array_to_string(list_transform(list_sort(string_split(labels, '|')), lambda part: "
    f"CAST(to_json({_KEY_OF}) AS VARCHAR) || ':' || CAST(to_json(substr(part, strpos(part, ':') + 1)) AS VARCHAR)), "
    "',') || '}'"
)
_GO_TIME: Final = " +0000 UTC"
_GO_FORM: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2} \+0000 UTC")


def add_functions(engine: Engine) -> None:
    """Give the engine the function that the mappings use beside its own: labels that ``keep_labels`` has seen."""
    engine.run("CREATE TEMP TABLE IF NOT EXISTS label_texts (label_text VARCHAR, label_json VARCHAR)")
    engine.run(
        "CREATE OR REPLACE TEMP MACRO labels(wanted) AS (SELECT label_json FROM label_texts WHERE label_text = wanted)"
    )


def keep_labels(engine: Engine, texts: str) -> None:
    """Make the JSON objects of texts of labels, each once: they repeat, and a look-up is a hundred times as fast.

    Args:
        engine: Where ``add_functions`` ran.
        texts: A table of distinct texts, its column ``labels``; none of them wrong.
    """
    engine.run(
        f"INSERT INTO label_texts SELECT labels, {_LABELS} FROM {texts} "
        "WHERE labels NOT IN (SELECT label_text FROM label_texts)"
    )


class UsageValues(Values):
    """The cells of a usage report: instants also as the Go language prints them, and numbers that few digits hold."""

    def decimal(self, name: str, *, scale: int = SCALE, tolerant: bool = False, places: int = 0) -> str:
        """Return SQL for a cell as DECIMAL(38, scale), as ``Values`` does: byte-seconds never fit 18 digits."""
        column = self.columns.get(name)
        # The engine reads what fits 18 digits faster by itself, and what does not in twice the time.
        if column is None or column.type != "VARCHAR" or scale > SCALE or "byte" not in name.casefold():
            return super().decimal(name, scale=scale, tolerant=tolerant, places=places)
        cell, wide = self.text(name), f"DECIMAL(38,{scale})"
        attempt = f"TRY_CAST({cell} AS {wide})"
        if tolerant:
            return f"CASE WHEN contains({cell}, '_') THEN NULL ELSE {attempt} END"
        # The engine would take 1_000 for a number.
        refused = f"CAST('not a number: ' || {cell} AS {wide})"
        return f"CASE WHEN contains({cell}, '_') THEN {refused} ELSE coalesce({attempt}, CAST({cell} AS {wide})) END"

    def _quick_timestamp(self, cell: str, texts: Sequence[str]) -> str | None:
        if all(_GO_FORM.fullmatch(text) and is_instant(text[:19]) for text in texts):
            return f"TRY_CAST(substring({cell}, 1, 19) AS TIMESTAMP)"
        return super()._quick_timestamp(cell, texts)

    def _timestamp_of_text(self, cell: str, *, tolerant: bool) -> str:
        plain = super()._timestamp_of_text(cell, tolerant=tolerant)
        cast = "TRY_CAST" if tolerant else "CAST"
        length = 19 + len(_GO_TIME)
        return (
            f"CASE WHEN {cell} LIKE '____-__-__ __:__:__{_GO_TIME}' AND strlen({cell}) = {length} "
            f"THEN {cast}({cell}[:19] AS TIMESTAMP) ELSE {plain} END"
        )


class KubernetesConversion(UsageConversion):
    """What is needed to read one staged report of Kubernetes usage."""

    form = KUBERNETES

    @cached_property
    def values(self) -> Values:
        """Return the report's cells."""
        return UsageValues(self.staged, self.canonical, self.reading.date_order)


def conversion(source: str, staged: Staged, reading: Reading) -> KubernetesConversion:
    """Return what is needed to read a staged report."""
    return KubernetesConversion(source, staged, mapping([column.name for column in staged.columns]), canonical, reading)
