"""What an AWS bill holds beside usage: commitments, support, marketplace, discounts, credits, refunds, tax.

Owns the charges and their CUR 2.0 columns. The Parquet file is written in aws_cur2.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np

from finmod.sample.charges import NETTED, Bill, Charge, total
from finmod.sample.commitments import Commitment
from finmod.sample.months import Month
from finmod.sample.prices import AMOUNT_DIGITS, QUANTITY_DIGITS, decimal_text, skus
from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Flags, Ints
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.usage import Covered, Usage, month_usage
from finmod.sample.world import World

EDP_PER_CENT, TAX_PER_CENT, SUPPORT_PER_CENT = 5, 8, 3
SELLER = "Beacon Grid Software (invented)"
_CREDIT = 6_500 * 10**AMOUNT_DIGITS


def arn(held: Commitment) -> str:
    """Return the ARN of a savings plan or of reserved instances."""
    payer = PAYERS["aws"][0]
    number = f"{sum(ord(letter) * 7919**place for place, letter in enumerate(held.name)) % 2**48:012x}"
    if held.by_quantity:
        return f"arn:aws:ec2:us-east-1:{payer}:reserved-instances/00000000-0000-4000-8000-{number}"
    return f"arn:aws:savingsplans::{payer}:savingsplan/00000000-0000-4000-8000-{number}"


def aws_bill(world: World, number: int, pieces: int) -> Bill:
    """Return the AWS bill of the window's month of that number."""
    usage = month_usage(world, "aws", number)
    month = usage.month
    invoice = f"NWA{month.year % 100:02d}{month.month:02d}0001"
    on_demand = usage.commitment < 0
    plans = np.array([not held.by_quantity for held in world.commitments] + [False], dtype=np.bool_)
    cost = usage.quantity * usage.list_price
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += _commitment(world, usage, covered, invoice)
    charges += _discounts(usage, on_demand, invoice)
    charges += _credits(world, number, usage, invoice)
    charges += _tax(world, usage, on_demand, invoice)
    charges += _fees(usage, total(cost[on_demand]), invoice)
    return Bill(
        usage, np.where(on_demand, cost, 0), total(cost[plans[usage.commitment]]), tuple(charges), invoice, pieces
    )


def _charge(  # noqa: PLR0913 -- the columns of a row
    kind: str, line_type: str, span: tuple[datetime, datetime], billed: int, invoice: str, **more: str | int | None
) -> Charge:
    effective, listed = more.pop("effective", billed), more.pop("listed", billed)
    owner = more.pop("owner", -1)
    columns: dict[str, str | None] = {
        "line_item_line_item_type": line_type,
        "line_item_usage_account_id": PAYERS["aws"][0],
        "line_item_usage_account_name": PAYERS["aws"][1],
    }
    columns |= {name: None if text is None else str(text) for name, text in more.items()}
    return Charge(
        kind=kind, start=span[0], end=span[1], billed=billed, effective=int(effective or 0), listed=int(listed or 0),
        contracted=int(listed or 0), owner=int(owner if owner is not None else -1), invoice=invoice, columns=columns,
    )


def _whole(month: Month) -> tuple[datetime, datetime]:
    return month.start, month.following().start


def _commitment(world: World, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    held = world.commitments[covered.number]
    if held.by_quantity:
        yield from _reserved(held, usage, covered, invoice)
    else:
        yield from _savings_plan(held, usage, covered, invoice)


def _plan_columns(held: Commitment) -> dict[str, str]:
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
    }


def _savings_plan(held: Commitment, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    columns = _plan_columns(held)
    if held.start == usage.month and held.upfront:
        # The fee is billed once, at the start; its effect is spread over the term by the recurring rows.
        yield _charge(
            "purchase", "SavingsPlanUpfrontFee", (usage.month.start, held.end.start), held.upfront, invoice, effective=0,
            **columns, line_item_usage_amount="1",
            line_item_line_item_description=f"{held.payment} Compute Savings Plan, upfront fee",
        )
    for slot, start in enumerate(usage.starts):
        hours = int(usage.hours[slot])
        span = (start, start + timedelta(hours=hours))
        spent, used = int(covered.total[slot]), int(covered.used[slot])
        yield _charge(
            "unused", "SavingsPlanRecurringFee", span, held.recurring_per_hour * hours, invoice, effective=spent - used,
            **columns,
            savings_plan_total_commitment_to_date=decimal_text(spent),
            savings_plan_used_commitment=decimal_text(used),
            savings_plan_recurring_commitment_for_billing_period=decimal_text(held.recurring_per_hour * hours),
            savings_plan_amortized_upfront_commitment_for_billing_period=decimal_text(held.upfront_per_hour * hours),
            line_item_usage_amount=str(hours), pricing_unit="Hours",
            line_item_line_item_description=f"{held.payment} Compute Savings Plan, {decimal_text(held.per_hour)} an hour",
        )
    for code, slot, amount in _negations(usage, covered.number):
        span = (usage.starts[slot], usage.starts[slot] + timedelta(hours=int(usage.hours[slot])))
        yield _charge(
            "negation", "SavingsPlanNegation", span, -amount, invoice, effective=0, listed=0, owner=NETTED,
            **(columns | {"line_item_product_code": code, "line_item_usage_type": "SavingsPlanNegation"}),
            line_item_usage_amount="1",
            line_item_line_item_description=f"SavingsPlanNegation used by AccountId : {PAYERS['aws'][0]}",
        )


def _negations(usage: Usage, number: int) -> list[tuple[str, int, int]]:
    found: dict[tuple[str, int], int] = {}
    chosen = np.flatnonzero(usage.commitment == number)
    codes = _codes(usage)[chosen]
    for code in sorted(set(codes.tolist())):
        cells = chosen[codes == code]
        sums = np.zeros(len(usage.starts), dtype=np.int64)
        np.add.at(sums, usage.slot[cells], usage.quantity[cells] * usage.list_price[cells])
        found |= {(code, slot): int(amount) for slot, amount in enumerate(sums.tolist()) if amount}
    return [(code, slot, amount) for (code, slot), amount in found.items()]


def _codes(usage: Usage) -> np.ndarray:
    table = np.array([skus()[place].service_code for place in usage.sku_of_resource], dtype=object)
    return np.asarray(table[usage.resource])


def _reserved(held: Commitment, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    span, hours = _whole(usage.month), int(usage.hours.sum())
    quantity, used = held.hourly * hours, int(covered.quantity.sum())
    unused, recurring = quantity - used, held.rate - held.upfront_rate
    name = f"m7i.{held.size}"
    columns = {
        "reservation_reservation_a_r_n": arn(held),
        "reservation_subscription_id": arn(held)[-12:],
        "reservation_number_of_reservations": str(held.hourly // 10**QUANTITY_DIGITS),
        "reservation_start_time": f"{held.start.first}T00:00:00.000Z",
        "reservation_end_time": f"{held.end.first}T00:00:00.000Z",
        "line_item_product_code": "AmazonEC2",
        "line_item_usage_type": f"HeavyUsage:{name}",
        "line_item_operation": "RunInstances",
        "pricing_term": "Reserved", "pricing_purchase_option": held.payment, "pricing_lease_contract_length": "1yr",
        "pricing_offering_class": "standard", "pricing_unit": "Hours",
    }
    if held.start == usage.month and held.upfront:
        yield _charge(
            "purchase", "Fee", (usage.month.start, held.end.start), held.upfront, invoice, effective=0, **columns,
            line_item_usage_amount=str(held.hourly // 10**QUANTITY_DIGITS), reservation_upfront_value=decimal_text(held.upfront),
            line_item_line_item_description=f"Sign up charge for subscription, {name}, {held.payment}",
        )
    yield _charge(
        "unused", "RIFee", span, held.recurring_per_hour * hours, invoice, effective=unused * held.rate, **columns,
        line_item_usage_amount=decimal_text(quantity, QUANTITY_DIGITS),
        reservation_total_reserved_units=decimal_text(quantity, QUANTITY_DIGITS),
        reservation_unused_quantity=decimal_text(unused, QUANTITY_DIGITS),
        reservation_amortized_upfront_fee_for_billing_period=decimal_text(quantity * held.upfront_rate),
        reservation_unused_amortized_upfront_fee_for_billing_period=decimal_text(unused * held.upfront_rate),
        reservation_unused_recurring_fee=decimal_text(unused * recurring),
        line_item_line_item_description=f"{name} reserved instance applied, {held.payment}",
    )


def _discounts(usage: Usage, on_demand: Flags, invoice: str) -> Iterator[Charge]:
    codes = _codes(usage)
    for code in sorted(set(codes.tolist())):
        chosen = on_demand & (codes == code)
        amount = total((usage.quantity * usage.list_price)[chosen]) * EDP_PER_CENT // 100
        yield _charge(
            "discount", "EdpDiscount", _whole(usage.month), -amount, invoice, line_item_product_code=code,
            line_item_usage_type="EdpDiscount", line_item_usage_amount="1",
            line_item_line_item_description=f"Enterprise Discount Program, {EDP_PER_CENT} %, {code}",
        )


def _credits(world: World, number: int, usage: Usage, invoice: str) -> Iterator[Charge]:
    """Yield migration credits in the first third of the window, and the refund that corrects a closed month."""
    if number * 3 <= len(world.months):
        yield _charge(
            "credit", "Credit", _whole(usage.month), -_CREDIT, invoice, line_item_product_code="AmazonEC2",
            line_item_usage_type="Credit", line_item_usage_amount="1",
            line_item_line_item_description="Migration programme credit",
        )
    if number == restated_month(len(world.months)) + 1:
        yield from _refund(world, number, invoice)


def restated_month(months: int) -> int:
    """Return the place of the closed month that the next month's bills correct."""
    return max(months // 2 - 1, 0)


def _refund(world: World, number: int, invoice: str) -> Iterator[Charge]:
    before = month_usage(world, "aws", number - 1)
    codes = _codes(before)
    cells = np.flatnonzero((before.commitment < 0) & (codes == "AmazonS3"))[:6]
    resources = world.resources["aws"]
    for cell in cells.tolist():
        resource = int(before.resource[cell])
        account = ACCOUNTS[int(resources.account[resource])]
        start = before.starts[int(before.slot[cell])]
        span = (start, start + timedelta(hours=int(before.hours[int(before.slot[cell])])))
        amount = int(before.quantity[cell] * before.list_price[cell]) // 2
        yield _charge(
            "correction", "Refund", span, -amount, invoice, owner=int(resources.owner[resource]),
            line_item_product_code="AmazonS3", line_item_resource_id=resources.ids[resource],
            line_item_usage_account_id=account.number, line_item_usage_account_name=account.name,
            line_item_usage_type="TimedStorage-ByteHrs", line_item_usage_amount="1", bill_bill_type="Refund",
            line_item_line_item_description=f"Metering error in {before.month.label}, corrected",
        )


def _tax(world: World, usage: Usage, on_demand: Flags, invoice: str) -> Iterator[Charge]:
    accounts = world.resources["aws"].account[usage.resource]
    cost = usage.quantity * usage.list_price
    for place, account in enumerate(ACCOUNTS):
        chosen = on_demand & (accounts == place)
        # Every fifth account belongs to an entity that pays tax on its bill.
        if account.source == "aws" and place % 5 == 0 and chosen.any():
            yield _charge(
                "tax", "Tax", _whole(usage.month), total(cost[chosen]) * TAX_PER_CENT // 100, invoice,
                line_item_product_code="AmazonEC2", line_item_tax_type="VAT", line_item_usage_account_id=account.number,
                line_item_usage_account_name=account.name, line_item_usage_amount="1",
                line_item_line_item_description=f"Tax for account {account.number}",
            )


def _fees(usage: Usage, spend: int, invoice: str) -> Iterator[Charge]:
    support = len(PRODUCTS) + 3
    yield _charge(
        "support", "Fee", _whole(usage.month), spend * SUPPORT_PER_CENT // 100, invoice, owner=support,
        line_item_product_code="AWSSupportBusiness", line_item_usage_type="Dollar", line_item_usage_amount="1",
        line_item_line_item_description=f"AWS Business Support, {SUPPORT_PER_CENT} % of monthly usage",
    )
    market = f"NWM{usage.month.year % 100:02d}{usage.month.month:02d}0002"
    for kind, amount in (("Fee", 4_200), ("Usage", 1_310 + 17 * (usage.number % 7))):
        yield _charge(
            "marketplace", kind, _whole(usage.month), amount * 10**AMOUNT_DIGITS, market, owner=0,
            line_item_product_code="a1b2c3beacongrid", line_item_usage_type=f"MP:beacon-{kind}", line_item_usage_amount="1",
            pricing_unit="Units", bill_billing_entity="AWS Marketplace", line_item_legal_entity=SELLER,
            pricing_public_on_demand_cost=decimal_text(amount * 10**AMOUNT_DIGITS) if kind == "Usage" else None,
            pricing_public_on_demand_rate=decimal_text(amount * 10**AMOUNT_DIGITS) if kind == "Usage" else None,
            line_item_line_item_description="Beacon Grid monitoring, sold on AWS Marketplace",
        )
