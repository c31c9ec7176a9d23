"""Split rows of AWS bills: which resource of a pod each of them measures.

Owns the rule, and the finding of rows of which it is not known. The query stands in ``sql/``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.ledger.reduce import query, relation
from finmod.terms.findings import Finding


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


def unmeasured_splits(engine: Engine, charges: Sequence[Path]) -> list[Finding]:
    """Return a finding per source and billing period with split rows of pods of which no quantity can be told."""
    found = []
    for path in charges:
        columns = {name for name, _ in engine.columns(f"SELECT * FROM {relation([path])}")}
        if {"x_SplitUsage", "AllocatedResourceId"} <= columns:
            kind = "x_UsageType" if "x_UsageType" in columns else "NULL"
            sql = query("unmeasured_splits").format(charges=relation([path]), measured=measured(columns), kind=kind)
            found += engine.rows(sql)
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
        for source, month, rows, kind, file, row in found
    ]
