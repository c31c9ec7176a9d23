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
"""Suppliers whose FOCUS needs rules of its own, each for its own rows."""

# What finmod itself writes beside FOCUS: where a charge came from.
_EXPORTED = frozenset({"x_source", "x_file", "x_row"})

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
    (
        "Some suppliers' FOCUS needs rules of its own, below. Each holds for the rows of its supplier alone: those "
        "whose ProviderName, else ServiceProviderName, else InvoiceIssuerName begins with its name. In a file with the "
        "columns of its own export a row that names none of the three is the supplier's too. What finmod exported is "
        "read as it stands, because these rules have been followed: it is told by x_Source, x_File and x_Row."
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
    return Mapping("focus", f"FOCUS {version}", (*same, *_EARLIER), notes=_NOTES, revision=5, keeps_others=True)


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file by its column names, with the rules of suppliers on their own rows."""
    made = mapping_of(detect_version(columns) or NEWEST)
    for supplier in SUPPLIERS:
        if supplier.recognise(columns):
            made = replace(made, by_choice=(*made.by_choice, *supplier.by_choice))
        if not is_exported(columns):
            rules, rows = {rule.target: rule for rule in supplier.rules(columns)}, supplier.rows(columns)
            read = (_on_rows(rows, rules.get(column.target), column) for column in made.columns)
            made = replace(made, columns=tuple(read))
    return made


def is_exported(columns: Sequence[str]) -> bool:
    """Return whether finmod wrote a file with these columns: suppliers' rules were followed when it was made."""
    return {name.casefold() for name in columns} >= _EXPORTED


def _on_rows(rows: str, rule: MapColumn | None, other: MapColumn) -> MapColumn:
    """Return a column that is made by a rule on some rows, and otherwise on the others."""
    return replace(rule, sql=f"CASE WHEN {rows} THEN {rule.sql} ELSE {other.sql} END") if rule else other


def together(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return what suppliers' rules find odd about the files of a load."""
    found: list[Finding] = []
    for conversion, _ in files:
        columns = [column.name for column in conversion.staged.columns]
        for supplier in () if is_exported(columns) else SUPPLIERS:
            if supplier.findings and supplier.is_looked_at(conversion):
                found += supplier.findings(engine, conversion, supplier.rows(columns))
    return found
