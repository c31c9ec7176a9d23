"""docs/errors.md: every stable code, what it means and what to do."""

from __future__ import annotations

from collections.abc import Mapping

from finmod.terms.findings import Code, codes

_HEAD = """# Codes

<!-- Made by `make docs` from src/finmod/terms/codes/*.json. -->

Every message and every finding of finmod carries a code that never changes its meaning.
An `error` turns `finmod check` red or stops the command; a `warning` or an `info` is told and the data is kept.
"""

_GROUPS = {
    "FM10": "Project, settings, command line",
    "FM11": "Reading files",
    "FM12": "Suspicious but legal input, kept",
    "FM13": "FOCUS conformance",
    "FM14": "Tie-outs and conservation",
    "FM15": "Ledger and store",
    "FM16": "Query and export",
    "FM17": "Sample company",
}


def error_pages() -> Mapping[str, str]:
    """Return the page of codes, grouped by their first two digits."""
    return {"docs/errors.md": error_page(codes())}


def error_page(catalogue: Mapping[str, Code]) -> str:
    """Return the text of the page for a catalogue sorted by code."""
    parts, group = [_HEAD], ""
    for code in catalogue.values():
        prefix = code.code[:4]
        if prefix != group:
            group = prefix
            parts.append(f"\n## {prefix}xx: {_GROUPS[prefix]}\n")
        parts.append(_entry(code))
    return "".join(parts)


def _entry(code: Code) -> str:
    return f"\n### {code.code}\n\n**{code.title}** ({code.severity})\n\n{code.meaning}\n\nWhat to do: {code.remedy}\n"
