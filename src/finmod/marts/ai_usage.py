"""The public tables of what AI services were used for.

Owns which columns a day is told by, and how counts and levels are added up. The SQL stands in ``sql/``.
"""

from __future__ import annotations

from importlib import resources
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.ledger.reduce import whole, without_heading
from finmod.ledger.tables import AI_USAGE, AI_USAGE_FILES
from finmod.normalize.ai_usage_columns import COLUMNS, QUANTITIES, TEXTS

VIEWS: Final = ("ai_usage", "ai_usage_daily", "ai_usage_files")
"""Their names."""

_SINGLE: Final = frozenset({"x_UserId", "x_ServiceAccountId", "x_ApiKeyId", "x_VectorStoreId", "x_OtherFields"})
GROUPS: Final = tuple(column.name for column in TEXTS if column.name not in _SINGLE)
"""What a day is told by, beside its source: all but single users, keys and stores."""

LEVEL: Final = "StoredBytes"
"""The one quantity that is a level."""


def ai_usage_sql(name: str, ledger: Ledger, snapshot: Snapshot) -> str:
    """Return the SELECT of one of these tables in one state of the ledger; a ledger without usage gives no rows."""
    if name == "ai_usage_files":
        return _query(name).format(files=whole(AI_USAGE_FILES, ledger.files(AI_USAGE_FILES, snapshot)))
    usage = _rows(ledger, snapshot)
    if name == "ai_usage":
        return _query(name).format(columns=", ".join(identifier(column.name) for column in COLUMNS), usage=usage)
    added = (column.name for column in QUANTITIES if column.name != LEVEL)
    sums = ", ".join(f"CAST(sum({each}) AS BIGINT) AS {each}" for each in added)
    return _query(name).format(usage=usage, names=", ".join(GROUPS), sums=sums)


def _rows(ledger: Ledger, snapshot: Snapshot) -> str:
    """Return SQL for the rows of the ledger, instants without a zone: that spares readers the time zone database."""
    instants = ", ".join(f"make_timestamp(epoch_us({name})) AS {name}" for name in ("IntervalStart", "IntervalEnd"))
    return f"(SELECT * REPLACE ({instants}) FROM {whole(AI_USAGE, ledger.files(AI_USAGE, snapshot))})"


def _query(name: str) -> str:
    return without_heading(resources.files("finmod.marts").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))
