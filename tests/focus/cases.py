"""Per rule between columns, changes to the conforming charge that break it and changes that come near."""

from __future__ import annotations

from tests.focus.charge_rows import Row

COVERED: Row = {
    "BilledCost": "0",
    "CommitmentDiscountCategory": "Spend",
    "CommitmentDiscountId": "sp-1",
    "CommitmentDiscountName": "three years",
    "CommitmentDiscountQuantity": "1",
    "CommitmentDiscountStatus": "Used",
    "CommitmentDiscountType": "Savings Plan",
    "CommitmentDiscountUnit": "USD",
    "PricingCategory": "Committed",
}
UNUSED: Row = {**COVERED, "CommitmentDiscountStatus": "Unused", "ConsumedQuantity": None, "ConsumedUnit": None}
TAX: Row = {
    "ChargeCategory": "Tax",
    **dict.fromkeys(
        ("ConsumedQuantity", "ConsumedUnit", "ContractedUnitPrice", "ListUnitPrice", "PricingCategory",
         "PricingQuantity", "PricingUnit", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId")
    ),
}  # fmt: skip
PURCHASE: Row = {**COVERED, "BilledCost": "10", "ChargeCategory": "Purchase", "ChargeFrequency": "One-Time",
                 "CommitmentDiscountStatus": None, "ConsumedQuantity": None, "ConsumedUnit": None,
                 "EffectiveCost": "0", "PricingCategory": "Standard"}  # fmt: skip
CREDIT: Row = {**TAX, "ChargeCategory": "Credit", "BilledCost": "-1", "EffectiveCost": "-1"}
CORRECTION: Row = {"ChargeClass": "Correction", "ChargePeriodStart": "2026-08-05", "ChargePeriodEnd": "2026-08-06"}
RESERVED: Row = {"CapacityReservationId": "cr-1", "CapacityReservationStatus": "Used"}
SPLIT: Row = {"AllocatedMethodId": "m", "AllocatedResourceId": "pod-1", "AllocatedResourceName": "pod",
              "AllocatedTags": '{"app": "x"}'}  # fmt: skip

CONFORMING: tuple[Row, ...] = ({}, COVERED, UNUSED, TAX, PURCHASE, CREDIT, CORRECTION, RESERVED, SPLIT)


def _without(row: Row, *names: str) -> Row:
    return {**row, **dict.fromkeys(names)}


def _keeping(row: Row, *names: str) -> Row:
    """Return the row with these columns as in the conforming charge."""
    return {name: value for name, value in row.items() if name not in names}


# Rule name -> (changes that break it, changes that come near and do not).
CASES: dict[str, tuple[Row, Row]] = {
    "currency-code": ({"BillingCurrency": "usd"}, {"BillingCurrency": "EUR"}),
    "parent:ServiceSubcategory": ({"ServiceCategory": "Storage"}, {"ServiceSubcategory": "Of our own"}),
    **{f"tax-with-{name}": (_keeping(TAX, name), TAX)
       for name in ("PricingCategory", "SkuId", "SkuPriceId", "PricingQuantity", "PricingUnit", "ListUnitPrice",
                    "ContractedUnitPrice")},
    **{f"charge-without-{name}": ({name: None}, {**CORRECTION, name: None})
       for name in ("PricingCategory", "SkuId", "SkuPriceId", "PricingQuantity")},
    "SkuPriceId-without-SkuId": ({"SkuId": None}, {"SkuId": None, "SkuPriceId": None}),
    "SkuMeter-without-SkuId": ({"SkuId": None}, {"SkuId": None, "SkuMeter": None}),
    "SkuPriceDetails-without-SkuPriceId": ({"SkuPriceId": None}, {"SkuPriceDetails": None}),
    "CommitmentDiscountId-without-CommitmentDiscountStatus": (_without(COVERED, "CommitmentDiscountStatus"), PURCHASE),
    **{f"CommitmentDiscountId-without-{name}": (_without(COVERED, name), COVERED)
       for name in ("CommitmentDiscountCategory", "CommitmentDiscountType")},
    **{f"{name}-without-CommitmentDiscountId": ({name: COVERED[name]}, {})
       for name in ("CommitmentDiscountStatus", "CommitmentDiscountCategory", "CommitmentDiscountType",
                    "CommitmentDiscountName", "CommitmentDiscountQuantity")},
    "CommitmentDiscountId-without-CommitmentDiscountQuantity": (
        _without(COVERED, "CommitmentDiscountQuantity"),
        {**_without(COVERED, "CommitmentDiscountQuantity"), **CORRECTION}),
    "committed-price": ({**COVERED, "PricingCategory": "Standard"}, PURCHASE),
    "committed-without-commitment": ({"PricingCategory": "Committed"}, COVERED),
    "CapacityReservationId-without-CapacityReservationStatus": (
        {"CapacityReservationId": "cr-1"}, {**PURCHASE, "CapacityReservationId": "cr-1"}),
    "CapacityReservationStatus-without-CapacityReservationId": ({"CapacityReservationStatus": "Used"}, RESERVED),
    "RegionName-without-RegionId": ({"RegionId": None}, {"RegionId": None, "RegionName": None}),
    "RegionId-without-RegionName": ({"RegionName": None}, {"RegionId": None, "RegionName": None}),
    "ResourceName-without-ResourceId": ({"ResourceId": None}, {"ResourceName": None}),
    "ResourceType-without-ResourceId": ({"ResourceId": None}, {"ResourceId": None, "ResourceType": None}),
    "ResourceId-without-ResourceType": ({"ResourceType": None}, {"ResourceId": None, "ResourceType": None}),
    "SubAccountName-without-SubAccountId": ({"SubAccountId": None}, {"SubAccountName": None}),
    "SubAccountType-without-SubAccountId": ({"SubAccountId": None}, {"SubAccountType": None}),
    "SubAccountId-without-SubAccountName": ({"SubAccountName": None}, {"SubAccountId": None, "SubAccountName": None}),
    "SubAccountId-without-SubAccountType": ({"SubAccountType": None}, {"SubAccountId": None, "SubAccountType": None}),
    "AllocatedResourceName-without-AllocatedResourceId": (_without(SPLIT, "AllocatedResourceId"), SPLIT),
    "AllocatedTags-without-AllocatedResourceId": (_without(SPLIT, "AllocatedResourceId"), SPLIT),
    "AllocatedResourceId-without-AllocatedMethodId": (_without(SPLIT, "AllocatedMethodId"), SPLIT),
    "purchase-by-usage": ({**PURCHASE, "ChargeFrequency": "Usage-Based"}, PURCHASE),
    "no-invoice": ({"InvoiceId": None}, {"InvoiceId": "0"}),
    "charge-period-order": ({"ChargePeriodEnd": "2026-09-05"}, {"ChargePeriodEnd": "2026-09-05 00:00:01"}),
    "billing-period-order": ({"BillingPeriodEnd": "2026-09-01"}, {"BillingPeriodEnd": "2026-09-02"}),
    "billing-period-month": ({"BillingPeriodEnd": "2026-09-30"}, {"BillingPeriodEnd": "2026-08-01"}),
    "usage-outside-billing-period": (
        {"ChargePeriodStart": "2026-10-01", "ChargePeriodEnd": "2026-10-02"}, CORRECTION),
    "correction-of-own-period": ({"ChargeClass": "Correction"}, CORRECTION),
    "ConsumedQuantity-without-ConsumedUnit": ({"ConsumedUnit": None}, UNUSED),
    "ConsumedUnit-without-ConsumedQuantity": ({"ConsumedQuantity": None}, UNUSED),
    "PricingQuantity-without-PricingUnit": ({"PricingUnit": None}, TAX),
    "PricingUnit-without-PricingQuantity": ({"PricingQuantity": None}, TAX),
    "CommitmentDiscountQuantity-without-CommitmentDiscountUnit": (_without(COVERED, "CommitmentDiscountUnit"), COVERED),
    "CommitmentDiscountUnit-without-CommitmentDiscountQuantity": (
        _without(COVERED, "CommitmentDiscountQuantity"), COVERED),
    "consumed-without-usage": (_keeping(UNUSED, "ConsumedQuantity"), COVERED),
    "usage-without-consumed": ({"ConsumedQuantity": None}, UNUSED),
    "SkuPriceId-without-ListUnitPrice": ({"ListUnitPrice": None}, {"ListUnitPrice": None, "SkuPriceId": None}),
    "SkuPriceId-without-ContractedUnitPrice": (
        {"ContractedUnitPrice": None}, {"ContractedUnitPrice": None, "SkuPriceId": None}),
    "commitment-counted-twice": ({**PURCHASE, "EffectiveCost": "10"}, {**PURCHASE, "CommitmentDiscountId": None,
                                                                      "EffectiveCost": "10"}),
    "covered-usage-billed": ({**COVERED, "BilledCost": "0.000000000001"}, COVERED),
    "list-product": ({"ListCost": "1.2001"}, {"ListCost": "1.200000000001"}),
    "contracted-product": ({"ContractedCost": "-1"}, {**CORRECTION, "ContractedCost": "-1"}),
    "list-zero": ({"ListCost": "0"}, {**UNUSED, "ListCost": "0"}),
    "contracted-zero": ({"ContractedCost": "0"}, {"ContractedCost": "0", "EffectiveCost": "0"}),
    "credit-positive": ({**CREDIT, "BilledCost": "1"}, CREDIT),
    "usage-negative": ({"BilledCost": "-1"}, {**CORRECTION, "BilledCost": "-1"}),
    "credit-effective": ({**CREDIT, "EffectiveCost": "0"}, CREDIT),
}  # fmt: skip
