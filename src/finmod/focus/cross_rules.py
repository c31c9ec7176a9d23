"""The rules of FOCUS CostAndUsage that tie one column to another, as data.

Owns the SQL of those rules and the place in the specification; ``rules.py`` joins them with the rules that follow
from the schema, and describes the scopes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cross:
    """One rule between columns; the fields are those of ``rules.Rule``, whose scope is the tuple it stands in."""

    code: str
    name: str
    columns: tuple[str, ...]
    violation_sql: str
    source: str


_NOT_CORRECTION = "ChargeClass IS DISTINCT FROM 'Correction'"
_BOUGHT = f"ChargeCategory IN ('Usage', 'Purchase') AND {_NOT_CORRECTION}"
_CONSUMED = "ChargeCategory = 'Usage' AND CommitmentDiscountStatus IS DISTINCT FROM 'Unused'"

# Suppliers write quotients of two decimals; the ledger rounds price and quantity to 12 places. The relative part is
# the tolerance of the Foundation's own validator. Doubles compare here, they never add up to an amount.
_PRODUCT = (
    "abs({price}::DOUBLE * PricingQuantity::DOUBLE - {cost}::DOUBLE) > "
    "1e-9 * (1 + abs({cost}::DOUBLE)) + 5e-13 * (abs({price}::DOUBLE) + abs(PricingQuantity::DOUBLE))"
)


def _needs(code: str, dependent: str, parent: str, *, when: str = "") -> Cross:
    """Return the rule that a column is null where its parent is."""
    condition = f"{dependent} IS NOT NULL AND {parent} IS NULL{when}"
    return Cross(code, f"{dependent}-without-{parent}", (dependent, parent), condition, f"{dependent}: nullability")


def _asks(code: str, parent: str, dependent: str, *, when: str = "") -> Cross:
    """Return the rule that a column is there where its parent is."""
    condition = f"{dependent} IS NULL AND {parent} IS NOT NULL{when}"
    return Cross(code, f"{parent}-without-{dependent}", (dependent, parent), condition, f"{dependent}: nullability")


def _tax(column: str, code: str) -> Cross:
    condition = f"ChargeCategory = 'Tax' AND {column} IS NOT NULL"
    return Cross(code, f"tax-with-{column}", (column,), condition, f"{column}: nullability")


def _bought(column: str, code: str) -> Cross:
    condition = f"{column} IS NULL AND {_BOUGHT}"
    return Cross(code, f"charge-without-{column}", (column,), condition, f"{column}: nullability")


_USAGE = " AND ChargeCategory = 'Usage'"

KEY_RULES = (
    Cross("FM1307", "currency-code", ("BillingCurrency",), "NOT regexp_full_match(BillingCurrency, '[A-Z]{3}')",
          "attribute Currency Format"),
    _tax("PricingCategory", "FM1330"),
    _tax("SkuId", "FM1330"),
    _tax("SkuPriceId", "FM1330"),
    _bought("PricingCategory", "FM1333"),
    _bought("SkuId", "FM1334"),
    _bought("SkuPriceId", "FM1334"),
    _needs("FM1335", "SkuPriceId", "SkuId"),
    _needs("FM1335", "SkuMeter", "SkuId"),
    _needs("FM1335", "SkuPriceDetails", "SkuPriceId"),
    _asks("FM1350", "CommitmentDiscountId", "CommitmentDiscountStatus", when=_USAGE),
    _asks("FM1351", "CommitmentDiscountId", "CommitmentDiscountCategory"),
    _asks("FM1351", "CommitmentDiscountId", "CommitmentDiscountType"),
    _needs("FM1352", "CommitmentDiscountStatus", "CommitmentDiscountId"),
    _needs("FM1352", "CommitmentDiscountCategory", "CommitmentDiscountId"),
    _needs("FM1352", "CommitmentDiscountType", "CommitmentDiscountId"),
    _needs("FM1352", "CommitmentDiscountName", "CommitmentDiscountId"),
    Cross("FM1354", "committed-price", ("PricingCategory", "CommitmentDiscountId"),
          "ChargeCategory = 'Usage' AND CommitmentDiscountId IS NOT NULL AND PricingCategory <> 'Committed'",
          "PricingCategory: Committed"),
    Cross("FM1355", "committed-without-commitment", ("PricingCategory", "CommitmentDiscountId"),
          "PricingCategory = 'Committed' AND CommitmentDiscountId IS NULL", "CommitmentDiscountId: nullability"),
    _asks("FM1360", "CapacityReservationId", "CapacityReservationStatus", when=_USAGE),
    _needs("FM1361", "CapacityReservationStatus", "CapacityReservationId"),
    _needs("FM1362", "RegionName", "RegionId"),
    _asks("FM1362", "RegionId", "RegionName"),
    _needs("FM1363", "ResourceName", "ResourceId"),
    _needs("FM1363", "ResourceType", "ResourceId"),
    _asks("FM1364", "ResourceId", "ResourceType"),
    _needs("FM1365", "SubAccountName", "SubAccountId"),
    _needs("FM1365", "SubAccountType", "SubAccountId"),
    _asks("FM1366", "SubAccountId", "SubAccountName"),
    _asks("FM1366", "SubAccountId", "SubAccountType"),
    _needs("FM1367", "AllocatedResourceName", "AllocatedResourceId"),
    _needs("FM1367", "AllocatedTags", "AllocatedResourceId"),
    _asks("FM1367", "AllocatedResourceId", "AllocatedMethodId"),
    Cross("FM1369", "purchase-by-usage", ("ChargeFrequency", "ChargeCategory"),
          "ChargeCategory = 'Purchase' AND ChargeFrequency = 'Usage-Based'", "ChargeFrequency: allowed with Purchase"),
    Cross("FM1372", "no-invoice", ("InvoiceId",), "InvoiceId IS NULL", "InvoiceId: nullability"),
)  # fmt: skip

CHARGE_RULES = (
    Cross("FM1320", "charge-period-order", ("ChargePeriodStart", "ChargePeriodEnd"),
          "ChargePeriodStart >= ChargePeriodEnd", "ChargePeriodEnd: exclusive end bound"),
    Cross("FM1321", "billing-period-order", ("BillingPeriodStart", "BillingPeriodEnd"),
          "BillingPeriodStart >= BillingPeriodEnd", "BillingPeriodEnd: exclusive end bound"),
    Cross("FM1322", "billing-period-month", ("BillingPeriodStart", "BillingPeriodEnd"),
          "BillingPeriodStart < BillingPeriodEnd AND (BillingPeriodStart <> date_trunc('month', BillingPeriodStart) "
          "OR BillingPeriodEnd <> BillingPeriodStart + INTERVAL 1 MONTH)", "BillingPeriodStart: billing period"),
    Cross("FM1323", "usage-outside-billing-period", ("ChargePeriodStart", "BillingPeriodStart", "BillingPeriodEnd"),
          "ChargeCategory = 'Usage' AND (ChargePeriodStart < BillingPeriodStart OR "
          f"ChargePeriodStart >= BillingPeriodEnd) AND {_NOT_CORRECTION}", "attribute Correction Handling"),
    Cross("FM1324", "correction-of-own-period", ("ChargeClass", "ChargePeriodStart", "BillingPeriodStart"),
          "ChargeClass = 'Correction' AND ChargePeriodStart >= BillingPeriodStart", "ChargeClass: nullability"),
    _tax("PricingQuantity", "FM1331"),
    _tax("PricingUnit", "FM1331"),
    _tax("ListUnitPrice", "FM1331"),
    _tax("ContractedUnitPrice", "FM1331"),
    _bought("PricingQuantity", "FM1332"),
    *(
        rule
        for quantity, unit in (("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit"),
                               ("CommitmentDiscountQuantity", "CommitmentDiscountUnit"))
        for rule in (_needs("FM1338", quantity, unit), _asks("FM1338", unit, quantity))
    ),
    Cross("FM1339", "consumed-without-usage", ("ConsumedQuantity", "ChargeCategory"),
          "ConsumedQuantity IS NOT NULL AND (ChargeCategory <> 'Usage' OR CommitmentDiscountStatus = 'Unused')",
          "ConsumedQuantity: nullability"),
    Cross("FM1340", "usage-without-consumed", ("ConsumedQuantity", "ChargeCategory"),
          f"ConsumedQuantity IS NULL AND {_CONSUMED} AND {_NOT_CORRECTION}", "ConsumedQuantity: nullability"),
    _asks("FM1341", "SkuPriceId", "ListUnitPrice"),
    _asks("FM1341", "SkuPriceId", "ContractedUnitPrice"),
    _needs("FM1352", "CommitmentDiscountQuantity", "CommitmentDiscountId"),
    _asks("FM1353", "CommitmentDiscountId", "CommitmentDiscountQuantity", when=f" AND {_BOUGHT}"),
    Cross("FM1356", "commitment-counted-twice", ("EffectiveCost", "CommitmentDiscountId", "ChargeCategory"),
          "ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL AND EffectiveCost <> 0",
          "EffectiveCost: purchases that cover future charges"),
    Cross("FM1357", "covered-usage-billed", ("BilledCost", "CommitmentDiscountStatus", "ChargeCategory"),
          "ChargeCategory = 'Usage' AND CommitmentDiscountStatus IN ('Used', 'Unused') AND BilledCost <> 0",
          "examples of commitment discounts"),
    Cross("FM1380", "list-product", ("ListCost", "ListUnitPrice", "PricingQuantity"),
          f"{_PRODUCT.format(price='ListUnitPrice', cost='ListCost')} AND {_NOT_CORRECTION}",
          "ListCost: product of price and quantity"),
    Cross("FM1381", "contracted-product", ("ContractedCost", "ContractedUnitPrice", "PricingQuantity"),
          f"{_PRODUCT.format(price='ContractedUnitPrice', cost='ContractedCost')} AND {_NOT_CORRECTION}",
          "ContractedCost: product of price and quantity"),
    Cross("FM1382", "list-zero", ("ListCost", "EffectiveCost"),
          f"ListCost = 0 AND EffectiveCost > 0 AND {_CONSUMED}", "ListCost: definition"),
    Cross("FM1383", "contracted-zero", ("ContractedCost", "EffectiveCost"),
          f"ContractedCost = 0 AND EffectiveCost > 0 AND {_CONSUMED}", "ContractedCost: definition"),
    Cross("FM1385", "credit-positive", ("BilledCost", "ChargeCategory"),
          "ChargeCategory = 'Credit' AND BilledCost > 0", "ChargeCategory: Credit"),
    Cross("FM1386", "usage-negative", ("BilledCost", "ChargeCategory"),
          f"ChargeCategory = 'Usage' AND BilledCost < 0 AND {_NOT_CORRECTION}", "ChargeCategory: Usage"),
    Cross("FM1387", "credit-effective", ("EffectiveCost", "BilledCost", "ChargeCategory"),
          "ChargeCategory = 'Credit' AND EffectiveCost <> BilledCost", "EffectiveCost: charges unrelated to others"),
)  # fmt: skip
