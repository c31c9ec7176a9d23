"""FOCUS files: any supplier's export in the FinOps Open Cost and Usage Specification, 1.0 to 1.4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from finmod.errors import UserError
from finmod.focus.columns import VERSIONS, columns
from finmod.focus.versions import canonical as focus_id
from finmod.sources import json_rows
from finmod.sources.azure_exports import select_known_exports
from finmod.sources.files import JSON_ENDINGS, SourceFile
from finmod.sources.format import Format, Selection
from finmod.sources.lists import Pairs

MARKS = ("BilledCost", "ChargePeriodStart", "ChargeCategory")
"""Columns that every version has, and no supplier's own format."""

LISTS: Final = {
    "Tags": Pairs(namespace="x_namespace", whole=True),
    "x_Labels": Pairs(),
    "x_ProjectLabels": Pairs(prefix="project:"),
    "x_SystemLabels": Pairs(),
    "x_Tags": Pairs(namespace="x_namespace"),
}
"""Columns that a supplier writes as lists of keys and values, which BigQuery has instead of maps."""

_GOOGLES = (
    "x_CostType", "x_Credits", "x_CurrencyConversionRate", "x_ExportTime", "x_Location", "x_Project", "x_ServiceId",
    "x_SubscriptionInstanceId", "x_PriceEffectivePriceDefault", "x_PriceListPriceConsumptionModel",
    "x_CostAtEffectivePriceDefault", "x_CostAtListConsumptionModel", "x_ConsumptionModelId",
    "x_ConsumptionModelDescription",
)  # fmt: skip
_IDS = dict.fromkeys(item.id for version in VERSIONS for item in columns(version=version))


def canonical(name: str) -> str:
    """Return the FOCUS id that a column name means whatever its case; any other name as it is."""
    return focus_id(name) or name


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of a FOCUS file."""
    return {canonical(name) for name in columns} >= set(MARKS)


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the files that count, of JSON files those with FOCUS rows: exports have others beside them."""
    chosen = [path for path in paths if not path.name.lower().endswith(JSON_ENDINGS) or _has_rows(path)]
    return select_known_exports(chosen or paths)


def _has_rows(path: Path) -> bool:
    try:
        return recognise(json_rows.names(json_rows.read_head(SourceFile(path, path.name, "", path.stat().st_size))))
    except (OSError, UserError):
        return False


FORMAT = Format(
    "focus",
    "FOCUS 1.0 to 1.4",
    recognise,
    canonical,
    select_files,
    json_columns={**dict.fromkeys((*_IDS, *_GOOGLES), "VARCHAR"), **dict.fromkeys(LISTS, "JSON")},
    literals=frozenset(LISTS),
    lists=LISTS,
)
