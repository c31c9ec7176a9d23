"""FOCUS 1.0 to 1.4 to FOCUS 1.4: the same columns, and what older versions lacked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.focus.columns import NEWEST, Version, ledger_columns
from finmod.focus.versions import detect_version, upgrade
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.focus_azure import AZURE
from finmod.normalize.focus_gcp import GOOGLE
from finmod.normalize.focus_oci import ORACLE
from finmod.normalize.focus_supplier import FocusSupplier
from finmod.normalize.mapping import MapColumn, Mapping
from finmod.terms.findings import Finding

SUPPLIERS: Final[tuple[FocusSupplier, ...]] = (AZURE, ORACLE, GOOGLE)
"""Suppliers whose own FOCUS export needs rules of its own; the first that recognises a file adds its own."""

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
    return Mapping("focus", f"FOCUS {version}", (*same, *_EARLIER), notes=_NOTES, revision=4, keeps_others=True)


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file by its column names, with the rules of the supplier whose export it is."""
    standard, supplier = mapping_of(detect_version(columns) or NEWEST), supplier_of(columns)
    if supplier is None:
        return standard
    own = {column.target: column for column in supplier.columns}
    columns_read = tuple(own.get(column.target, column) for column in standard.columns)
    return replace(standard, columns=columns_read, by_choice=supplier.by_choice)


def supplier_of(columns: Sequence[str]) -> FocusSupplier | None:
    """Return the supplier whose own FOCUS export has these columns, or None."""
    return next((supplier for supplier in SUPPLIERS if supplier.recognise(columns)), None)


def together(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return what suppliers' rules find odd about the files of a load."""
    found: list[Finding] = []
    for conversion, _ in files:
        supplier = supplier_of([column.name for column in conversion.staged.columns])
        if supplier is not None and supplier.findings is not None:
            found += supplier.findings(engine, conversion)
    return found
