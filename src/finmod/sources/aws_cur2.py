"""The AWS Cost and Usage Report 2.0 (Data Exports) as a format: its columns and its deliveries.

Owns what can be known without opening the bill. Its names are the ones that the mapping in
``finmod.normalize.aws`` is written in. What a legacy report spreads over columns stands here in four
columns of keys and values: ``product``, ``resource_tags``, ``cost_category``, ``discount``.

Source: AWS Data Exports User Guide, "Cost and Usage Report (CUR) 2.0", "Understanding export delivery".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from finmod.sources.deliveries import by_period, current, delivery
from finmod.sources.format import Format, Selection

MAP_COLUMNS = ("product", "resource_tags", "cost_category", "discount")

_NEEDED = frozenset({"line_item_line_item_type", "line_item_unblended_cost"})
# A query of Data Exports may leave the maps out; these three stand in no legacy report.
_ONLY_HERE = frozenset({*MAP_COLUMNS, "bill_payer_account_name", "line_item_usage_account_name"})
PARTITION = r"BILLING_PERIOD=(\d{4}-\d{2})"
"""Pattern of the name of the folder that a billing period's export lies in, whatever its case; the month is a group."""
_PERIOD = re.compile(PARTITION, re.IGNORECASE)


def recognise(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of CUR 2.0."""
    names = {column.strip().lower() for column in columns}
    return names >= _NEEDED and bool(names & _ONLY_HERE)


def canonical(name: str) -> str:
    """Return a column's name as the mapping writes it: as AWS does, in lower case.

    >>> canonical("LINE_ITEM_USAGE_TYPE")
    'line_item_usage_type'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower())


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the current version of each billing period's export.

    Knows the layout ``<export>/data/BILLING_PERIOD=yyyy-mm/[<execution>/]<export>-00001.snappy.parquet`` with
    ``<export>/metadata/BILLING_PERIOD=yyyy-mm/<export>-Manifest.json``. Other files are taken as they are.

    Raises:
        UserError: FM1250 to FM1252, see ``deliveries.current``.
    """
    periods, loose = by_period(paths, _is_period)
    return current((delivery(folder, files, _manifest(folder), "dataFiles") for folder, files in periods), loose)


def _is_period(folder: Path) -> bool:
    return bool(_PERIOD.fullmatch(folder.name))


def _manifest(folder: Path) -> Path | None:
    places = (folder.parent.parent / "metadata" / folder.name, folder)
    return next((path for place in places for path in sorted(place.glob("*Manifest.json"))), None)


FORMAT = Format(
    "aws-cur2", "AWS Cost and Usage Report 2.0 (Data Exports)", recognise, canonical, select_files, marks=_NEEDED
)
