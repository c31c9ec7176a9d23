"""What kind of charge an AWS line item is, and what it costs in each of FOCUS's four senses.

Owns the rules per line item type, in the notation of ``mapping.py``. Identity, place and names of a charge
stand in ``aws.py``.

Source: AWS Data Exports User Guide, "Line item columns" (types), "Understanding Savings Plans",
"Understanding your reservations", "Reservation columns", "Savings plan columns", "Discount columns",
"Understanding split cost allocation data".

What a commitment's fee leaves unused is a charge of its own, in ``aws_unused.py``.
"""

from __future__ import annotations

from finmod.normalize.mapping import MapColumn

TYPE = "$line_item_line_item_type"
LINE_ITEMS = "AWS Data Exports User Guide, Line item columns: line_item_line_item_type"
SAVINGS_PLANS = "AWS Data Exports User Guide, Understanding Savings Plans; Savings plan columns"
RESERVATIONS = "AWS Data Exports User Guide, Understanding your reservations; Reservation columns"
_DISCOUNTS = "AWS Data Exports User Guide, Discount columns"


def is_type(*types: str) -> str:
    """Return the test whether a row is of one of some line item types."""
    return f"{TYPE} IN ({', '.join(map(repr, types))})"


def net_or(net: str, plain: str) -> str:
    """Return the amount after discounts where the report gives discounts as columns, else the plain amount."""
    return f"CASE WHEN $discount_columns IS NOT NULL THEN coalesce({net}, {plain}) ELSE {plain} END"


def sum_of(first: str, second: str) -> str:
    """Return a sum in which one part may be absent; NULL where both are."""
    neither = f"{first} IS NULL AND {second} IS NULL"
    return f"CASE WHEN {neither} THEN NULL ELSE coalesce({first}, 0) + coalesce({second}, 0) END"


USAGE = ("Usage", "DiscountedUsage", "SavingsPlanCoveredUsage")
_FEES = ("Fee", "RIFee", "SavingsPlanRecurringFee", "SavingsPlanUpfrontFee", "FlatRateSubscription")
_DISCOUNT_ROW = f"{TYPE} LIKE '%Discount'"
# Connectors spell the acronym in two ways, sometimes both in one file.
_RESERVATION = "coalesce($reservation_reservation_a_r_n, $reservation_reservation_arn)"
_PLAN = "coalesce($savings_plan_savings_plan_a_r_n, $savings_plan_savings_plan_arn)"
_RESERVED = f"{_RESERVATION} IS NOT NULL"
_SPLIT = "$split_line_item_parent_resource_id IS NOT NULL"
PLANNED = f"({TYPE} LIKE 'SavingsPlan%' OR ({is_type('Refund')} AND {_PLAN} IS NOT NULL))"
_HELD = f"({is_type('DiscountedUsage', 'RIFee')} OR ({is_type('Fee', 'Refund')} AND {_RESERVED}))"
_GIVEN_BACK = f"({is_type('Refund')} AND ({PLANNED} OR {_HELD}))"
# Written with blanks and without.
PAID = "lower(replace(coalesce($savings_plan_payment_option, $pricing_purchase_option), ' ', ''))"
NO_UPFRONT = f"coalesce({PAID}, '') = 'noupfront'"

UNBLENDED = "#line_item_unblended_cost"
BILLED = net_or("#line_item_net_unblended_cost", UNBLENDED)

_COVERED_BY_RESERVATION = (
    f"coalesce({net_or('#reservation_net_effective_cost', '#reservation_effective_cost')}, "
    + net_or(
        sum_of("#reservation_net_amortized_upfront_cost_for_usage", "#reservation_net_recurring_fee_for_usage"),
        sum_of("#reservation_amortized_upfront_cost_for_usage", "#reservation_recurring_fee_for_usage"),
    )
    + ")"
)
_COVERED_BY_PLAN = net_or("#savings_plan_net_savings_plan_effective_cost", "#savings_plan_savings_plan_effective_cost")
# Prices may be in another currency than the bill, as in the reports of AWS China.
_PUBLIC = "CASE WHEN coalesce($pricing_currency = $line_item_currency_code, true) THEN #pricing_public_on_demand_{} END"
_PUBLIC_COST, _PUBLIC_RATE = _PUBLIC.format("cost"), _PUBLIC.format("rate")
_NEGATION = is_type("SavingsPlanNegation")

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
        source=f"{LINE_ITEMS}; {SAVINGS_PLANS}; {_DISCOUNTS}",
        alternative="The unblended cost plus the total discount where CUR 2.0 lacks the net cost: the total's "
        "description gives neither its sign nor that. The net unblended cost of a legacy report without a "
        "discount row: whether the rows were left out or never were cannot be seen in one row. 0 on covered usage and "
        "negation, as FOCUS wants it of commitment-covered usage and as the FOCUS export of AWS has it. It gives the "
        "same sums only where AWS's two rows cancel to the last digit.",
    ),
    MapColumn(
        "EffectiveCost",
        f"CASE WHEN {_SPLIT} THEN {BILLED} "
        f"WHEN {is_type('SavingsPlanCoveredUsage')} THEN {_COVERED_BY_PLAN} "
        f"WHEN {is_type('DiscountedUsage')} THEN {_COVERED_BY_RESERVATION} "
        f"WHEN {is_type('RIFee', 'SavingsPlanRecurringFee', 'SavingsPlanNegation', 'SavingsPlanUpfrontFee')} THEN 0 "
        f"WHEN {is_type('Fee')} AND {_RESERVED} THEN 0 "
        f"WHEN {_GIVEN_BACK} AND NOT {NO_UPFRONT} THEN 0 ELSE {BILLED} END",
        choice="Covered usage carries its part of the commitment; what was left unused is a charge of its own, made "
        "from the recurring fee's row; fees of commitments and the negation carry nothing. Over a whole term the sum "
        "is what was billed. A report of before 2018 has no amortisation: NULL, because it is not known. The refund of "
        "a commitment has 0, as the upfront fee that it gives back; as billed where the row says No Upfront, in the "
        "payment option of a Savings Plan or the purchase option of a reservation: then it gives back recurring fees, "
        "whose cost had come out in full.",
        source=f"{SAVINGS_PLANS}; {RESERVATIONS}; Savings Plans User Guide, Returning a purchased Savings Plan (what "
        "is refunded is the upfront charge); FOCUS 1.4, EffectiveCost",
        alternative="One charge per row, with the unused part on the fee. FOCUS wants a purchase to have effective "
        "cost 0, and a fee's row may hold an unused part without billing anything. For refunds, as billed on every "
        "row: an upfront fee given back would lower effective cost that it never raised. Where a commitment is paid "
        "partly upfront or the row does not say how, recurring fees that are given back stay in effective cost: "
        "nothing in the row tells the one from the other.",
    ),
    MapColumn(
        "ListCost",
        f"CASE WHEN {_SPLIT} OR {_NEGATION} OR {_DISCOUNT_ROW} THEN 0 WHEN {is_type(*USAGE)} THEN {_PUBLIC_COST} "
        f"ELSE {UNBLENDED} END",
        choice="Usage at public on-demand prices; NULL where the report gives none or gives it in another currency. "
        "Fees, tax and credits have no other list price than their own. A discount, a negation and a split row are 0: "
        "the usage they belong to carries the list cost already.",
        source="AWS Data Exports User Guide, Pricing columns: pricing_public_on_demand_cost; FOCUS 1.4, ListCost",
        alternative="0 for fees of commitments, so that a sum over all charges counts covered usage once.",
    ),
    MapColumn(
        "ContractedCost",
        f"CASE WHEN {_NEGATION} THEN 0 WHEN {is_type('DiscountedUsage')} THEN {_PUBLIC_COST} ELSE {BILLED} END",
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
        f"CASE WHEN {is_type(*USAGE)} OR {_NEGATION} THEN 'Usage' WHEN {is_type(*_FEES)} THEN 'Purchase' "
        f"WHEN {is_type('Tax')} THEN 'Tax' WHEN {is_type('Credit')} THEN 'Credit' WHEN {_GIVEN_BACK} "
        f"THEN 'Purchase' WHEN {is_type('Refund')} OR {_DISCOUNT_ROW} THEN 'Adjustment' END",
        choice="The negation is Usage, so that the billed cost of usage covered by a plan sums to 0 as FOCUS wants "
        "it. Discounts as rows are Adjustments: they are a price agreed on, not a grant. A refund that names a Savings "
        "Plan or a reservation is a Purchase, as what it gives back; any other is an Adjustment. An unknown type is "
        "NULL, which is a finding.",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeCategory",
        alternative="Credit for discounts; Adjustment for the negation.",
    ),
    MapColumn(
        "ChargeClass",
        f"CASE WHEN {is_type('Refund')} THEN 'Correction' END",
        choice="A refund gives back what an earlier invoice charged.",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeClass",
        alternative="NULL: the report does not say which invoice is corrected, and AWS's FOCUS export marks none.",
    ),
    MapColumn(
        "ChargeFrequency",
        f"CASE WHEN {is_type(*USAGE)} OR {_NEGATION} OR {_DISCOUNT_ROW} THEN 'Usage-Based' "
        f"WHEN {is_type('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription')} THEN 'Recurring' "
        f"WHEN {TYPE} IS NOT NULL THEN 'One-Time' END",
        source=f"{LINE_ITEMS}; FOCUS 1.4, ChargeFrequency",
    ),
    MapColumn(
        "PricingCategory",
        f"CASE WHEN {is_type('Tax')} THEN NULL "
        f"WHEN {is_type('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} THEN 'Committed' "
        f"WHEN {is_type('Usage')} AND ($line_item_usage_type LIKE '%SpotUsage%' OR lower($pricing_term) = 'spot') "
        f"THEN 'Dynamic' WHEN {is_type('Usage', *_FEES)} THEN 'Standard' "
        f"WHEN {TYPE} IS NOT NULL THEN 'Other' END",
        choice="Spot usage, told by its usage type, is Dynamic.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_type; FOCUS 1.4, PricingCategory",
    ),
)

NORMALIZED = "coalesce(#line_item_normalized_usage_amount, 0) > 0"
_RESERVED_UNITS = "#reservation_total_reserved_{}units"
_BOUGHT_UNITS = (
    f"CASE WHEN {NORMALIZED} THEN {_RESERVED_UNITS.format('normalized_')} ELSE {_RESERVED_UNITS.format('')} END"
)
_USED_UNITS = f"CASE WHEN {NORMALIZED} THEN #line_item_normalized_usage_amount ELSE #line_item_usage_amount END"
_COMMITTED = (
    f"CASE WHEN {_SPLIT} AND ({PLANNED} OR {_HELD}) THEN 0 "
    f"WHEN {is_type('SavingsPlanCoveredUsage')} THEN #savings_plan_savings_plan_effective_cost "
    f"WHEN {_NEGATION} THEN 0 WHEN {PLANNED} THEN {UNBLENDED} "
    f"WHEN {is_type('DiscountedUsage')} THEN {_USED_UNITS} WHEN {is_type('RIFee')} AND {UNBLENDED} = 0 THEN 0 "
    f"WHEN {_HELD} AND NOT {is_type('Refund')} THEN {_BOUGHT_UNITS} END"
)


def committed_unit(quantity: str) -> str:
    """Return SQL for the unit of a commitment's quantity; NULL where that is."""
    return (
        f"CASE WHEN ({quantity}) IS NULL THEN NULL WHEN {PLANNED} THEN $line_item_currency_code "
        f"WHEN {_HELD} AND {NORMALIZED} THEN 'Normalized Hours' WHEN {_HELD} THEN 'Hours' END"
    )


COMMITMENTS = (
    MapColumn(
        "CommitmentDiscountId",
        f"CASE WHEN {PLANNED} THEN {_PLAN} WHEN {_HELD} "
        f"THEN coalesce({_RESERVATION}, $reservation_subscription_id) END",
        choice="The subscription's number where the report gives no ARN. Only on rows whose type says that a "
        "commitment is involved, and on fees and refunds that name one: the columns may be filled on others.",
        source=f"{SAVINGS_PLANS}; {RESERVATIONS}",
    ),
    MapColumn(
        "CommitmentDiscountCategory",
        f"CASE WHEN {PLANNED} THEN 'Spend' WHEN {_HELD} THEN 'Usage' END",
        source="FOCUS 1.4, CommitmentDiscountCategory",
    ),
    MapColumn(
        "CommitmentDiscountType",
        f"CASE WHEN {PLANNED} THEN 'Savings Plan' WHEN {_HELD} THEN 'Reservation' END",
        source="FOCUS 1.4, CommitmentDiscountType",
    ),
    MapColumn("CommitmentDiscountName", f"CASE WHEN {PLANNED} THEN $savings_plan_offering_type END"),
    MapColumn(
        "CommitmentDiscountStatus",
        f"CASE WHEN {is_type('DiscountedUsage', 'SavingsPlanCoveredUsage')} OR {_NEGATION} THEN 'Used' END",
        choice="Unused on the charge that is made of a recurring fee's unused part; fees themselves say nothing.",
        source=f"{SAVINGS_PLANS}; {RESERVATIONS}; FOCUS 1.4, CommitmentDiscountStatus",
    ),
    MapColumn(
        "CommitmentDiscountQuantity",
        _COMMITTED,
        choice="Savings Plans in money before discounts, as the commitment itself: the plan's cost of covered usage, "
        "0 on the negation, the fee on its purchase, so that over a term used and unused sum to what was bought. "
        "A refund takes back what it gives back in money. Reservations in normalised units times hours where the row "
        "has them, else in hours: the usage, and on a fee what the row says was reserved: the whole term on the "
        "upfront fee, the month on a recurring fee, 0 on one that bills nothing because all was paid upfront; NULL on "
        "a refund, whose row says what was reserved and not how much of it is given back. 0 on a split row: its parent "
        "carries the quantity. FOCUS asks for both quantities of a reservation that is paid partly upfront: there the "
        "One-Time purchase alone says what was bought, and its sum with the Recurring ones counts it twice. Used and "
        "unused quantities sum to what was bought whatever the payment.",
        source=f"{SAVINGS_PLANS}; {RESERVATIONS}; Reservation columns: reservation_total_reserved_units; FOCUS 1.4, "
        "CommitmentDiscountQuantity",
        alternative="savings_plan_total_commitment_to_date on the recurring fee: with an upfront fee beside it the "
        "purchases would sum to more than the commitment. For reservations paid partly upfront, the quantity on the "
        "upfront fee alone, or on both fees in the proportion of the money: either sums once, and neither is what "
        "FOCUS asks of each row.",
    ),
    MapColumn("CommitmentDiscountUnit", committed_unit(_COMMITTED)),
)

_METERED = (
    "CASE WHEN $pricing_unit IN ('Hrs', 'hrs', 'Hour', 'hour', 'hours') THEN 'Hours' WHEN $pricing_unit IN ('GB-Mo', "
    "'GB-month', 'GB-Month') THEN 'GB-Months' WHEN $pricing_unit IN ('Request', 'requests') THEN 'Requests' ELSE "
    "$pricing_unit END"
)
_COUNTED_ELSEWHERE = f"{_NEGATION} OR {_SPLIT}"
_CHARGED = f"{_COUNTED_ELSEWHERE} OR {is_type(*_FEES)}"
_UNIT = f"CASE WHEN {_CHARGED} THEN coalesce({_METERED}, 'Units') WHEN {is_type(*USAGE)} THEN {_METERED} END"
QUANTITIES = (
    MapColumn(
        "PricingQuantity",
        f"CASE WHEN {_COUNTED_ELSEWHERE} THEN 0 WHEN {is_type(*USAGE, *_FEES)} THEN #line_item_usage_amount END",
        choice="0 on the negation: the covered usage carries the quantity. 0 on a split row: its parent does. What a "
        "container used stands in x_SplitUsage.",
        source="AWS Data Exports User Guide, Line item columns: line_item_usage_amount; Understanding split cost "
        "allocation data",
        alternative="The usage amount of a split row, which AWS does not explain: in a sum, hours of processors and "
        "of memory that nobody is charged for would stand beside those of Fargate, which are.",
    ),
    MapColumn(
        "PricingUnit",
        _UNIT,
        choice="Hrs, GB-Mo and Request are written as FOCUS writes them: Hours, GB-Months, Requests. A fee, "
        "negation or split row without a unit is counted in Units.",
        source="FOCUS 1.4, Unit Format; AWS Data Exports User Guide, Pricing columns: pricing_unit",
    ),
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {_COUNTED_ELSEWHERE} THEN 0 WHEN {is_type(*USAGE)} THEN #line_item_usage_amount END",
        choice="The quantity charged for: the report has no other. 0 on the negation and on a split row, as "
        "PricingQuantity.",
        source="AWS Data Exports User Guide, FOCUS 1.0 with AWS columns conformance gaps: ConsumedQuantity",
    ),
    MapColumn("ConsumedUnit", f"CASE WHEN {_NEGATION} OR {is_type(*USAGE)} THEN {_UNIT} END"),
    MapColumn(
        "ListUnitPrice",
        f"CASE WHEN {is_type(*USAGE)} THEN {_PUBLIC_RATE} WHEN {is_type(*_FEES)} THEN #line_item_unblended_rate END",
        choice="As ListCost.",
    ),
    MapColumn(
        "ContractedUnitPrice",
        f"CASE WHEN {is_type('DiscountedUsage')} THEN {_PUBLIC_RATE} "
        f"WHEN {is_type('Usage', 'SavingsPlanCoveredUsage', *_FEES)} THEN "
        f"{net_or('#line_item_net_unblended_rate', '#line_item_unblended_rate')} END",
        choice="As ContractedCost.",
    ),
)

PRICED = (
    f"{is_type(*USAGE, *_FEES)} AND coalesce($line_item_unblended_rate, $line_item_net_unblended_rate, "
    "$pricing_public_on_demand_rate) IS NOT NULL"
)
"""Rows with a unit price."""

SPLITS = (
    MapColumn(
        "AllocatedMethodId",
        f"CASE WHEN {_SPLIT} THEN 'AWS split cost allocation data' END",
        choice="A split row shows what a container used of an instance that the bill charges in a row of its own. AWS "
        "bills split rows at 0 and so do all four costs here, and all quantities: the parent keeps them and totals "
        "tie. What AWS assigns to the container stands in x_SplitCost, x_SplitUnusedCost and x_SplitUsage.",
        source="AWS Data Exports User Guide, Understanding split cost allocation data; Split line item columns",
        alternative="Moving the effective cost from the parent to its containers at load; that is allocation, not "
        "reading.",
    ),
    MapColumn("AllocatedResourceId", f"CASE WHEN {_SPLIT} THEN $line_item_resource_id END"),
    MapColumn("AllocatedTags", f"CASE WHEN {_SPLIT} THEN $tags END"),
    MapColumn("x_SplitCost", net_or("$split_line_item_net_split_cost", "$split_line_item_split_cost")),
    MapColumn("x_SplitUnusedCost", net_or("$split_line_item_net_unused_cost", "$split_line_item_unused_cost")),
    MapColumn("x_SplitReservedUsage", "$split_line_item_reserved_usage"),
    MapColumn("x_SplitActualUsage", "$split_line_item_actual_usage"),
    MapColumn(
        "x_SplitUsage",
        f"CASE WHEN {_SPLIT} THEN coalesce($split_line_item_split_usage, $line_item_usage_amount) END",
        choice="Hours of processors or of memory, as x_UsageType says: vCPU-Hours or GB-Hours.",
        source="AWS Data Exports User Guide, Split line item columns: split_line_item_split_usage",
    ),
)
