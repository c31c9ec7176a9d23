"""The AWS bill of a month: usage, commitments, support, marketplace, discounts, credits, refunds, tax.

Owns what belongs on the bill and the line items that are no commitment's. The Parquet file is written in aws_cur2.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from finmod.sample.aws_commitments import commitment_lines
from finmod.sample.aws_lines import line_item, product_codes, same, sku_columns, whole
from finmod.sample.charges import Bill, Charge, total
from finmod.sample.prices import AMOUNT_DIGITS, decimal_text
from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Flags
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

EDP_PER_CENT, TAX_PER_CENT, SUPPORT_PER_CENT = 5, 8, 3
SELLER = "Beacon Grid Software (invented)"
_DOLLAR = 10**AMOUNT_DIGITS
_SUPPORT_PLATFORM = len(PRODUCTS) + 3
_REFUNDED_CELLS = 6


def aws_bill(world: World, number: int, pieces: int) -> Bill:
    """Return the AWS bill of the window's month of that number.

    Args:
        world: The company.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    usage = month_usage(world, "aws", number)
    invoice = f"NWA{usage.month.year % 100:02d}{usage.month.month:02d}0001"
    on_demand = usage.commitment < 0
    # The last place answers for cells without a commitment, whose place is -1.
    plans = np.array([*(not held.by_quantity for held in world.commitments), False], dtype=np.bool_)
    cost = usage.quantity * usage.list_price
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += commitment_lines(world, usage, covered, invoice)
    charges += _discounts(usage, on_demand, invoice)
    if number * 3 <= len(world.months):
        charges.append(_credit(usage, invoice))
    if number == world.restated_month + 1:
        charges += _refunds(world, number, invoice)
    charges += _taxes(world, usage, on_demand, invoice)
    charges.append(_support(usage, total(cost[on_demand]) * SUPPORT_PER_CENT // 100, invoice))
    charges += _marketplace(usage)
    covered_cost = total(cost[plans[usage.commitment]])
    return Bill(usage, np.where(on_demand, cost, 0), covered_cost, tuple(charges), invoice, pieces)


def _discounts(usage: Usage, on_demand: Flags, invoice: str) -> Iterator[Charge]:
    """Yield the enterprise discount; the list cost stands on the usage that it is a discount of."""
    codes, cost = product_codes(usage), usage.quantity * usage.list_price
    for code in sorted(set(codes.tolist())):
        amount = total(cost[on_demand & (codes == code)]) * EDP_PER_CENT // 100
        yield line_item(
            "discount",
            "EdpDiscount",
            whole(usage.month),
            (-amount, -amount, 0, -amount),
            invoice=invoice,
            text=f"Enterprise Discount Program, {EDP_PER_CENT} %, {code}",
            columns={"line_item_product_code": code, "line_item_usage_type": "EdpDiscount"},
        )


def _credit(usage: Usage, invoice: str) -> Charge:
    return line_item(
        "credit",
        "Credit",
        whole(usage.month),
        same(-6_500 * _DOLLAR),
        invoice=invoice,
        text="Migration programme credit",
        columns={"line_item_product_code": "AmazonEC2", "line_item_usage_type": "Credit"},
    )


def _refunds(world: World, number: int, invoice: str) -> Iterator[Charge]:
    """Yield what corrects the closed month before: half of some storage charges was metered in error."""
    before, resources = month_usage(world, "aws", number - 1), world.resources["aws"]
    cells = np.flatnonzero((before.commitment < 0) & (product_codes(before) == "AmazonS3"))[:_REFUNDED_CELLS]
    for cell in cells.tolist():
        resource, slot = int(before.resource[cell]), int(before.slot[cell])
        account, start = ACCOUNTS[int(resources.account[resource])], before.starts[slot]
        yield line_item(
            "correction",
            "Refund",
            (start, start + timedelta(hours=int(before.hours[slot]))),
            same(-(int(before.quantity[cell] * before.list_price[cell]) // 2)),
            invoice=invoice,
            text=f"Metering error in {before.month.label}, corrected",
            columns={
                "bill_bill_type": "Refund",
                "line_item_product_code": "AmazonS3",
                "line_item_resource_id": resources.ids[resource],
                "line_item_usage_account_id": account.number,
                "line_item_usage_account_name": account.name,
                "line_item_usage_type": "TimedStorage-ByteHrs",
            },
            owner=int(resources.owner[resource]),
        )


def _taxes(world: World, usage: Usage, on_demand: Flags, invoice: str) -> Iterator[Charge]:
    accounts = world.resources["aws"].account[usage.resource]
    cost = usage.quantity * usage.list_price
    for place, account in enumerate(ACCOUNTS):
        chosen = on_demand & (accounts == place)
        # Every fifth account belongs to an entity that pays tax on its bill.
        if account.source == "aws" and place % 5 == 0 and chosen.any():
            yield line_item(
                "tax",
                "Tax",
                whole(usage.month),
                same(total(cost[chosen]) * TAX_PER_CENT // 100),
                invoice=invoice,
                text=f"Tax for account {account.number}",
                columns={
                    "line_item_product_code": "AmazonEC2",
                    "line_item_tax_type": "VAT",
                    "line_item_usage_account_id": account.number,
                    "line_item_usage_account_name": account.name,
                },
            )


def _support(usage: Usage, amount: int, invoice: str) -> Charge:
    return line_item(
        "support",
        "Fee",
        whole(usage.month),
        same(amount),
        invoice=invoice,
        text=f"AWS Business Support, {SUPPORT_PER_CENT} % of monthly usage",
        columns={
            "line_item_product_code": "AWSSupportBusiness",
            "line_item_usage_type": "Dollar",
            **sku_columns("SUPPORTBUSINESS"),
        },
        owner=_SUPPORT_PLATFORM,
    )


def _marketplace(usage: Usage) -> Iterator[Charge]:
    """Yield a seller's software: a monthly fee and metered use, on an invoice of its own."""
    invoice = f"NWM{usage.month.year % 100:02d}{usage.month.month:02d}0002"
    for line_type, amount in (("Fee", 4_200 * _DOLLAR), ("Usage", (1_310 + 17 * (usage.number % 7)) * _DOLLAR)):
        metered = decimal_text(amount) if line_type == "Usage" else None
        yield line_item(
            "marketplace",
            line_type,
            whole(usage.month),
            same(amount),
            invoice=invoice,
            text="Beacon Grid monitoring, sold on AWS Marketplace",
            columns={
                "bill_billing_entity": "AWS Marketplace",
                "line_item_legal_entity": SELLER,
                "line_item_product_code": "a1b2c3beacongrid",
                "line_item_usage_type": f"MP:beacon-{line_type}",
                "line_item_unblended_rate": metered,
                "pricing_public_on_demand_cost": metered,
                "pricing_public_on_demand_rate": metered,
                "pricing_unit": "Units",
                **sku_columns(f"BEACON{line_type}"),
            },
        )
