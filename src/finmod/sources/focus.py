"""FOCUS files: any supplier's export in the FinOps Open Cost and Usage Specification, 1.0 to 1.4."""

from __future__ import annotations

from collections.abc import Sequence

from finmod.focus.versions import canonical as focus_id
from finmod.sources.format import Format

MARKS = ("BilledCost", "ChargePeriodStart", "ChargeCategory")
"""Columns that every version has, and no supplier's own format."""


def canonical(name: str) -> str:
    """Return the FOCUS id that a column name means whatever its case; any other name as it is."""
    return focus_id(name) or name


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of a FOCUS file."""
    return {canonical(name) for name in columns} >= set(MARKS)


FORMAT = Format("focus", "FOCUS 1.0 to 1.4", recognise, canonical)
