"""What Google's credits are: each element of a row's list ``credits`` is a charge of its own.

Owns their types and what differs from the row's own charge, in the notation of ``mapping.py``.

Source: Google Cloud Billing, "Structure of Detailed data export": credits.type.
"""

from __future__ import annotations

from finmod.normalize.gcp_charges import CUD_MODEL, SCHEMA
from finmod.normalize.mapping import MapColumn

# Before 10 September 2020 credits had a name and an amount alone.
_NAMED = (
    "CASE WHEN starts_with(lower($credits_name), 'committed us') THEN 'COMMITTED_USAGE_DISCOUNT' "
    "WHEN starts_with(lower($credits_name), 'sustained us') THEN 'SUSTAINED_USAGE_DISCOUNT' "
    "WHEN starts_with(replace(lower($credits_name), ' ', ''), 'freetrial') THEN 'PROMOTION' END"
)
CREDIT_TYPE = f"coalesce(upper($credits_type), {_NAMED})"
CUD_CREDITS = ("COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "SUBSCRIPTION_BENEFIT")
RATE_CREDITS = ("SUSTAINED_USAGE_DISCOUNT", "DISCOUNT", "SPENDING_BASED_DISCOUNT", "RESELLER_MARGIN")
OFFSETS = ("FEE_UTILIZATION_OFFSET",)
GRANTS = ("PROMOTION", "FREE_TIER")
KNOWN_CREDITS = (*CUD_CREDITS, *RATE_CREDITS, *OFFSETS, *GRANTS)


def _is(*types: str) -> str:
    return f"{CREDIT_TYPE} IN ({', '.join(map(repr, types))})"


_COMMITMENT = _is("COMMITTED_USAGE_DISCOUNT", "COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", *OFFSETS)
_HELD = f"$subscription_instance_id IS NOT NULL AND {_COMMITMENT}"
_SPEND = _is("COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", *OFFSETS)

NO_CREDIT = "coalesce($credits_amount, $credits_type, $credits_name, $credits_id) IS NULL"
"""Elements that hold nothing."""

CREDIT = (
    MapColumn(
        "BilledCost",
        "#credits_amount",
        choice="Negative: Google takes it off the invoice. A positive amount takes an earlier credit back.",
        source=f"{SCHEMA}: credits.amount",
    ),
    MapColumn("EffectiveCost", "#credits_amount", choice="As billed."),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_is(*CUD_CREDITS, *RATE_CREDITS, *OFFSETS)} THEN 0 WHEN {_is(*GRANTS)} THEN #credits_amount END",
        choice="0 for discounts and for offsets of fees: the usage that they belong to carries the list cost. Grants "
        "have no other list price than their own. NULL for an unknown type.",
        source=f"{SCHEMA}: credits.type; {CUD_MODEL}; FOCUS 1.4, ListCost",
        alternative="The amount for offsets: list cost summed without purchases of commitments, as it must be, would "
        "be too low by what was offset.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {_is(*CUD_CREDITS, *OFFSETS)} THEN 0 WHEN {_is(*RATE_CREDITS, *GRANTS)} THEN #credits_amount END",
        choice="0 for the credits of a commitment and for offsets of fees, which contracted cost leaves out; the "
        "amount for discounts that were agreed on or come with use, and for grants. NULL for an unknown type.",
        source=f"{SCHEMA}: credits.type; FOCUS 1.4, ContractedCost",
    ),
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {_is(*GRANTS)} THEN 'Credit' WHEN {_is(*CUD_CREDITS, *RATE_CREDITS, *OFFSETS)} THEN "
        "'Adjustment' END",
        choice="Free trial, promotions and free tiers are Credits: grants. Discounts of every kind are Adjustments: a "
        "price agreed on. Types of before September 2020, when there were none, are told by the credit's name. An "
        "unknown type is NULL, which is a finding (FM1264).",
        source=f"{SCHEMA}: credits.type, credits.name; FOCUS 1.4, ChargeCategory",
        alternative="Credit for all of them, as Google's word is: FOCUS means vouchers by it, and discounts would look "
        "like money given. Usage for a commitment's credits, as for the negation of AWS: their sum would hide how much "
        "a commitment took back.",
    ),
    MapColumn(
        "ChargeDescription",
        "coalesce($credits_full_name, $credits_name, $credits_id, $sku_description)",
        source=f"{SCHEMA}: credits.full_name, credits.name, credits.id",
    ),
    MapColumn(
        "ChargeFrequency", f"CASE WHEN {_is(*GRANTS)} THEN 'One-Time' WHEN {_is(*KNOWN_CREDITS)} THEN 'Usage-Based' END"
    ),
    MapColumn("PricingCategory", "'Other'"),
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN {_COMMITMENT} THEN $subscription_instance_id END",
        source=f"{SCHEMA}: subscription.instance_id",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN NOT ({_HELD}) THEN NULL WHEN {_SPEND} THEN 'Spend' WHEN {_COMMITMENT} THEN 'Usage' END",
        source=f"{SCHEMA}: credits.type",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN NOT ({_HELD}) THEN NULL WHEN {_SPEND} THEN 'Spend-based CUD' WHEN {_COMMITMENT} THEN "
        "'Resource-based CUD' END",
        source=f"{SCHEMA}: credits.type",
    ),
    MapColumn("CommitmentDiscountName", f"CASE WHEN {_HELD} THEN coalesce($credits_full_name, $credits_name) END"),
    MapColumn("CommitmentDiscountStatus", "NULL"),
    *(
        MapColumn(name, "NULL", choice="The row's own charge carries it.")
        for name in (
            "SkuPriceId", "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "ListUnitPrice",
            "ContractedUnitPrice",
        )
    ),
    MapColumn("x_CreditType", CREDIT_TYPE, source=f"{SCHEMA}: credits.type"),
    MapColumn("x_CreditName", "$credits_name", source=f"{SCHEMA}: credits.name"),
    MapColumn("x_CreditId", "$credits_id", source=f"{SCHEMA}: credits.id"),
)  # fmt: skip
"""The columns in which a credit differs from the charge of its row."""
