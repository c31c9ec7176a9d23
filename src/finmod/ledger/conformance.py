"""What a billing period's charges break: the standard's rules, and the bounds of rounding.

Owns the evaluation of rules over keys and charges and the findings table of one period.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.focus.columns import NEWEST, column
from finmod.focus.conformance import charge_scan, details, key_scan
from finmod.focus.rules import Rule, Scope, absent_columns, rule, rules_of
from finmod.ledger.ledger import ManifestRow
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGE_KEYS, CHARGES, FINDINGS, Table
from finmod.normalize.charges import FOCUS_TYPES
from finmod.normalize.mapping import Choice, Mapping
from finmod.terms.findings import Finding

# Rounding a value to 12 places moves it by half a unit of the last place at most.
ROUNDING_BOUND = Decimal("5e-13")
_LONGEST_EXAMPLE = 120


def period_findings(  # noqa: PLR0913, PLR0917 -- what was loaded, where it lies and how it was made
    engine: Engine,
    place: tuple[str, date],
    files: dict[str, Path],
    given: frozenset[str],
    manifest: Sequence[ManifestRow],
    mapping: Mapping,
) -> list[Finding]:
    """Return the findings of one source's billing period; those that its mapping chose are mere information.

    Args:
        engine: Where to run.
        place: Name of the source, first day of the month.
        files: Table name -> Parquet file.
        given: Ledger columns that the bill has.
        manifest: Its control totals.
        mapping: How its charges were made.
    """
    source, month = place[0], f"{place[1]:%Y-%m}"
    absent = frozenset(name for name in FOCUS_TYPES if name not in given)
    found = [
        Finding(
            code=item.code,
            severity=item.severity,
            message=f"{item.title}: the bill has no column {', '.join(item.columns)}.",
            source=source,
            billing_period=month,
            column=item.columns[0],
        )
        for item in absent_columns(given, NEWEST)
    ]
    scans: tuple[tuple[Scope, Callable[[Sequence[Rule], str], str], Table], ...] = (
        ("charge", charge_scan, CHARGES),
        ("key", key_scan, CHARGE_KEYS),
    )
    for scope, scan, table in scans:
        rules, rows = rules_of(scope, absent=absent), relation([files[table.name]])
        counts = engine.row(scan(rules, rows))
        broken = [item for item, count in zip(rules, counts, strict=True) if count]
        for chosen, of, those in _by_choice(broken, rows, mapping):
            named = [_broken(source, month, row) for row in engine.rows(details(of, those))]
            found += [_as_information(item, chosen, mapping) for item in named] if chosen else named
    return found + _rounding(source, month, manifest)


def _by_choice(
    broken: Sequence[Rule], rows: str, mapping: Mapping
) -> Iterator[tuple[Choice | None, Sequence[Rule], str]]:
    """Yield broken rules with the rows to look at: what a mapping chose apart from what it did not."""
    choices = {choice.code: choice for choice in mapping.by_choice}
    left = [item for item in broken if item.code not in choices]
    if left:
        yield None, left, rows
    for choice in choices.values():
        meant = [item for item in broken if item.code == choice.code]
        if meant:
            test = f"coalesce({choice.when or 'true'}, false)"
            yield choice, meant, f"(SELECT * FROM {rows} WHERE {test})"
            yield None, meant, f"(SELECT * FROM {rows} WHERE NOT {test})"


def _as_information(finding: Finding, choice: Choice, mapping: Mapping) -> Finding:
    message = f"{finding.message} {choice.reason} See docs/reference/mappings/{mapping.format}.md."
    return replace(finding, severity="info", message=message)


def _broken(source: str, month: str, row: tuple[Any, ...]) -> Finding:
    name, currency, charges, billed_cost, file, place, example = row
    item = rule(name)
    return Finding(
        code=item.code,
        severity=item.severity,
        message=f"{item.title}.",
        source=source,
        billing_period=month,
        column=item.columns[0],
        rows=int(charges),
        amount=billed_cost,
        currency=currency,
        example=_short(item, example),
        where=f"{file}, row {place:,}",
    )


def _short(item: Rule, example: str) -> str:
    """Return what a rule's columns hold, fit for a line: no zeros that say nothing, the beginning of long texts."""
    if all(column(name).data_type == "Decimal" for name in item.columns):
        example = re.sub(r"(\.[0-9]*?)0+(?=,|$)", lambda found: found[1].rstrip("."), example)
    return printable(example if len(example) <= _LONGEST_EXAMPLE else f"{example[:_LONGEST_EXAMPLE]}...")


def _rounding(source: str, month: str, manifest: Sequence[ManifestRow]) -> list[Finding]:
    return [
        Finding(
            code="FM1401",
            severity="error",
            message=f"Rounding at reading moved the total of {row.file} by {row.rounding_difference} {row.currency}; "
            f"rounding {counted(row.charges, 'row')} explains {row.charges * ROUNDING_BOUND} at most.",
            source=source,
            billing_period=month,
            column="BilledCost",
            rows=row.charges,
            currency=row.currency,
            where=row.file,
        )
        for row in manifest
        if abs(Decimal(row.rounding_difference or 0)) > row.charges * ROUNDING_BOUND
    ]


def write_findings(engine: Engine, source: str, period: date, found: Sequence[Finding], target: Path) -> int:
    """Write the findings of one period as a Parquet file; return their number."""
    columns = ", ".join(f"{name} {kind}" for name, kind in FINDINGS.columns.items())
    engine.run(f"CREATE OR REPLACE TEMP TABLE new_findings ({columns})")
    marks = ", ".join("?" * len(FINDINGS.columns))
    for item in found:
        engine.run(
            f"INSERT INTO new_findings VALUES ({marks})",
            [source, period, item.code, item.severity, item.message, item.column, item.rows,
             None if item.amount is None else str(item.amount), item.currency, item.example, item.where],
        )  # fmt: skip
    rows = engine.copy_parquet("SELECT * FROM new_findings", target, ordered=True)
    engine.run("DROP TABLE new_findings")
    return rows
