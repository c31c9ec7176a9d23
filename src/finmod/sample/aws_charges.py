"""The AWS bill of a month: usage, commitments, support, marketplace, discounts, credits, refunds, tax.

Owns what belongs on the bill, and the line items that are no commitment's and no discount's. The Parquet file is
written in aws_cur2.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from finmod.sample.aws_commitments import commitment_lines
from finmod.sample.aws_discounts import discounts, firewall
from finmod.sample.aws_lines import line_item, other_invoice, product_codes, same, sku_columns, whole
from finmod.sample.charges import Bill, Charge, total
from finmod.sample.pods import month_pods
from finmod.sample.prices import AMOUNT_DIGITS, decimal_text
from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Flags
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

TAX_PER_CENT, SUPPORT_PER_CENT = 8, 3
SELLER = "Beacon Grid Software (invented)"
_DOLLAR = 10**AMOUNT_DIGITS
_SUPPORT_PLATFORM = len(PRODUCTS) + 3
_REFUNDED_CELLS = 6
_FLAT_RATE = 200 * _DOLLAR
_SHOP_WINDOW = next(place for place, product in enumerate(PRODUCTS) if product.name == "catalog")


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
    own = on_demand & ~usage.elsewhere
    # The last place answers for cells without a commitment, whose place is -1.
    plans = np.array([*(not held.by_quantity for held in world.commitments), False], dtype=np.bool_)
    cost = usage.quantity * usage.list_price
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += commitment_lines(world, usage, covered, invoice)
    charges += discounts(usage, own, invoice)
    charges += firewall(usage, own, invoice)
    if number * 3 <= len(world.months):
        charges.append(_credit(usage, invoice))
    if number == world.restated_month + 1:
        charges += _refunds(world, number, invoice)
    charges += _taxes(world, usage, own, invoice)
    charges.append(_support(usage, total(cost[own]) * SUPPORT_PER_CENT // 100, invoice))
    charges.append(_subscription(usage, invoice))
    charges += _marketplace(usage)
    covered_cost = total(cost[plans[usage.commitment]])
    billed = np.where(on_demand, cost, 0)
    apart = {other_invoice(usage): total(billed[usage.elsewhere])} if usage.elsewhere.any() else {}
    return Bill(usage, billed, covered_cost, tuple(charges), invoice, pieces, month_pods(world, usage), apart)


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
    own = (before.commitment < 0) & ~before.elsewhere
    cells = np.flatnonzero(own & (product_codes(before) == "AmazonS3"))[:_REFUNDED_CELLS]
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


def _taxes(world: World, usage: Usage, own: Flags, invoice: str) -> Iterator[Charge]:
    accounts = world.resources["aws"].account[usage.resource]
    cost = usage.quantity * usage.list_price
    for place, account in enumerate(ACCOUNTS):
        chosen = own & (accounts == place)
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


def _subscription(usage: Usage, invoice: str) -> Charge:
    """Return the flat rate of the shop window's distribution, which costs the same whatever its traffic."""
    return line_item(
        "subscription",
        "FlatRateSubscription",
        whole(usage.month),
        same(_FLAT_RATE),
        invoice=invoice,
        text="Flat-rate plan for one distribution, per month",
        columns={
            "line_item_product_code": "AmazonCloudFront",
            "line_item_unblended_rate": decimal_text(_FLAT_RATE),
            "line_item_usage_type": "FlatRatePlan:Business",
            "pricing_unit": "Units",
            **sku_columns("FLATRATEBUSINESS"),
        },
        owner=_SHOP_WINDOW,
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
