"""Rules of a statement that look for a value that no dimension has: they take nothing, and it is said.

Owns the comparison of texts of pnl.yaml with the values of the taxonomy; globs and patterns are not compared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from finmod.errors import near, printable
from finmod.settings.pnl import Pnl
from finmod.taxonomy.definition import Taxonomy
from finmod.taxonomy.patterns import is_pattern
from finmod.terms.findings import Finding


def unknown_values(pnl: Pnl, taxonomy: Taxonomy | None, dimensions: Collection[str]) -> list[Finding]:
    """Return what is said of texts in rules that are no value of their dimension.

    Args:
        pnl: Has the rules.
        taxonomy: Has the values; None where there is none: any text may be one.
        dimensions: Those that costs are allocated to.
    """
    if taxonomy is None:
        return []
    found = []
    for name, subject, text, place in _texts(pnl):
        dimension = taxonomy.dimensions.get(subject) if subject in dimensions else None
        if dimension is None or dimension.values is None or text in dimension.values:
            continue
        close = near(text, dimension.values)
        hint = f"Did you mean {close!r}?" if close else f"Name one of taxonomy.yaml, as {subject} is called there."
        message = (
            f"The rule of the line {printable(name, 60)!r} looks for {printable(text, 60)!r}, which is no value of "
            f"{subject}: no charge has it. {hint}"
        )
        found.append(Finding(code="FM2328", severity="warning", message=message, where=place))
    return found


def _texts(pnl: Pnl) -> Iterator[tuple[str, str, str, str]]:
    """Yield name of the line, dimension or column, text and place of each text in a rule that is no pattern."""
    for at, line in enumerate(pnl.settings.cloud):
        for subject, condition in line.when.items():
            for text in (*condition.any, *condition.none):
                if not is_pattern(text):
                    yield line.name, subject, text, pnl.place("cloud", at, "when", subject)
