"""The part of an AWS commitment that was paid for and not used: a charge of its own, made from the recurring fee's row.

Owns its columns and which rows make it, in the notation of ``mapping.py``. The fee itself stands in
``aws_charges.py``.

Source: AWS Data Exports User Guide, "Understanding Savings Plans", "Understanding your reservations", "Reservation
columns", "Savings plan columns".
"""

from __future__ import annotations

from finmod.normalize.aws_charges import (
    NO_UPFRONT,
    NORMALIZED,
    PAID,
    PLANNED,
    RESERVATIONS,
    SAVINGS_PLANS,
    UNBLENDED,
    committed_unit,
    is_type,
    net_or,
    sum_of,
)
from finmod.normalize.mapping import MapColumn

_TOTAL, _USED = "#savings_plan_total_commitment_to_date", "#savings_plan_used_commitment"
# Of a commitment of nothing nothing was left.
_PLAN_UNUSED = f"({_TOTAL} - coalesce({_USED}, CASE WHEN {_TOTAL} = 0 THEN 0 END))"
_PLAN_GROSS = sum_of(
    "#savings_plan_amortized_upfront_commitment_for_billing_period",
    "#savings_plan_recurring_commitment_for_billing_period",
)
_PLAN_NET = sum_of(
    "#savings_plan_net_amortized_upfront_commitment_for_billing_period",
    "#savings_plan_net_recurring_commitment_for_billing_period",
)


def share(amount: str, part: str, whole: str) -> str:
    """Return SQL for amount x part / whole, cut off after 12 places, exact for amounts of up to 1e13.

    In whole numbers, for a decimal quotient is a double; and in two steps, of which each fits 38 digits: the product
    of two amounts of 12 places does not. The part is high x 1e12 + low, and what the first division leaves goes into
    the second.

    Args:
        amount: SQL for a decimal of 12 places; of any sign, as the others.
        part: The same.
        whole: The same, not 0.
    """
    a, p, w = (f"CAST(({term}) * 1000000000000 AS HUGEINT)" for term in (amount, part, whole))
    step = "1000000000000"
    high, low = f"({a} * ({p} // {step}))", f"({a} * ({p} % {step}))"
    units = f"{high} // {w} * {step} + ({high} % {w} * {step} + {low}) // {w}"
    return f"CAST({units} AS DECIMAL(38,0)) * CAST(0.000000000001 AS DECIMAL(12,12))"


_UNUSED_PLAN = (
    f"CASE WHEN $discount_columns IS NULL OR ({_PLAN_NET}) IS NULL OR coalesce({_PLAN_GROSS}, 0) = 0 THEN "
    f"{_PLAN_UNUSED} "
    f"ELSE {share(_PLAN_UNUSED, _PLAN_NET, _PLAN_GROSS)} END"
)

_UPFRONT_UNUSED = net_or(
    "#reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "#reservation_unused_amortized_upfront_fee_for_billing_period",
)
_RECURRING_UNUSED = net_or("#reservation_net_unused_recurring_fee", "#reservation_unused_recurring_fee")
_UPFRONT_FEE = "#reservation_amortized_upfront_fee_for_billing_period"
_ALL_USED = (
    "#reservation_unused_quantity = 0 OR #reservation_unused_normalized_unit_quantity = 0 "
    f"OR (#reservation_unused_recurring_fee = 0 AND {UNBLENDED} <> 0) "
    f"OR (#reservation_unused_amortized_upfront_fee_for_billing_period = 0 AND {_UPFRONT_FEE} <> 0)"
)
_NO_UPFRONT_FEE = f"{NO_UPFRONT} OR {_UPFRONT_FEE} = 0 OR #reservation_upfront_value = 0"
_NO_RECURRING_FEE = f"{PAID} = 'allupfront' OR {UNBLENDED} = 0"
_UNUSED_RESERVATION = (
    f"CASE WHEN (({_UPFRONT_UNUSED}) IS NOT NULL OR {_ALL_USED} OR {_NO_UPFRONT_FEE}) "
    f"AND (({_RECURRING_UNUSED}) IS NOT NULL OR {_ALL_USED} OR {_NO_RECURRING_FEE}) "
    f"THEN coalesce({_UPFRONT_UNUSED}, 0) + coalesce({_RECURRING_UNUSED}, 0) END"
)
UNUSED = (
    f"CASE WHEN {is_type('SavingsPlanRecurringFee')} THEN {_UNUSED_PLAN} "
    f"WHEN {is_type('RIFee')} THEN {_UNUSED_RESERVATION} END"
)
"""What was left unused of a recurring fee's commitment; NULL where the row does not tell."""

_UNUSED_QUANTITY = (
    f"CASE WHEN {PLANNED} THEN {_PLAN_UNUSED} WHEN {NORMALIZED} THEN #reservation_unused_normalized_unit_quantity "
    "ELSE #reservation_unused_quantity END"
)
_PART = "The unused part of a recurring fee"
UNUSED_PART = (
    MapColumn("BilledCost", "0", choice=f"{_PART} bills nothing: the fee does.", source="FOCUS 1.4, BilledCost"),
    MapColumn(
        "EffectiveCost",
        UNUSED,
        choice="What is left of the commitment of the period: of a Savings Plan the commitment less what was used, of "
        "a reservation the unused share of its fees. NULL where the row does not say what was unused: then the cost "
        "of it is not known, which is a finding (FM1311). Of a reservation's two shares one may be missing where the "
        "row says that it is 0: by an unused quantity of 0, by the other share being 0 of a fee that is not, by the "
        "purchase option, or by a fee of 0.",
        source=f"{SAVINGS_PLANS}; {RESERVATIONS}",
        alternative="0 for what the row does not say: a query that leaves the columns out would lose the cost without "
        "a word.",
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
    MapColumn("CommitmentDiscountUnit", committed_unit(_UNUSED_QUANTITY)),
    MapColumn("PricingQuantity", _UNUSED_QUANTITY, choice="As CommitmentDiscountQuantity."),
    MapColumn("PricingUnit", committed_unit(_UNUSED_QUANTITY)),
    MapColumn("SkuPriceId", "NULL", choice="The fee's price is not that of its unused part."),
    MapColumn("x_UnblendedCost", "NULL", choice="The fee carries it."),
    MapColumn("x_NetUnblendedCost", "NULL", choice="The fee carries it."),
    MapColumn("x_Discounts", "NULL", choice="The fee carries them."),
)
"""The columns in which the unused part of a fee differs from the fee."""

_NEVER_AMORTISED = "$amortisation_columns IS NULL AND @line_item_usage_start_date < TIMESTAMP '2018-01-01'"
NO_UNUSED_PART = (
    f"coalesce({is_type('SavingsPlanRecurringFee', 'RIFee')}, false) = false OR ({UNUSED}) = 0 "
    f"OR ({is_type('RIFee')} AND {_NEVER_AMORTISED})"
)
"""Rows without an unused part; not those that do not tell."""
