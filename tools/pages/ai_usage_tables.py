"""The tables of AI usage on docs/reference/tables.md: their columns, units and meanings, and a note on each.

Owns what the views' own columns mean; those of the ledger are told in ``normalize/ai_usage_columns.py``.
"""

from __future__ import annotations

from typing import Final

from finmod.ledger.tables import USAGE
from finmod.marts.ai_usage import GROUPS, LEVEL
from finmod.normalize.ai_usage_columns import COLUMNS, QUANTITIES
from finmod.normalize.usage import UsageColumn
from tools.pages.usage import ROWS, file_columns

_BY_NAME: Final = {column.name: column for column in COLUMNS}
_LEVEL: Final = UsageColumn(
    LEVEL,
    "BIGINT",
    "What stores held in the last interval of the day that tells it: a level, so never sum it over days.",
    "bytes",
)

AI_VIEWS: Final = {
    "ai_usage": COLUMNS,
    "ai_usage_daily": (
        *(_BY_NAME[name] for name in ("x_Source", "x_BillingPeriod", "x_UsageDate", *GROUPS)),
        ROWS,
        *(column for column in QUANTITIES if column.name != LEVEL),
        _LEVEL,
    ),
    "ai_usage_files": file_columns(
        USAGE["ai-usage"], _BY_NAME, "Whose answer it is: openai or anthropic.", "0, for counts are whole."
    ),
}
"""Table -> its columns in the order of its SQL."""

AI_NOTES: Final = {
    "ai_usage": "Telemetry, and no money: nothing of it is in charges, which have what it cost. ServiceProviderName, "
    "BillingAccountId and SubAccountId are those of charges. Names that the answer was not grouped by are NULL.",
    "ai_usage_daily": "The input of a cost per token. Users, keys and stores are added up. Counts are summed; "
    "StoredBytes is a level, and never summed over time.",
    "ai_usage_files": "The manifests of the answers that stand in the ledger; `finmod check` proves them again. An "
    "answer without results is there with 0 rows, so that it is not read again.",
}
