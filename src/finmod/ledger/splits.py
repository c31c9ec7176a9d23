"""Split rows of AWS bills: which resource of a pod each of them measures, and how much of it.

Owns both rules, and the findings of rows of which one is not known. The queries stand in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding

QUANTITIES: Final = ("x_SplitUsage", "x_SplitReservedUsage", "x_SplitActualUsage")
"""The columns of charges that say how much, as text."""


def measured(columns: Collection[str]) -> str:
    """Return SQL for what a split row measures: ``vcpu`` or ``gb``, NULL where neither usage type nor unit says it.

    AWS tells it by the usage type, such as USE1-EKS-EC2-vCPU-Hours; pricing/unit is a column that reports may lack.

    Args:
        columns: Those that the charges have.
    """
    kind, unit = (f"lower({name})" if name in columns else "NULL" for name in ("x_UsageType", "PricingUnit"))
    return (
        f"CASE WHEN {kind} LIKE '%vcpu-hours' THEN 'vcpu' WHEN {kind} LIKE '%gb-hours' THEN 'gb' "
        f"WHEN {unit} LIKE 'vcpu%' THEN 'vcpu' WHEN {unit} LIKE 'gb%' THEN 'gb' END"
    )


def quantity(cell: str) -> str:
    """Return SQL for the hours that a cell of a split row says; NULL where it is no number, or none of a pod's hours.

    Nine digits before the point are more hours than a node can have in a month, and sums of them fit.
    """
    number = f"TRY_CAST({cell} AS DECIMAL(21,12))"  # it would take 1_000 for a number
    return f"CASE WHEN NOT contains({cell}, '_') AND {number} >= 0 THEN {number} END"


def untold_splits(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return the findings of split rows of pods, of which it is not known what they measure, or how much."""
    found = []
    for path in charges:
        columns = {name for name, _ in engine.columns(f"SELECT * FROM {relation([path])}")}
        if {"x_SplitUsage", "AllocatedResourceId"} <= columns:
            found += [*_unmeasured(engine, path, columns), *_unreadable(engine, path, columns)]
    return found


def _unmeasured(engine: Engine, charges: Path, columns: Collection[str]) -> list[Finding]:
    kind = "x_UsageType" if "x_UsageType" in columns else "NULL"
    sql = query("unmeasured_splits").format(charges=relation([charges]), measured=measured(columns), kind=kind)
    return [
        Finding(
            code="FM1421",
            severity="warning",
            message=f"{counted(rows, 'split row')} of pods {'measures' if rows == 1 else 'measure'} neither vCPU-Hours "
            "nor GB-Hours by lineItem/UsageType and pricing/unit: without a quantity in kubernetes_usage.",
            source=source,
            billing_period=month,
            column="x_UsageType",
            rows=rows,
            example=kind and printable(kind),
            where=f"{printable(file)}, row {row:,}",
        )
        for source, month, rows, kind, file, row in engine.rows(sql)
    ]


def _unreadable(engine: Engine, charges: Path, columns: Collection[str]) -> list[Finding]:
    there = [name for name in QUANTITIES if name in columns]
    sql = query("unreadable_splits").format(
        charges=relation([charges]),
        texts=", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in there),
        columns=", ".join(there),
        quantity=quantity("cell"),
    )
    return [
        Finding(
            code="FM1422",
            severity="warning",
            message=f"{name} says no hours that a pod can have in {counted(rows, 'split row')}: NULL in "
            "kubernetes_usage.",
            source=source,
            billing_period=month,
            column=name,
            rows=rows,
            example=printable(text, 40),
            where=f"{printable(file)}, row {row:,}",
        )
        for source, month, name, rows, text, file, row in engine.rows(sql)
    ]
