"""What a supplier's own FOCUS export needs beside the standard: the form of such a rule.

Owns the record. The rules themselves stand in one file per supplier, ``focus.py`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from finmod.engines.duckdb import Engine
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import Choice, MapColumn
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class FocusSupplier:
    """How one supplier's FOCUS export differs from the standard.

    Attributes:
        name: For people.
        recognise: Whether a FOCUS file with these column names is the supplier's.
        columns: Columns that are read otherwise than the standard says; the rest is read as it stands.
        findings: What is odd about a file of the supplier's; None where nothing is looked for.
        by_choice: Findings that follow from what was chosen here.
    """

    name: str
    recognise: Callable[[Sequence[str]], bool]
    columns: tuple[MapColumn, ...]
    findings: Callable[[Engine, Conversion], list[Finding]] | None = None
    by_choice: tuple[Choice, ...] = ()
