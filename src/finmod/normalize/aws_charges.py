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
_RECURRING = _is("SavingsPlanRecurringFee", "RIFee")
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
        "cancel each other, so the sum per invoice is the invoice. Where CUR 2.0 gives discounts as columns, the net "
        "unblended cost: there is no discount row then; where it is missing, the unblended cost, and finmod check "
        "tells what discounts that leaves out (FM1407). A legacy report repeats in its net columns the discounts that "
        "it has as rows: the net cost stands in x_NetUnblendedCost, and finmod check tells where it is lower and the "
        "period has no discount row (FM1407).",
        source=f"{LINE_ITEMS}; {_SAVINGS_PLANS}; {_DISCOUNTS}",
        alternative="The unblended cost plus the total discount where CUR 2.0 lacks the net cost: the total's "
        "description gives neither its sign nor that. The net unblended cost of a legacy report without a "
        "discount row: whether the rows were left out or never were cannot be seen in one row. 0 on covered usage and "
        "negation, as FOCUS wants it of commitment-covered usage and as the FOCUS export of AWS has it. It gives the "
        "same sums only where AWS's two rows cancel to the last digit.",
    ),
    MapColumn(
        "EffectiveCost",
        f"CASE WHEN {_SPLIT} THEN {BILLED} "
        f"WHEN {_is('SavingsPlanCoveredUsage')} THEN {_COVERED_BY_PLAN} "
        f"WHEN {_is('DiscountedUsage')} THEN {_COVERED_BY_RESERVATION} "
        f"WHEN {_RECURRING} OR {_is('SavingsPlanNegation', 'SavingsPlanUpfrontFee')} THEN 0 "
        f"WHEN {_is('Fee')} AND {_RESERVED} THEN 0 ELSE {BILLED} END",
        choice="Covered usage carries its part of the commitment; what was left unused is a charge of its own, made "
        "from the recurring fee's row; fees of commitments and the negation carry nothing. Over a whole term the sum "
        "is what was billed. A report of before 2018 has no amortisation: NULL, because it is not known.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}; FOCUS 1.4, EffectiveCost",
        alternative="One charge per row, with the unused part on the fee. FOCUS wants a purchase to have effective "
        "cost 0, and a fee's row may hold an unused part without billing anything.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_SPLIT} OR {_NEGATION} OR {_DISCOUNT_ROW} THEN 0 WHEN {_is(*USAGE)} THEN {_PUBLIC_COST} "
        f"ELSE {UNBLENDED} END",
        choice="Usage at public on-demand prices; NULL where the report gives none or gives it in another currency. "
        "Fees, tax and credits have no other list price than their own. A discount, a negation and a split row are 0: "
        "the usage they belong to carries the list cost already.",
        source="AWS Data Exports User Guide, Pricing columns: pricing_public_on_demand_cost; FOCUS 1.4, ListCost",
        alternative="0 for fees of commitments, so that a sum over all charges counts covered usage once.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {_is('DiscountedUsage')} THEN {_PUBLIC_COST} ELSE {BILLED} END",
        choice="Usage at the account's own on-demand rates, with negotiated discounts where they are columns; "
        "discount rows carry theirs. Usage under a reservation is billed at 0 and the report has no negotiated rate "
        "for it: the public price stands in.",
        source="FOCUS 1.4, ContractedCost; AWS Data Exports User Guide, Line item columns: line_item_unblended_cost",
        alternative="NULL for usage under a reservation.",
    ),
)

KINDS = (
    MapColumn(
        "ChargeCategory",
        f"CASE WHEN {_is(*USAGE)} OR {_NEGATION} THEN 'Usage' WHEN {_is(*_FEES)} THEN 'Purchase' "
        f"WHEN {_is('Tax')} THEN 'Tax' WHEN {_is('Credit')} THEN 'Credit' WHEN {_is('Refund')} AND {COMMITMENT} "
        f"THEN 'Purchase' WHEN {_is('Refund')} OR {_DISCOUNT_ROW} THEN 'Adjustment' END",
        choice="The negation is Usage, so that the billed cost of usage covered by a plan sums to 0 as FOCUS wants "
        "it. Discounts as rows are Adjustments: they are a price agreed on, not a grant. An unknown type is NULL, "
        "which is a finding.",
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
        f"CASE WHEN {_is(*USAGE)} OR {_NEGATION} OR {_DISCOUNT_ROW} THEN 'Usage-Based' "
        f"WHEN {_is('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription')} THEN 'Recurring' "
        f"WHEN {_TYPE} IS NOT NULL THEN 'One-Time' END",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeFrequency",
    ),
    MapColumn(
        "PricingCategory",
        f"CASE WHEN {_is('Tax')} THEN NULL WHEN {_is('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} "
        f"THEN 'Committed' WHEN {_is('Usage')} AND ($line_item_usage_type LIKE '%SpotUsage%' "
        f"OR lower($pricing_term) = 'spot') THEN 'Dynamic' WHEN {_is('Usage', *_FEES)} THEN 'Standard' "
        f"WHEN {_TYPE} IS NOT NULL THEN 'Other' END",
        choice="Spot usage, told by its usage type, is Dynamic.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_type; FOCUS 1.4, PricingCategory",
    ),
)

_PLANNED = f"{_TYPE} LIKE 'SavingsPlan%'"
_HELD = f"{_is('DiscountedUsage', 'RIFee')} OR ({_is('Fee', 'Refund')} AND {_RESERVED})"
_NORMALIZED = "coalesce(#line_item_normalized_usage_amount, 0) > 0"
_RESERVED_UNITS = "#reservation_total_reserved_{}units"
_BOUGHT_UNITS = (
    f"CASE WHEN {_NORMALIZED} THEN {_RESERVED_UNITS.format('normalized_')} ELSE {_RESERVED_UNITS.format('')} END"
)
_USED_UNITS = f"CASE WHEN {_NORMALIZED} THEN #line_item_normalized_usage_amount ELSE #line_item_usage_amount END"
_COMMITTED = (
    f"CASE WHEN {_is('SavingsPlanCoveredUsage')} THEN #savings_plan_savings_plan_effective_cost "
    f"WHEN {_NEGATION} THEN 0 WHEN {_PLANNED} THEN {UNBLENDED} "
    f"WHEN {_is('DiscountedUsage')} THEN {_USED_UNITS} WHEN {_is('RIFee')} AND {UNBLENDED} = 0 THEN 0 "
    f"WHEN {_HELD} THEN {_BOUGHT_UNITS} END"
)


def _committed_unit(quantity: str) -> str:
    return (
        f"CASE WHEN ({quantity}) IS NULL THEN NULL WHEN {_PLANNED} THEN $line_item_currency_code "
        f"WHEN ({_HELD}) AND {_NORMALIZED} THEN 'Normalized Hours' WHEN {_HELD} THEN 'Hours' END"
    )


COMMITMENTS = (
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN {_PLANNED} THEN {_PLAN} WHEN {_HELD} "
        f"THEN coalesce({_RESERVATION}, $reservation_subscription_id) END",
        choice="The subscription's number where the report gives no ARN. Only on rows whose type says that a "
        "commitment is involved: the columns may be filled on others.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN {_PLANNED} THEN 'Spend' WHEN {_HELD} THEN 'Usage' END",
        source="FOCUS 1.4, CommitmentDiscountCategory",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN {_PLANNED} THEN 'Savings Plan' WHEN {_HELD} THEN 'Reservation' END",
        source="FOCUS 1.4, CommitmentDiscountType",
    ),
    MapColumn("CommitmentDiscountName", f"CASE WHEN {_PLANNED} THEN $savings_plan_offering_type END"),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN {_is('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} THEN 'Used' END",
        choice="Unused on the charge that is made of a recurring fee's unused part; fees themselves say nothing.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}; FOCUS 1.4, CommitmentDiscountStatus",
    ),
    MapColumn(
        "CommitmentDiscountQuantity",
        _COMMITTED,
        choice="Savings Plans in money before discounts, as the commitment itself: the plan's cost of covered usage, "
        "0 on the negation, the fee on its purchase, so that over a term used and unused sum to what was bought. "
        "Reservations in normalised units times hours where the row has them, else in hours: the usage, and on a fee "
        "what the row says was reserved: the whole term on the upfront fee, the month on a recurring fee, 0 on one "
        "that bills nothing because all was paid upfront. FOCUS asks for both quantities of a reservation that is "
        "paid partly upfront: there the One-Time purchase alone says what was bought, and its sum with the Recurring "
        "ones counts it twice. Used and unused quantities sum to what was bought whatever the payment.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}; Reservation columns: reservation_total_reserved_units; FOCUS 1.4, "
        "CommitmentDiscountQuantity",
        alternative="savings_plan_total_commitment_to_date on the recurring fee: with an upfront fee beside it the "
        "purchases would sum to more than the commitment. For reservations paid partly upfront, the quantity on the "
        "upfront fee alone, or on both fees in the proportion of the money: either sums once, and neither is what "
        "FOCUS asks of each row.",
    ),
    MapColumn("CommitmentDiscountUnit", _committed_unit(_COMMITTED)),
)

_METERED = (
    "CASE WHEN $pricing_unit IN ('Hrs', 'hrs', 'Hour', 'hour', 'hours') THEN 'Hours' WHEN $pricing_unit IN ('GB-Mo', "
    "'GB-month', 'GB-Month') THEN 'GB-Months' WHEN $pricing_unit IN ('Request', 'requests') THEN 'Requests' ELSE "
    "$pricing_unit END"
)
_CHARGED = f"{_NEGATION} OR {_is(*_FEES)}"
_UNIT = f"CASE WHEN {_CHARGED} THEN coalesce({_METERED}, 'Units') WHEN {_is(*USAGE)} THEN {_METERED} END"
QUANTITIES = (
    MapColumn(
        "PricingQuantity",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {_is(*USAGE, *_FEES)} THEN #line_item_usage_amount END",
        choice="0 on the negation: the covered usage carries the quantity.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_amount",
    ),
    MapColumn(
        "PricingUnit",
        _UNIT,
        choice="Hrs, GB-Mo and Request are written as FOCUS writes them: Hours, GB-Months, Requests. A fee or "
        "negation without a unit is counted in Units.",
        source="FOCUS 1.4, Unit Format; AWS Data Exports User Guide, Pricing columns: pricing_unit",
    ),
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {_is(*USAGE)} THEN #line_item_usage_amount END",
        choice="The quantity charged for: the report has no other. 0 on the negation, as PricingQuantity.",
        source="AWS Data Exports User Guide, FOCUS 1.0 with AWS columns conformance gaps: ConsumedQuantity",
    ),
    MapColumn("ConsumedUnit", f"CASE WHEN {_NEGATION} OR {_is(*USAGE)} THEN {_UNIT} END"),
    MapColumn(
        "ListUnitPrice",
        f"CASE WHEN {_is(*USAGE)} THEN {_PUBLIC_RATE} WHEN {_is(*_FEES)} THEN #line_item_unblended_rate END",
        choice="As ListCost.",
    ),
    MapColumn(
        "ContractedUnitPrice",
        f"CASE WHEN {_is('DiscountedUsage')} THEN {_PUBLIC_RATE} "
        f"WHEN {_is('Usage', 'SavingsPlanCoveredUsage', *_FEES)} THEN "
        f"{_or('#line_item_net_unblended_rate', '#line_item_unblended_rate')} END",
        choice="As ContractedCost.",
    ),
)

PRICED = (
    f"{_is(*USAGE, *_FEES)} AND coalesce($line_item_unblended_rate, $line_item_net_unblended_rate, "
    "$pricing_public_on_demand_rate) IS NOT NULL"
)
"""Rows with a unit price."""

SPLITS = (
    MapColumn(
        "AllocatedMethodId",
        f"CASE WHEN {_SPLIT} THEN 'AWS split cost allocation data' END",
        choice="A split row shows what a container used of an instance that the bill charges in a row of its own. AWS "
        "bills split rows at 0 and so do all four costs here: the parent keeps its cost and totals tie. What AWS "
        "assigns to the container stands in x_SplitCost and x_SplitUnusedCost.",
        source="AWS Data Exports User Guide, Understanding split cost allocation data; Split line item columns",
        alternative="Moving the effective cost from the parent to its containers at load; that is allocation, not "
        "reading.",
    ),
    MapColumn("AllocatedResourceId", f"CASE WHEN {_SPLIT} THEN $line_item_resource_id END"),
    MapColumn("AllocatedTags", f"CASE WHEN {_SPLIT} THEN $tags END"),
    MapColumn("x_SplitCost", _or("$split_line_item_net_split_cost", "$split_line_item_split_cost")),
    MapColumn("x_SplitUnusedCost", _or("$split_line_item_net_unused_cost", "$split_line_item_unused_cost")),
)

_UNUSED_QUANTITY = (
    f"CASE WHEN {_PLANNED} THEN {_PLAN_UNUSED} WHEN {_NORMALIZED} THEN #reservation_unused_normalized_unit_quantity "
    "ELSE #reservation_unused_quantity END"
)
_PART = "The unused part of a recurring fee"
UNUSED_PART = (
    MapColumn("BilledCost", "0", choice=f"{_PART} bills nothing: the fee does.", source="FOCUS 1.4, BilledCost"),
    MapColumn(
        "EffectiveCost",
        UNUSED,
        choice="What is left of the commitment of the period: of a Savings Plan the commitment less what was used, of "
        "a reservation the unused share of its fees.",
        source=f"{_SAVINGS_PLANS}; {_RESERVATIONS}",
    ),
    MapColumn(
        "ListCost",
        UNUSED,
        choice="As EffectiveCost: an unused commitment saves nothing and is no loss against list price either.",
        source="FOCUS 1.4, examples of commitment discounts",
        alternative="The public price of what could have been used: the report does not say what that is.",
    ),
    MapColumn("ContractedCost", UNUSED, choice="As ListCost."),
    MapColumn("ListUnitPrice", "NULL"),
    MapColumn("ContractedUnitPrice", "NULL"),
    MapColumn("ChargeCategory", "'Usage'", source="FOCUS 1.4, CommitmentDiscountStatus"),
    MapColumn("ChargeFrequency", "'Usage-Based'"),
    MapColumn("PricingCategory", "'Committed'"),
    MapColumn("CommitmentDiscountStatus", "'Unused'"),
    MapColumn("CommitmentDiscountQuantity", _UNUSED_QUANTITY),
    MapColumn("CommitmentDiscountUnit", _committed_unit(_UNUSED_QUANTITY)),
    MapColumn("PricingQuantity", _UNUSED_QUANTITY, choice="As CommitmentDiscountQuantity."),
    MapColumn("PricingUnit", _committed_unit(_UNUSED_QUANTITY)),
    MapColumn("SkuPriceId", "NULL", choice="The fee's price is not that of its unused part."),
    MapColumn("x_UnblendedCost", "NULL", choice="The fee carries it."),
    MapColumn("x_NetUnblendedCost", "NULL", choice="The fee carries it."),
)
"""The columns in which the unused part of a fee differs from the fee."""

NO_UNUSED_PART = f"NOT coalesce({_RECURRING}, false) OR coalesce({UNUSED}, 0) = 0"
"""Rows without an unused part."""
