"""FOCUS 1.0 to 1.4 to FOCUS 1.4: the same columns, and what older versions lacked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from finmod.focus.columns import NEWEST, Version, ledger_columns
from finmod.focus.versions import detect_version, upgrade
from finmod.normalize.mapping import MapColumn, Mapping

_SIGILS = {"Decimal": "#", "Date/Time": "@", "String": "$", "JSON": "$"}

_EARLIER = (
    MapColumn(
        "x_ProviderName",
        "$ProviderName",
        choice="Kept as given beside ServiceProviderName: an export to FOCUS 1.2 or 1.3 gives back what came in.",
        source="FOCUS 1.2, ProviderName",
    ),
    MapColumn("x_PublisherName", "$PublisherName", choice="Kept as given.", source="FOCUS 1.2, PublisherName"),
)

_NOTES = (
    (
        "Columns are found by name whatever the case. A column that is neither FOCUS nor starts with x_ is kept as "
        "x_NAME, with a finding."
    ),
    (
        "Empty cells and the texts NULL, null and (null) are NULL. Dates are ISO 8601, with or without T, with "
        "Z, UTC or a numeric offset; a text without one is UTC. The name of a time zone is refused: IST is three of "
        "them. Dates with slashes need `date_order: mdy` or `dmy`, because 5/1/25 can be both."
    ),
    (
        "Doubles and 32-bit floats are read as the shortest decimal text that gives the same number, then rounded "
        "once to 12 places."
    ),
)


@cache
def mapping_of(version: Version) -> Mapping:
    """Return the mapping of files of one FOCUS version."""
    derived = {
        item.column: MapColumn(item.column, item.sql, item.choice, item.source, item.alternative)
        for item in upgrade(version)
    }
    same = [
        derived.get(column.id) or MapColumn(column.id, f"{_SIGILS[column.data_type]}{column.id}")
        for column in ledger_columns()
    ]
    return Mapping("focus", f"FOCUS {version}", (*same, *_EARLIER), notes=_NOTES, revision=2)


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file by its column names."""
    return mapping_of(detect_version(columns) or NEWEST)
