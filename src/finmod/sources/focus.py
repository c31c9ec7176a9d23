"""FOCUS files: any supplier's export in the FinOps Open Cost and Usage Specification, 1.0 to 1.4."""

from __future__ import annotations

from collections.abc import Sequence

from finmod.focus.versions import canonical as focus_id
from finmod.sources.format import Format

# Present in every version, and in no supplier's own format.
_MARKS = frozenset({"BilledCost", "ChargePeriodStart", "ChargeCategory"})


def canonical(name: str) -> str:
    """Return the FOCUS id that a column name means whatever its case; any other name as it is."""
    return focus_id(name) or name


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of a FOCUS file."""
    return {canonical(name) for name in columns} >= _MARKS


FORMAT = Format("focus", "FOCUS 1.0 to 1.4", recognise, canonical)
