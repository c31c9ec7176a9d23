"""The reference page of the standard, made from the same data that the program runs on.

Owns the Markdown of docs/reference/focus.md. Writes no file.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.focus.columns import DATASETS, NEWEST, VERSIONS, Column, attribution, column, columns
from finmod.focus.rules import RULES, Rule
from finmod.focus.versions import PROJECTED, projection, upgrade

_OPENING = """# FOCUS in finmod

This page is generated from `src/finmod/focus/schema.json` and `src/finmod/focus/rules.py`.

finmod reads Cost and Usage of FOCUS {versions}, holds {newest} inside, and writes {projected}.
Names are matched whatever their case. Columns that start with `x_` are kept as they come.
Level, nulls and allowed values are those of the newest version that has the column.
"""

# More allowed values than this are counted instead of listed.
_LISTED = 20


def focus_reference() -> str:
    """Return the page docs/reference/focus.md as Markdown, ending in one newline."""
    opening = _OPENING.format(versions=", ".join(VERSIONS), newest=NEWEST, projected=", ".join(PROJECTED))
    parts = [opening, _versions_table(), *_other_datasets(), _derivations(), _rules_table()]
    return "\n".join(parts) + f"\n## Attribution\n\n{attribution()}\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    return "\n".join([_row(*head), _row(*("---" for _ in head)), *(_row(*row) for row in rows)]) + "\n"


def _facts(item: Column) -> tuple[str, ...]:
    few = item.allowed_values if len(item.allowed_values) <= _LISTED else (f"{len(item.allowed_values)} values",)
    return (item.data_type, item.level, "yes" if item.allows_nulls else "no", ", ".join(few))


def _versions_table() -> str:
    ids = sorted({item.id for version in VERSIONS for item in columns(version=version)})
    rows = [
        (item.id, *("x" if item.exists_in(version) else "" for version in VERSIONS), *_facts(item))
        for item in map(column, ids)
    ]
    counts = ("columns", *(str(len(columns(version=version))) for version in VERSIONS), "", "", "", "")
    head = ("Column", *VERSIONS, "Type", "Level", "Nulls", "Allowed values")
    return "## Cost and Usage, columns by version\n\n" + _table(head, [*rows, counts])


def _other_datasets() -> list[str]:
    return [
        f"## {dataset}, FOCUS {NEWEST}\n\n"
        + _table(
            ("Column", "Type", "Level", "Nulls", "Allowed values", "Since"),
            [(item.id, *_facts(item), item.introduced) for item in columns(dataset)],
        )
        for dataset in DATASETS
        if dataset != "CostAndUsage"
    ]


def _derivations() -> str:
    text = "## Between versions\n\nReading a bill older than 1.3, these columns are derived:\n\n"
    for derived in upgrade("1.2"):
        text += f"- **{derived.column}**: {derived.choice}\n  Alternative: {derived.alternative}\n"
        text += f"  Source: {derived.source}\n  SQL: `{derived.sql}`\n"
    text += "\nWriting an older version, these columns are not taken as they stand:\n\n"
    identical = {(item.id, f'"{item.id}"') for item in columns()}
    changed = {pair: version for version in PROJECTED for pair in projection(version) if pair not in identical}
    return text + "".join(f"- **{column_id}**: `{sql}`\n" for column_id, sql in sorted(changed))


def _rules_table() -> str:
    by_code: dict[str, list[Rule]] = {}
    for rule in RULES:
        by_code.setdefault(rule.code, []).append(rule)
    rows = []
    for code, same in by_code.items():
        about = sorted({column_id for rule in same for column_id in rule.columns})
        rows.append((code, same[0].severity, same[0].title, ", ".join(about)))
    return "## Conformance rules\n\n" + _table(("Code", "Severity", "Finding", "Columns"), rows)
