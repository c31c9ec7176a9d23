"""How tests read the suppliers' own forms back: every charge with its costs, by the suppliers' documents.

Written apart from finmod's mappings and from the writers: SQL over the files' own text.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from finmod.engines.duckdb import Engine

COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")
_MONEY = "DECIMAL(38,10)"

# Every row of the amortized half, and of the actual half the purchases and refunds of commitments. Microsoft leaves
# prices at 0 where it has none: a cost beside a price of 0 has no list or contracted cost that the file tells.
_AZURE = """
    WITH halves AS (
        SELECT *, 'amortized' AS half FROM {amortized}
        UNION ALL BY NAME
        SELECT *, 'actual' AS half FROM {actual}
        WHERE {type} IN ('Purchase', 'Refund') AND {model} IN ('Reservation', 'SavingsPlan')
    ), told AS (
        SELECT half, {type} AS kind, {cost}::DECIMAL(38,10) AS cost, {quantity}::DECIMAL(20,4) AS quantity,
            nullif({payg}::DECIMAL(18,10), 0) AS listed, nullif({unit}::DECIMAL(18,10), 0) AS contracted,
            {type} IN ('Tax', 'RoundingAdjustment', 'Credit') AS unpriced,
            half = 'amortized' AND {model} IN ('Reservation', 'SavingsPlan') AS held
        FROM halves)
    SELECT CASE WHEN held THEN 0 ELSE cost END AS BilledCost, CASE WHEN half = 'actual' THEN 0 ELSE cost END
        AS EffectiveCost, CASE WHEN unpriced THEN cost ELSE quantity * listed END AS ListCost,
        CASE WHEN unpriced THEN cost ELSE quantity * contracted END AS ContractedCost, kind FROM told"""
_ENTERPRISE = {
    "type": "ChargeType",
    "model": "coalesce(PricingModel, '')",
    "cost": "CostInBillingCurrency",
    "quantity": "Quantity",
    "payg": "PayGPrice",
    "unit": "UnitPrice",
}
_CUSTOMER = {
    "type": "chargeType",
    "model": "coalesce(pricingModel, '')",
    "cost": "costInBillingCurrency",
    "quantity": "quantity",
    "payg": "PayGPrice",
    "unit": "unitPrice",
}
# A row is a charge, and each of its credits is one.
_GCP = """
    SELECT cost AS BilledCost, cost AS EffectiveCost, coalesce(cost_at_list, cost) AS ListCost,
        cost AS ContractedCost, cost_type AS kind FROM {rows}
    UNION ALL
    SELECT credit.amount, credit.amount, CASE WHEN credit.type IN ('PROMOTION', 'FREE_TIER') THEN credit.amount ELSE 0
        END, CASE WHEN credit.type LIKE 'COMMITTED%' THEN 0 ELSE credit.amount END, credit.type
    FROM (SELECT unnest(credits) AS credit FROM {rows})"""
_OCI = """
    SELECT "cost/myCost" AS BilledCost, "cost/myCost" AS EffectiveCost, NULL AS ListCost,
        "cost/myCost" AS ContractedCost, "lineItem/isCorrection" AS kind FROM {rows}"""


def exported(folder: Path, source: str, label: str) -> list[Path]:
    """Return the files of a month that a source's own form has, without manifests."""
    root = folder / "exports" / source
    days = label.replace("-", "")
    names = (f"*/{days}*/*/part*", f"{label}/*")
    return sorted(path for name in names for path in root.glob(name))


def _csv(path: Path) -> str:
    return f"read_csv('{path}', all_varchar = true, header = true)"


def charges(folder: Path, source: str, label: str) -> str:
    """Return SQL for a month's charges: the four costs, NULL where the form tells none, and the form's own kind."""
    paths = exported(folder, source, label)
    if source.startswith("azure"):
        actual, amortized = paths
        names = _ENTERPRISE if source == "azure-ea" else _CUSTOMER
        return _AZURE.format(actual=_csv(actual), amortized=_csv(amortized), **names)
    (path,) = paths
    form, rows = (_GCP, f"read_json('{path}', format = 'newline_delimited')") if source == "gcp" else (_OCI, _csv(path))
    return form.format(rows=rows)


def totals(engine: Engine, folder: Path, source: str, label: str) -> dict[str, Decimal]:
    """Return the exact sum of each cost over a month, as far as the form tells it."""
    sums = ", ".join(f"coalesce(sum({cost}::{_MONEY}), 0)" for cost in COSTS)
    return dict(zip(COSTS, engine.row(f"SELECT {sums} FROM ({charges(folder, source, label)})"), strict=True))
