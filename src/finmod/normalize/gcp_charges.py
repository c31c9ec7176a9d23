"""What kind of charge a row of Google's export is, what a credit is, and what they cost in each of FOCUS's four senses.

Owns the rules per cost type and per type of credit, in the notation of ``mapping.py``. Identity, place and names of a
charge stand in ``gcp.py``.

Source: Google Cloud Billing, "Structure of Detailed data export"; Google Cloud, "Spend-based CUDs data model updates".
"""

from __future__ import annotations

from finmod.normalize.mapping import Choice, MapColumn

SCHEMA = "Google Cloud Billing, Structure of Detailed data export"
CUD_MODEL = "Google Cloud, Spend-based CUDs data model updates"
FOCUS_VIEW = "Google Cloud, FOCUS BigQuery view"

TYPE = "coalesce(lower($cost_type), 'regular')"
KNOWN_TYPES = ("regular", "tax", "adjustment", "rounding_error")
REGULAR = f"{TYPE} = 'regular'"
# Another consumption model than the default one is the price of a spend-based commitment.
_MODEL = "coalesce($consumption_model_description, $consumption_model_id)"
AT_DEFAULT = (
    "coalesce(lower($consumption_model_description) = 'default', $consumption_model_id = '7754-699E-0EBF', true)"
)
COVERED = f"({REGULAR} AND NOT ({AT_DEFAULT}))"
# Credits are looked at last: in Parquet they must be put into words for it.
_NAMED_FEE = "coalesce(starts_with(lower($sku_description), 'commitment'), false)"
_OFFSET_FEE = "contains($credits, 'FEE_UTILIZATION_OFFSET')"
_BOUGHT = "NOT coalesce(contains($credits, 'COMMITTED_USAGE_DISCOUNT'), false)"
_IS_FEE = (
    f"CASE WHEN {_NAMED_FEE} THEN true WHEN $subscription_instance_id IS NOT NULL THEN {_BOUGHT} "
    f"WHEN #price_effective_price = 1 THEN coalesce({_OFFSET_FEE}, false) ELSE false END"
)
FEE = f"({REGULAR} AND {AT_DEFAULT} AND {_IS_FEE})"
USAGE = f"({REGULAR} AND NOT {FEE})"
_NAMELESS = f"($subscription_instance_id IS NULL AND {FEE})"
_SPOT = "coalesce(starts_with($sku_description, 'Spot ') OR contains($sku_description, 'reemptible '), false)"
_SPEND_FEE = "(contains(lower($sku_description), 'dollar') OR #price_effective_price = 1)"

_CONTRACTED = f"coalesce(#cost_at_effective_price_default, CASE WHEN {AT_DEFAULT} THEN #cost END)"

COSTS = (
    MapColumn(
        "BilledCost",
        "#cost",
        choice="The cost before credits; each credit is a charge of its own. Their sum per invoice month is the "
        "invoice, and per SKU and resource what Google shows as its subtotal.",
        source=f"{SCHEMA}: cost, credits; Query to get the invoice total",
        alternative="Cost plus credits in one charge, as in Google's FOCUS export: what was granted, agreed on or "
        "committed to could not be told apart any more.",
    ),
    MapColumn(
        "EffectiveCost",
        "#cost",
        choice="As billed, row by row, so that nothing is counted twice: usage under a commitment of the older model "
        "is billed on demand and taken back by a credit, and the commitment's fee carries the cost of it; of the newer "
        "model usage is billed at the committed price, and the fee and its offset leave what was not used. Over a "
        "whole term the sum is what was billed: Google sells commitments by the hour and takes nothing upfront.",
        source=f"{SCHEMA}: credits.type; {CUD_MODEL}; {FOCUS_VIEW} (EffectiveCost is the cost of the row)",
        alternative="0 on the fee and its amount on the usage that it paid for, as FOCUS asks of purchases: a row of "
        "the older model does not say which fee covered it, and Google itself spreads fees by rules that the export "
        "does not hold.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_NAMELESS} THEN 0 WHEN {REGULAR} THEN #cost_at_list ELSE #cost END",
        choice="NULL where the export does not say, as before June 2023. Tax, adjustments and rounding have no other "
        "list price than their own. 0 for the fee of a commitment that names no subscription: the usage that it covers "
        "carries the list cost, and a purchase without CommitmentDiscountId could not be left out of a sum.",
        source=f"{SCHEMA}: cost_at_list; FOCUS 1.4, ListCost",
        alternative="The cost: it is after negotiated discounts.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {_NAMELESS} THEN 0 WHEN {REGULAR} THEN {_CONTRACTED} ELSE #cost END",
        choice="The cost at the account's own prices without a commitment; where the export has no column for it and "
        "no commitment's price applies, that is the cost itself. Under a commitment's price NULL without the column. "
        "0 for the fee of a commitment that names no subscription, as in ListCost.",
        source=f"{SCHEMA}: cost_at_effective_price_default, cost, consumption_model; FOCUS 1.4, ContractedCost",
    ),
)

KINDS = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {FEE} THEN 'Purchase' WHEN {REGULAR} THEN 'Usage' WHEN {TYPE} = 'tax' THEN 'Tax' "
        f"WHEN {TYPE} IN ('adjustment', 'rounding_error') THEN 'Adjustment' END",
        choice="The fee of a commitment is a Purchase: its SKU begins with Commitment, or it names a subscription and "
        "neither a commitment's price nor a commitment's credit, or its price is 1 and a credit of type "
        "FEE_UTILIZATION_OFFSET offsets it. A row without a cost type is regular, as all were before 2019. An unknown "
        "cost type is NULL, which is a finding (FM1265).",
        source=f"{SCHEMA}: cost_type, subscription.instance_id; {CUD_MODEL}; FOCUS 1.4, ChargeCategory",
        alternative="Usage for fees, as in Google's FOCUS view: commitments bought could not be told from what runs.",
    ),
    MapColumn(
        "ChargeFrequency",
        f"CASE WHEN {FEE} THEN 'Recurring' WHEN {REGULAR} THEN 'Usage-Based' "
        f"WHEN {TYPE} IN ('tax', 'adjustment', 'rounding_error') THEN 'One-Time' END",
        source=f"{SCHEMA}: cost_type; FOCUS 1.4, ChargeFrequency",
    ),
    MapColumn(
        "PricingCategory",
        f"CASE WHEN {TYPE} = 'tax' THEN NULL WHEN {COVERED} THEN 'Committed' WHEN {REGULAR} AND {_SPOT} THEN 'Dynamic' "
        f"WHEN {REGULAR} THEN 'Standard' ELSE 'Other' END",
        choice="Usage at another consumption model than the default is Committed; Spot, told by the SKU, is Dynamic. "
        "Usage that a commitment's credit takes back stays Standard: it is billed on demand.",
        source=f"{SCHEMA}: consumption_model; {CUD_MODEL}; FOCUS 1.4, PricingCategory",
        alternative="Committed for usage with a commitment's credit, as in Google's FOCUS view: a credit may cover a "
        "part of a row, and the row does not say which part.",
    ),
)

COMMITMENTS = (
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN $subscription_instance_id IS NULL THEN NULL WHEN {COVERED} OR {FEE} THEN "
        "$subscription_instance_id END",
        choice="On fees, on usage at a commitment's price, and on a commitment's credits.",
        source=f"{SCHEMA}: subscription.instance_id",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN $subscription_instance_id IS NULL THEN NULL WHEN {COVERED} THEN 'Spend' "
        f"WHEN {FEE} THEN CASE WHEN {_SPEND_FEE} THEN 'Spend' ELSE 'Usage' END END",
        choice="A fee for money per hour says so in its SKU, or has a price of 1.",
        source=f"{CUD_MODEL}; FOCUS 1.4, CommitmentDiscountCategory",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN $subscription_instance_id IS NULL THEN NULL WHEN {COVERED} THEN 'Spend-based CUD' "
        f"WHEN {FEE} THEN CASE WHEN {_SPEND_FEE} THEN 'Spend-based CUD' ELSE 'Resource-based CUD' END END",
        source=f"{SCHEMA}: credits.type; FOCUS 1.4, CommitmentDiscountType",
    ),
    MapColumn(
        "CommitmentDiscountName",
        f"CASE WHEN $subscription_instance_id IS NOT NULL AND {COVERED} THEN {_MODEL} END",
        source=f"{SCHEMA}: consumption_model.description",
    ),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN $subscription_instance_id IS NOT NULL AND {COVERED} THEN 'Used' END",
        choice="Only usage at a commitment's price says that it used one. What was not used stands in no row: a fee "
        "and its offset leave it.",
        source=f"{CUD_MODEL}; FOCUS 1.4, CommitmentDiscountStatus",
        alternative="A further charge with the status Unused for what a fee's offset leaves: rows of a fee that was "
        "not used at all carry no offset and look like those of the older model.",
    ),
)

PACIFIC_MONTHS = Choice(
    "FM1323",
    "Google cuts its months in US Pacific time: the first 7 or 8 hours of a month in UTC belong to the invoice before.",
    "ChargePeriodStart >= BillingPeriodEnd AND ChargePeriodStart < BillingPeriodEnd + INTERVAL 8 HOUR",
)

PRICED = f"{REGULAR} AND $usage_amount_in_pricing_units IS NOT NULL"


def per_unit(price: str) -> str:
    """Return SQL for a price per pricing unit, cut off after 12 places; prices may be stated for 1,000 units."""
    count = "CAST(#price_pricing_unit_quantity AS HUGEINT)"
    return (
        f"CASE WHEN coalesce(#price_pricing_unit_quantity, 1) <= 1 THEN {price} "
        f"ELSE CAST(CAST({price} * 1000000000000 AS HUGEINT) // {count} AS DECIMAL(38,0)) * "
        "CAST(0.000000000001 AS DECIMAL(12,12)) END"
    )


_DEFAULT_PRICE = f"coalesce(#price_effective_price_default, CASE WHEN {AT_DEFAULT} THEN #price_effective_price END)"
QUANTITIES = (
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {USAGE} THEN #usage_amount END",
        source=f"{SCHEMA}: usage.amount",
    ),
    MapColumn("ConsumedUnit", f"CASE WHEN {USAGE} THEN $usage_unit END", source=f"{SCHEMA}: usage.unit"),
    MapColumn(
        "PricingQuantity",
        f"CASE WHEN {REGULAR} THEN #usage_amount_in_pricing_units END",
        source=f"{SCHEMA}: usage.amount_in_pricing_units",
        alternative="price.pricing_unit_quantity, as in Google's FOCUS view: that is the quantity that a price is "
        "stated for.",
    ),
    MapColumn(
        "PricingUnit",
        f"CASE WHEN {PRICED} THEN $usage_pricing_unit END",
        source=f"{SCHEMA}: usage.pricing_unit",
    ),
    MapColumn(
        "ListUnitPrice",
        f"CASE WHEN {REGULAR} THEN {per_unit('#price_list_price')} END",
        choice="For one pricing unit: a price for 1,000 units is divided by 1,000. NULL before July 2025, when the "
        "export had no list price.",
        source=f"{SCHEMA}: price.list_price, price.pricing_unit_quantity",
    ),
    MapColumn(
        "ContractedUnitPrice",
        f"CASE WHEN {REGULAR} THEN {per_unit(_DEFAULT_PRICE)} END",
        choice="The account's own price without a commitment, for one pricing unit.",
        source=f"{SCHEMA}: price.effective_price_default, price.effective_price",
    ),
    MapColumn(
        "PricingCurrency",
        "$currency",
        choice="The billing currency: Google converts its prices before it applies them, at the rate kept in "
        "x_CurrencyConversionRate.",
        source=f"{SCHEMA}: currency, currency_conversion_rate",
    ),
)
