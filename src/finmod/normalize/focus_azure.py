"""Azure's own FOCUS export, 1.0-preview to 1.2: what it has under other names, and its zeros that are no prices.

Owns the rules of Azure alone. Source: Microsoft Cost Management, metadata of the FOCUS datasets 1.0-preview(v1), 1.0
and 1.2-preview, and FOCUS conformance summary; FOCUS 1.0-preview, ChargeSubcategory.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.engines.duckdb import Engine, EngineError
from finmod.errors import counted
from finmod.normalize.aws_services import lookup
from finmod.normalize.azure_regions import NAMES
from finmod.normalize.convert import Conversion
from finmod.normalize.diagnose import why_unreadable
from finmod.normalize.focus_supplier import FocusSupplier
from finmod.normalize.mapping import MapColumn, render
from finmod.terms.findings import Finding

_METADATA = "Microsoft Cost Management, metadata of the FOCUS datasets"
_SUMMARY = "Microsoft Cost Management, FOCUS conformance summary"
_MARKS = frozenset({"x_billingprofileid", "x_skumeterid"})
_PAID = "(coalesce(#EffectiveCost, 0) <> 0 OR coalesce(#BilledCost, 0) <> 0)"
_COSTS = {
    "ListCost": "#ListCost",
    "ContractedCost": "coalesce(#ContractedCost, #x_OnDemandCost)",
    "ListUnitPrice": "#ListUnitPrice",
    "ContractedUnitPrice": "coalesce(#ContractedUnitPrice, #x_OnDemandUnitPrice)",
    "PricingCurrencyListUnitPrice": "#PricingCurrencyListUnitPrice",
    "PricingCurrencyContractedUnitPrice": "#PricingCurrencyContractedUnitPrice",
}
_USED = "$ChargeSubcategory"
_REGION = lookup(NAMES, "lower(replace($Region, ' ', ''))")


def _unknown(target: str) -> str:
    """Return the test whether an amount is 0 because Azure does not have it; a list price below the own one is none."""
    own = target.replace("List", "Contracted")
    dearer = f" OR coalesce({_COSTS[own]}, 0) <> 0" if own != target else ""
    return f"({_COSTS[target]} = 0 AND ({_PAID}{dearer}))"


def _told(target: str) -> str:
    """Return SQL for whether an unknown zero is told: once per row, of its cost, else its price, as billed first."""
    kind = "List" if "List" in target else "Contracted"
    order = (f"{kind}Cost", f"{kind}UnitPrice", f"PricingCurrency{kind}UnitPrice")
    told = [f" AND NOT coalesce({_unknown(one)}, false)" for one in order[: order.index(target)]]
    return f"({_unknown(target)}{''.join(told)})"


def _beside(target: str) -> str:
    """Return what an unknown zero may stand beside: a list price beside a contracted one too."""
    return "a cost or price" if target.endswith("ListUnitPrice") else "a cost"


def _costs() -> tuple[MapColumn, ...]:
    earlier = {"ContractedCost": "x_OnDemandCost", "ContractedUnitPrice": "x_OnDemandUnitPrice"}
    return tuple(
        MapColumn(
            target,
            f"CASE WHEN {_unknown(target)} THEN NULL ELSE {amount} END",
            choice="In an export of Azure 0 beside a billed or effective cost that is not 0 is a price that Azure does "
            "not have, and is read as NULL, and so is a list price of 0 beside a contracted one that is not; that is a "
            "finding with their number (FM1262)."
            + (" As the price in the billing currency." if target.startswith("PricingCurrency") else "")
            + (f" {earlier[target]} of 1.0-preview is the same under its first name." if target in earlier else ""),
            source=f"{_SUMMARY}: {target.removeprefix('PricingCurrency')}",
            alternative="0 as written: the saving on such a charge would be the whole cost, below 0.",
        )
        for target, amount in _COSTS.items()
    )


_RENAMED = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN $ChargeCategory = 'Adjustment' AND {_USED} = 'Credit' THEN 'Credit' ELSE $ChargeCategory END",
        choice="1.0-preview of Azure has credits as Adjustment with ChargeSubcategory Credit.",
        source="FOCUS 1.0-preview, ChargeSubcategory",
    ),
    MapColumn(
        "ChargeClass",
        f"coalesce($ChargeClass, CASE WHEN {_USED} = 'Refund' THEN 'Correction' END)",
        choice="1.0-preview of Azure has refunds as ChargeSubcategory Refund.",
        source="FOCUS 1.0-preview, ChargeSubcategory",
    ),
    MapColumn(
        "CommitmentDiscountStatus",
        f"coalesce($CommitmentDiscountStatus, CASE {_USED} WHEN 'Used Commitment' THEN 'Used' "
        "WHEN 'Unused Commitment' THEN 'Unused' END)",
        choice="1.0-preview of Azure says it in ChargeSubcategory.",
        source="FOCUS 1.0-preview, ChargeSubcategory",
    ),
    MapColumn(
        "PricingCategory",
        "CASE $PricingCategory WHEN 'On-Demand' THEN 'Standard' WHEN 'Commitment-Based' THEN 'Committed' "
        "ELSE $PricingCategory END",
        choice="On-Demand and Commitment-Based are the words of 1.0-preview.",
        source="FOCUS 1.0-preview, PricingCategory",
    ),
    MapColumn(
        "ConsumedQuantity",
        "CASE WHEN $ChargeCategory = 'Usage' THEN coalesce(#ConsumedQuantity, #UsageQuantity) END",
        choice="UsageQuantity of 1.0-preview, on usage alone as FOCUS has it now.",
        source=_METADATA,
    ),
    MapColumn(
        "ConsumedUnit",
        "CASE WHEN $ChargeCategory = 'Usage' THEN coalesce($ConsumedUnit, $UsageUnit) END",
        choice="UsageUnit of 1.0-preview.",
        source=_METADATA,
    ),
    MapColumn(
        "RegionId",
        f"coalesce($RegionId, lower(replace(coalesce({_REGION}, $Region), ' ', '')))",
        choice="Region of 1.0-preview, by our table of regions.",
        source=_METADATA,
    ),
    MapColumn(
        "RegionName",
        f"coalesce($RegionName, {_REGION}, $Region)",
        choice="As RegionId.",
        source=_METADATA,
    ),
    MapColumn(
        "InvoiceId",
        "coalesce($InvoiceId, $x_InvoiceId)",
        choice="Before 1.2 Azure has it as x_InvoiceId.",
        source=_METADATA,
    ),
    MapColumn(
        "PricingCurrency",
        "coalesce($PricingCurrency, $x_PricingCurrency)",
        choice="Before 1.2 Azure has it as x_PricingCurrency.",
        source=_METADATA,
    ),
    MapColumn(
        "SkuMeter",
        "coalesce($SkuMeter, $x_SkuMeterName)",
        choice="Before 1.2 Azure has it as x_SkuMeterName.",
        source=_METADATA,
    ),
    MapColumn(
        "SkuPriceId",
        "nullif($SkuPriceId, '-2')",
        choice="Azure writes -2 where there is none.",
        source=_SUMMARY,
    ),
    MapColumn(
        "SubAccountName",
        "nullif($SubAccountName, 'Unassigned')",
        choice="Azure writes Unassigned where there is none.",
        source=_SUMMARY,
    ),
)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether a FOCUS file has what Azure's export has beside FOCUS: billing profiles and meter ids."""
    return {name.casefold() for name in columns} >= _MARKS


def findings(engine: Engine, conversion: Conversion, rows_of_it: str) -> list[Finding]:
    """Return how many list and contracted costs of Azure's rows are unknown zeros, a finding per month and column."""
    values = conversion.values
    tolerated = conversion.reading.unreadable_as_null
    signs = {
        "$": values.text,
        "#": lambda name: values.decimal(name, tolerant=name in tolerated),
        "@": values.timestamp,
    }
    wanted = tuple(_COSTS)
    tests = [render(f"({rows_of_it} AND {_told(target)})", signs) for target in wanted]
    picked = ", ".join(f"count(*) FILTER (WHERE {test}), min(r) FILTER (WHERE {test})" for test in tests)
    try:
        found = engine.rows(
            f"SELECT {conversion.month}, {picked} FROM (SELECT *, file_row_number + 1 AS r FROM {conversion.relation}) "
            "GROUP BY 1 ORDER BY 1"
        )
    except EngineError as error:
        raise why_unreadable(engine, [conversion], error) from error
    return [
        Finding(
            code="FM1262",
            severity="warning",
            message=f"{target} is 0 beside {_beside(target)} that is not, and is read as unknown: "
            f"{counted(rows, 'charge')}.",
            billing_period=month,
            column=target,
            rows=rows,
            where=f"{conversion.staged.file.name}, row {row:,}",
        )
        for month, *counts in found
        for target, rows, row in zip(wanted, counts[::2], counts[1::2], strict=True)
        if rows
    ]


AZURE = FocusSupplier("Azure", ("Microsoft", "Azure"), recognise, (*_costs(), *_RENAMED), findings=findings)
