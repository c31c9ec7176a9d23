"""What commitments put on an AWS bill: fees, upfront fees, and the negation of covered usage.

Owns those line items of Savings Plans and reserved instances. Covered usage itself is written in aws_cur2.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from finmod.sample.aws_lines import PAYER, arn, fee, line_item, product_codes, sku_columns, whole
from finmod.sample.charges import NETTED, Charge
from finmod.sample.commitments import Commitment
from finmod.sample.prices import QUANTITY_DIGITS, decimal_text
from finmod.sample.usage import Covered, Usage
from finmod.sample.world import World


def commitment_lines(world: World, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    """Yield what one commitment puts on the bill of a month beside the usage that it covers."""
    held = world.commitments[covered.number]
    if held.start == usage.month and held.upfront:
        # Billed once, at the start; its effect is spread over the term by covered usage and fees.
        yield _upfront(held, usage, invoice)
    if held.by_quantity:
        yield _reservation_fee(held, usage, covered, invoice)
    else:
        yield from _plan_fees(held, usage, covered, invoice)
        yield from _negations(held, usage, covered.number, invoice)


def _plan_columns(held: Commitment) -> dict[str, str | None]:
    return {
        "savings_plan_savings_plan_a_r_n": arn(held),
        "savings_plan_offering_type": "ComputeSavingsPlans",
        "savings_plan_payment_option": held.payment,
        "savings_plan_purchase_term": "1yr",
        "savings_plan_start_time": f"{held.start.first}T00:00:00.000Z",
        "savings_plan_end_time": f"{held.end.first}T00:00:00.000Z",
        "line_item_product_code": "ComputeSavingsPlans",
        "line_item_resource_id": arn(held),
        "line_item_usage_type": f"ComputeSP:1yr{held.payment.replace(' ', '')}",
        **sku_columns(f"CSP1YR{held.payment}"),
    }


def _reservation_columns(held: Commitment) -> dict[str, str | None]:
    return {
        "reservation_reservation_a_r_n": arn(held),
        "reservation_subscription_id": arn(held)[-12:],
        "reservation_number_of_reservations": str(held.hourly // 10**QUANTITY_DIGITS),
        "reservation_start_time": f"{held.start.first}T00:00:00.000Z",
        "reservation_end_time": f"{held.end.first}T00:00:00.000Z",
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": f"HeavyUsage:m7i.{held.size}",
        "line_item_operation": "RunInstances",
        "pricing_term": "Reserved",
        "pricing_purchase_option": held.payment,
        "pricing_lease_contract_length": "1yr",
        "pricing_offering_class": "standard",
        "pricing_unit": "Hours",
        **sku_columns(f"RI1YR{held.size}{held.payment}"),
    }


def _upfront(held: Commitment, usage: Usage, invoice: str) -> Charge:
    costs = (held.upfront, 0, held.upfront, held.upfront)
    span = (usage.month.start, held.end.start)
    if not held.by_quantity:
        text = f"{held.payment} Compute Savings Plan, upfront fee"
        columns = _plan_columns(held)
        return line_item("purchase", "SavingsPlanUpfrontFee", span, costs, invoice=invoice, text=text, columns=columns)
    columns = _reservation_columns(held) | {
        "line_item_usage_amount": str(held.hourly // 10**QUANTITY_DIGITS),
        "reservation_total_reserved_units": decimal_text(held.hourly * held.hours, QUANTITY_DIGITS),
        "reservation_upfront_value": decimal_text(held.upfront),
    }
    text = f"Sign up charge for subscription, m7i.{held.size}, {held.payment}"
    return line_item("purchase", "Fee", span, costs, invoice=invoice, text=text, columns=columns)


def _plan_fees(held: Commitment, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    for slot, start in enumerate(usage.starts):
        hours = int(usage.hours[slot])
        total, used, billed = int(covered.total[slot]), int(covered.used[slot]), held.recurring_per_hour * hours
        yield line_item(
            "unused",
            "SavingsPlanRecurringFee",
            (start, start + timedelta(hours=hours)),
            fee(billed, total - used),
            invoice=invoice,
            text=f"{held.payment} Compute Savings Plan, {decimal_text(held.per_hour)} USD an hour",
            columns=_plan_columns(held)
            | {
                "line_item_usage_amount": str(hours),
                "pricing_unit": "Hours",
                "savings_plan_total_commitment_to_date": decimal_text(total),
                "savings_plan_used_commitment": decimal_text(used),
                "savings_plan_recurring_commitment_for_billing_period": decimal_text(billed),
                "savings_plan_amortized_upfront_commitment_for_billing_period": decimal_text(total - billed),
            },
        )


def _negations(held: Commitment, usage: Usage, number: int, invoice: str) -> Iterator[Charge]:
    """Yield what takes covered usage off the bill again: one row per product code and slot."""
    cells = np.flatnonzero(usage.commitment == number)
    codes = product_codes(usage)[cells]
    for code in sorted(set(codes.tolist())):
        chosen = cells[codes == code]
        sums = np.zeros(len(usage.starts), dtype=np.int64)
        np.add.at(sums, usage.slot[chosen], usage.quantity[chosen] * usage.list_price[chosen])
        changed = {"line_item_product_code": code, "line_item_usage_type": "SavingsPlanNegation"}
        for slot in np.flatnonzero(sums).tolist():
            start = usage.starts[slot]
            yield line_item(
                "negation",
                "SavingsPlanNegation",
                (start, start + timedelta(hours=int(usage.hours[slot]))),
                (-int(sums[slot]), 0, 0, 0),
                invoice=invoice,
                text=f"SavingsPlanNegation used by AccountId : {PAYER}",
                columns=_plan_columns(held) | changed,
                owner=NETTED,
            )


def _reservation_fee(held: Commitment, usage: Usage, covered: Covered, invoice: str) -> Charge:
    hours = int(usage.hours.sum())
    quantity = held.hourly * hours
    unused = quantity - int(covered.quantity.sum())
    return line_item(
        "unused",
        "RIFee",
        whole(usage.month),
        fee(held.recurring_per_hour * hours, unused * held.rate),
        invoice=invoice,
        text=f"m7i.{held.size} reserved instance applied, {held.payment}",
        columns=_reservation_columns(held)
        | {
            "line_item_usage_amount": decimal_text(quantity, QUANTITY_DIGITS),
            "reservation_total_reserved_units": decimal_text(quantity, QUANTITY_DIGITS),
            "reservation_unused_quantity": decimal_text(unused, QUANTITY_DIGITS),
            "reservation_amortized_upfront_fee_for_billing_period": decimal_text(quantity * held.upfront_rate),
            "reservation_unused_amortized_upfront_fee_for_billing_period": decimal_text(unused * held.upfront_rate),
            "reservation_unused_recurring_fee": decimal_text(unused * (held.rate - held.upfront_rate)),
        },
    )
