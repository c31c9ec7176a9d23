"""What kind of charge an AWS line item is, and what it costs in each of FOCUS's four senses.

Owns the rules per line item type, in the notation of ``mapping.py``. Identity, place and names of a charge
stand in ``aws.py``.

Source: AWS Data Exports User Guide, "Line item columns" (types), "Understanding Savings Plans",
"Understanding your reservations", "Reservation columns", "Savings plan columns", "Discount columns",
"Understanding split cost allocation data".
"""

from __future__ import annotations

from finmod.normalize.mapping import MapColumn

_TYPE = "$line_item_line_item_type"
LINE_ITEMS = "AWS Data Exports User Guide, Line item columns: line_item_line_item_type"
_SAVINGS_PLANS = "AWS Data Exports User Guide, Understanding Savings Plans; Savings plan columns"
_RESERVATIONS = "AWS Data Exports User Guide, Understanding your reservations; Reservation columns"
_DISCOUNTS = "AWS Data Exports User Guide, Discount columns"


def _is(*types: str) -> str:
    return f"{_TYPE} IN ({', '.join(map(repr, types))})"


def _or(net: str, plain: str) -> str:
    """Return the amount after discounts where the report gives discounts as columns, else the plain amount."""
    return f"CASE WHEN $discount_columns IS NOT NULL THEN coalesce({net}, {plain}) ELSE {plain} END"


def _sum(first: str, second: str) -> str:
    """Return a sum in which one part may be absent; NULL where both are."""
    neither = f"{first} IS NULL AND {second} IS NULL"
    return f"CASE WHEN {neither} THEN NULL ELSE coalesce({first}, 0) + coalesce({second}, 0) END"


USAGE = ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage")
_FEES = ("Fee", "RIFee", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "FlatRateSubscription")
_DISCOUNT_ROW = f"{_TYPE} LIKE '%Discount'"
# Connectors spell the acronym in two ways, sometimes both in one file.
_RESERVATION = "coalesce($reservation_reservation_a_r_n, $reservation_reservation_arn)"
_PLAN = "coalesce($savings_plan_savings_plan_a_r_n, $savings_plan_savings_plan_arn)"
_RESERVED = f"{_RESERVATION} IS NOT NULL"
_SPLIT = "$split_line_item_parent_resource_id IS NOT NULL"
COMMITMENT = (
    f"({_TYPE} LIKE 'SavingsPlan%' OR {_is('DiscountedUsage', 'RIFee')} OR ({_is('Fee', 'Refund')} AND {_RESERVED}))"
)

UNBLENDED = "#line_item_unblended_cost"
BILLED = _or("#line_item_net_unblended_cost", UNBLENDED)

_PLAN_UNUSED = "(#savings_plan_total_commitment_to_date - #savings_plan_used_commitment)"
_PLAN_GROSS = _sum(
    "#savings_plan_amortized_upfront_commitment_for_billing_period",
    "#savings_plan_recurring_commitment_for_billing_period",
)
_PLAN_NET = _sum(
    "#savings_plan_net_amortized_upfront_commitment_for_billing_period",
    "#savings_plan_net_recurring_commitment_for_billing_period",
)


def _share(amount: str, part: str, whole: str) -> str:
    """Return amount x part / whole, rounded down at 12 places; in whole numbers, for a decimal quotient is a double."""
    scaled = [f"CAST(({term}) * 1000000000000 AS HUGEINT)" for term in (amount, part, whole)]
    return f"CAST({scaled[0]} * {scaled[1]} // {scaled[2]} AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(12,12))"


_UNUSED_PLAN = (
    f"CASE WHEN $discount_columns IS NULL OR ({_PLAN_NET}) IS NULL OR coalesce({_PLAN_GROSS}, 0) = 0 THEN "
    f"{_PLAN_UNUSED} "
    f"ELSE {_share(_PLAN_UNUSED, _PLAN_NET, _PLAN_GROSS)} END"
)
_UNUSED_RESERVATION = _or(
    _sum("#reservation_net_unused_amortized_upfront_fee_for_billing_period", "#reservation_net_unused_recurring_fee"),
    _sum("#reservation_unused_amortized_upfront_fee_for_billing_period", "#reservation_unused_recurring_fee"),
)
UNUSED = (
    f"CASE WHEN {_is('SavingsPlanRecurringFee')} THEN {_UNUSED_PLAN} WHEN {_is('RIFee')} THEN {_UNUSED_RESERVATION} END"
)
_ONLY_UNUSED = f"({_is('SavingsPlanRecurringFee', 'RIFee')} AND {UNBLENDED} = 0 AND {UNUSED} > 0)"
_COVERED_BY_RESERVATION = (
    f"coalesce({_or('#reservation_net_effective_cost', '#reservation_effective_cost')}, "
    + _or(
        _sum("#reservation_net_amortized_upfront_cost_for_usage", "#reservation_net_recurring_fee_for_usage"),
        _sum("#reservation_amortized_upfront_cost_for_usage", "#reservation_recurring_fee_for_usage"),
    )
    + ")"
)
_COVERED_BY_PLAN = _or("#savings_plan_net_savings_plan_effective_cost", "#savings_plan_savings_plan_effective_cost")
# Prices may be in another currency than the bill, as in the reports of AWS China.
_PUBLIC = "CASE WHEN coalesce($pricing_currency = $line_item_currency_code, true) THEN #pricing_public_on_demand_{} END"
_PUBLIC_COST, _PUBLIC_RATE = _PUBLIC.format("cost"), _PUBLIC.format("rate")
_NEGATION = _is("SavingsPlanNegation")

COSTS = (
    MapColumn(
        "BilledCost",
        BILLED,
        choice="The unblended cost of every row, SavingsPlanCoveredUsage and SavingsPlanNegation included: those two "
        "cancel "
        "each other, so the sum per invoice is the invoice. Where CUR 2.0 gives discounts as columns, the net "
        "unblended "
        "cost: there is no discount row then. A legacy report repeats in its net columns the discounts that it has "
        "as rows.",
        source=f"{LINE_ITEMS}; {_SAVINGS_PLANS}; {_DISCOUNTS}",
        alternative="0 on covered usage and negation, as FOCUS wants it of commitment-covered usage and as the FOCUS "
        "export "
        "of AWS has it. It gives the same sums only where AWS's two rows cancel to the last digit.",
    ),
    MapColumn(
        "EffectiveCost",
        f"CASE WHEN {_SPLIT} THEN {BILLED} "
        f"WHEN {_is('SavingsPlanCoveredUsage')} THEN {_COVERED_BY_PLAN} "
        f"WHEN {_is('DiscountedUsage')} THEN {_COVERED_BY_RESERVATION} "
        f"WHEN {_is('SavingsPlanRecurringFee', 'RIFee')} THEN {UNUSED} "
        f"WHEN {_is('SavingsPlanNegation', 'SavingsPlanUpfrontFee')} THEN 0 "
        f"WHEN {_is('Fee')} AND {_RESERVED} THEN 0 ELSE {BILLED} END",
        choice="Covered usage carries its part of the commitment; the recurring fee's row carries what was left "
        "unused; "
        "upfront fees and the negation carry nothing. Over a whole term the sum is what was billed. A report of "
        "before 2018 "
        "has no amortisation: NULL, because it is not known.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}",
        alternative="Two charges per recurring fee row, a purchase with effective cost 0 and unused usage with "
        "billed cost 0, "
        "as FOCUS has it. One row stays one charge here, so that each charge is a row of the bill.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_SPLIT} OR {_NEGATION} OR {_DISCOUNT_ROW} THEN 0 WHEN {_is(*USAGE)} THEN {_PUBLIC_COST} "
        f"WHEN {_ONLY_UNUSED} THEN {UNUSED} ELSE {UNBLENDED} END",
        choice="Usage at public on-demand prices; NULL where the report gives none or gives it in another currency. "
        "Fees, tax "
        "and credits have no other list price than their own. A discount, a negation and a split row are 0: the usage "
        "they belong to carries the list cost already.",
        source="AWS Data Exports User Guide, Pricing columns: pricing_public_on_demand_cost; FOCUS 1.4, ListCost",
        alternative="0 for fees of commitments, so that a sum over all charges counts covered usage once.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {_is('DiscountedUsage')} THEN {_PUBLIC_COST} "
        f"WHEN {_ONLY_UNUSED} THEN {UNUSED} ELSE {BILLED} END",
        choice="Usage at the account's own on-demand rates, with negotiated discounts where they are columns; "
        "discount rows "
        "carry theirs. Usage under a reservation is billed at 0 and the report has no negotiated rate for it: the "
        "public price stands in.",
        source="FOCUS 1.4, ContractedCost; AWS Data Exports User Guide, Line item columns: line_item_unblended_cost",
        alternative="NULL for usage under a reservation.",
    ),
)

KINDS = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {_is(*USAGE)} OR {_NEGATION} OR {_ONLY_UNUSED} THEN 'Usage' WHEN {_is(*_FEES)} THEN 'Purchase' "
        f"WHEN {_is('Tax')} THEN 'Tax' WHEN {_is('Credit')} THEN 'Credit' WHEN {_is('Refund')} AND {COMMITMENT} "
        f"THEN 'Purchase' WHEN {_is('Refund')} OR {_DISCOUNT_ROW} THEN 'Adjustment' END",
        choice="The negation is Usage, so that the billed cost of usage covered by a plan sums to 0 as FOCUS wants "
        "it. A "
        "recurring fee that bills nothing and holds unused commitment (all upfront) is unused usage. Discounts as rows "
        "are Adjustments: they are a price agreed on, not a grant. An unknown type is NULL, which is a finding.",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeCategory",
        alternative="Credit for discounts; Adjustment for the negation.",
    ),
    MapColumn(
        "ChargeClass",
        f"CASE WHEN {_is('Refund')} THEN 'Correction' END",
        choice="A refund gives back what an earlier invoice charged.",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeClass",
        alternative="NULL: the report does not say which invoice is corrected, and AWS's FOCUS export marks none.",
    ),
    MapColumn(
        "ChargeFrequency",
        f"CASE WHEN {_is(*USAGE)} OR {_NEGATION} OR {_DISCOUNT_ROW} OR {_ONLY_UNUSED} THEN 'Usage-Based' "
        f"WHEN {_is('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription')} THEN 'Recurring' "
        f"WHEN {_TYPE} IS NOT NULL THEN 'One-Time' END",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeFrequency",
    ),
    MapColumn(
        "PricingCategory",
        f"CASE WHEN {_is('Tax')} THEN NULL WHEN {_is('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} "
        f"OR {_ONLY_UNUSED} THEN 'Committed' WHEN {_is('Usage')} AND ($line_item_usage_type LIKE '%SpotUsage%' "
        f"OR lower($pricing_term) = 'spot') THEN 'Dynamic' WHEN {_is('Usage', *_FEES)} THEN 'Standard' "
        f"WHEN {_TYPE} IS NOT NULL THEN 'Other' END",
        choice="Spot usage, told by its usage type, is Dynamic.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_type; FOCUS 1.4, PricingCategory",
    ),
)

_HELD = f"{_is('DiscountedUsage', 'RIFee')} OR ({_is('Fee', 'Refund')} AND {_RESERVED})"
_NORMALIZED = "coalesce(#line_item_normalized_usage_amount, 0) > 0"
COMMITMENTS = (
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN {_TYPE} LIKE 'SavingsPlan%' THEN {_PLAN} WHEN {_HELD} "
        f"THEN coalesce({_RESERVATION}, $reservation_subscription_id) END",
        choice="The subscription's number where the report gives no ARN. Only on rows whose type says that a "
        "commitment is "
        "involved: the columns may be filled on others.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN {_TYPE} LIKE 'SavingsPlan%' THEN 'Spend' WHEN {_HELD} THEN 'Usage' END",
        source="FOCUS 1.4, CommitmentDiscountCategory",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN {_TYPE} LIKE 'SavingsPlan%' THEN 'Savings Plan' WHEN {_HELD} THEN 'Reservation' END",
        source="FOCUS 1.4, CommitmentDiscountType",
    ),
    MapColumn("CommitmentDiscountName", f"CASE WHEN {_TYPE} LIKE 'SavingsPlan%' THEN $savings_plan_offering_type END"),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN {_is('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} THEN 'Used' "
        f"WHEN {UNUSED} <> 0 THEN 'Unused' END",
        choice="Unused on every row that holds unused commitment, also where the row bills a fee and is a Purchase: "
        "so each "
        "unused amount is found by this column alone.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}; FOCUS 1.4, CommitmentDiscountStatus",
        alternative="NULL on purchases.",
    ),
    MapColumn(
        "CommitmentDiscountQuantity",
        f"CASE WHEN {_is('SavingsPlanCoveredUsage')} THEN {_COVERED_BY_PLAN} WHEN {_is('SavingsPlanRecurringFee')} "
        f"THEN {UNUSED} "
        f"WHEN {_is('DiscountedUsage')} AND {_NORMALIZED} THEN #line_item_normalized_usage_amount "
        f"WHEN {_is('DiscountedUsage')} THEN #line_item_usage_amount WHEN {_is('RIFee')} AND {_NORMALIZED} "
        f"THEN #reservation_unused_normalized_unit_quantity WHEN {_is('RIFee')} THEN #reservation_unused_quantity END",
        choice="What was used of the commitment, or left unused: money for Savings Plans, normalised units for "
        "reservations "
        "that have them, else hours. The quantity bought is not on the row of the purchase.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}",
    ),
    MapColumn(
        "CommitmentDiscountUnit",
        f"CASE WHEN {_is('SavingsPlanCoveredUsage', 'SavingsPlanRecurringFee')} THEN $line_item_currency_code "
        f"WHEN {_is('DiscountedUsage', 'RIFee')} THEN CASE WHEN {_NORMALIZED} THEN 'Normalized Hours' ELSE 'Hours' "
        f"END END",
    ),
)

_UNIT = (
    "CASE WHEN $pricing_unit IN ('Hrs', 'hrs', 'Hour', 'hour', 'hours') THEN 'Hours' WHEN $pricing_unit IN ('GB-Mo', "
    "'GB-month', 'GB-Month') THEN 'GB-Months' WHEN $pricing_unit IN ('Request', 'requests') THEN 'Requests' "
    "ELSE $pricing_unit END"
)
QUANTITIES = (
    MapColumn(
        "PricingQuantity",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {_is(*USAGE, *_FEES)} THEN #line_item_usage_amount END",
        choice="0 on the negation: the covered usage carries the quantity.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_amount",
    ),
    MapColumn(
        "PricingUnit",
        f"CASE WHEN {_NEGATION} OR {_is(*USAGE, *_FEES)} THEN {_UNIT} END",
        choice="Hrs, GB-Mo and Request are written as FOCUS writes them: Hours, GB-Months, Requests.",
        source="FOCUS 1.4, Unit Format; AWS Data Exports User Guide, Pricing columns: pricing_unit",
    ),
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {_is(*USAGE)} THEN #line_item_usage_amount END",
        choice="The quantity charged for: the report has no other.",
        source="AWS Data Exports User Guide, FOCUS 1.0 with AWS columns conformance gaps: ConsumedQuantity",
    ),
    MapColumn("ConsumedUnit", f"CASE WHEN {_is(*USAGE)} THEN {_UNIT} END"),
    MapColumn("ListUnitPrice", f"CASE WHEN {_is(*USAGE)} THEN {_PUBLIC_RATE} END"),
    MapColumn(
        "ContractedUnitPrice",
        f"CASE WHEN {_is('DiscountedUsage')} THEN {_PUBLIC_RATE} WHEN {_is('Usage', 'SavingsPlanCoveredUsage')} THEN "
        f"{_or('#line_item_net_unblended_rate', '#line_item_unblended_rate')} END",
        choice="As ContractedCost.",
    ),
)

SPLITS = (
    MapColumn(
        "AllocatedMethodId",
        f"CASE WHEN {_SPLIT} THEN 'AWS split cost allocation data' END",
        choice="A split row shows what a container used of an instance that the bill charges in a row of its own. "
        "AWS bills "
        "split rows at 0 and so do all four costs here: the parent keeps its cost and totals tie. What AWS assigns "
        "to the "
        "container stands in x_SplitCost and x_SplitUnusedCost.",
        source="AWS Data Exports User Guide, Understanding split cost allocation data; Split line item columns",
        alternative="Moving the effective cost from the parent to its containers at load; that is allocation, not "
        "reading.",
    ),
    MapColumn("AllocatedResourceId", f"CASE WHEN {_SPLIT} THEN $line_item_resource_id END"),
    MapColumn("AllocatedTags", f"CASE WHEN {_SPLIT} THEN $tags END"),
    MapColumn("x_SplitCost", _or("$split_line_item_net_split_cost", "$split_line_item_split_cost")),
    MapColumn("x_SplitUnusedCost", _or("$split_line_item_net_unused_cost", "$split_line_item_unused_cost")),
)
