"""docs/errors.md: every stable code, what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from finmod.terms.findings import Code, codes
from tools.pages.markdown import made_from, table

_HEAD = f"""# Codes

{made_from("src/finmod/terms/codes/*.json")}
Every message and every finding of finmod carries a code that never changes its meaning. Find the code of your message
in the list of its hundred below; the number leads to what it means and what to do.

| severity | in a message | as a finding in `finmod check` |
| --- | --- | --- |
| error | the command stopped, the ledger is as it was | the data is kept; the check ends red, exit code 1 |
| warning | the command went on | the data is kept; red only with `check: {{fail_on: warning}}` |
| info | the command went on | the data is kept; never red |

A place such as `bill.csv:12` is a line of the file, with the header as line 1; `bill.csv, row 7` is its seventh row of
data, as x_Row counts them, however many lines a row takes.

`check: {{ignore: [FM1201]}}` in finmod.yaml keeps a finding from turning the check red; it is still shown.
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
    "FM20": "Taxonomy and tags",
    "FM21": "Allocation and drivers",
    "FM22": "Applied allocations, Kubernetes and inferred shares",
    "FM23": "Unit economics and the product P&L",
    "FM24": "Metrics",
    "FM25": "Changes of cost and potential savings",
}


def error_pages() -> Mapping[str, str]:
    """Return the page of codes, grouped by their first two digits."""
    return {"docs/errors.md": error_page(codes())}


def error_page(catalogue: Mapping[str, Code]) -> str:
    """Return the text of the page for a catalogue sorted by code."""
    groups = [(prefix, list(inside)) for prefix, inside in groupby(catalogue.values(), key=lambda item: item.code[:4])]
    contents = "".join(f"\n**{prefix}xx: {_GROUPS[prefix]}**\n\n{_contents(inside)}" for prefix, inside in groups)
    entries = "".join(
        f"\n## {prefix}xx: {_GROUPS[prefix]}\n" + "".join(_entry(code) for code in inside) for prefix, inside in groups
    )
    return f"{_HEAD}{contents}{entries}"


def _contents(inside: Iterable[Code]) -> str:
    rows = [(f"[{code.code}](#{code.code.lower()})", code.severity, code.title) for code in inside]
    return table(("code", "severity", "what it is"), rows)


def _entry(code: Code) -> str:
    return f"\n### {code.code}\n\n**{code.title}** ({code.severity})\n\n{code.meaning}\n\nWhat to do: {code.remedy}\n"
