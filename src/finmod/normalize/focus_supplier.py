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

_NAMES = ("ProviderName", "ServiceProviderName", "InvoiceIssuerName")


@dataclass(frozen=True)
class FocusSupplier:
    """How one supplier's FOCUS export differs from the standard.

    Attributes:
        name: For people.
        provider: How its name as a provider begins, in whichever of its forms.
        recognise: Whether a FOCUS file with these column names has the columns of the supplier's own export.
        columns: Columns that are read otherwise than the standard says, on the supplier's rows of such a file.
        findings: What is odd about a file, by the test whether a row is the supplier's; None where nothing is looked
            for.
        looks_everywhere: Whether that is looked for on its rows of any FOCUS file.
        by_choice: Findings that follow from what was chosen here.
    """

    name: str
    provider: tuple[str, ...]
    recognise: Callable[[Sequence[str]], bool]
    columns: tuple[MapColumn, ...]
    findings: Callable[[Engine, Conversion, str], list[Finding]] | None = None
    by_choice: tuple[Choice, ...] = ()
    looks_everywhere: bool = False

    def rows(self, columns: Sequence[str]) -> str:
        """Return the test whether a row of a FOCUS file is the supplier's, never NULL.

        One that names no provider is, in a file with the columns of its own export.
        """
        name = f"coalesce({', '.join(f'${name}' for name in _NAMES)})"
        begins = " OR ".join(f"{name} LIKE '{beginning}%'" for beginning in self.provider)
        return f"coalesce({begins}, {str(self.recognise(columns)).lower()})"

    def rules(self, columns: Sequence[str]) -> tuple[MapColumn, ...]:
        """Return the columns of a FOCUS file that are read otherwise on the supplier's rows."""
        return self.columns if self.recognise(columns) else ()

    def is_looked_at(self, conversion: Conversion) -> bool:
        """Return whether a file may have rows in which something is looked for, as far as is known without a read."""
        if self.findings is None or self.recognise([column.name for column in conversion.staged.columns]):
            return self.findings is not None
        if not self.looks_everywhere:
            return False
        values = conversion.values
        domains = [values.domain(name) for name in _NAMES if name in values]
        return any(domain is None or any(map(self._is_name, domain.texts)) for domain in domains)

    def _is_name(self, text: str) -> bool:
        return text.startswith(self.provider)
