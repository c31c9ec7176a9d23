"""What the bills of the FOCUS suppliers hold beside usage: commitments, support, credits, tax, corrections, rent.

Owns the charges and the FOCUS columns that set them apart. The files are written in focus.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from finmod.sample.aws_charges import restated_month
from finmod.sample.charges import SHARED, Bill, Charge, total
from finmod.sample.commitments import Commitment, covers
from finmod.sample.prices import AMOUNT_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, decimal_text, skus, supplier
from finmod.sample.products import PRODUCTS
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Covered, Usage, month_usage
from finmod.sample.world import World

_DOLLAR = 10**AMOUNT_DIGITS
_TAX_PER_MILLE = {"azure": 15, "datacentre": 40}
_CORRECTED_CELLS = 6


def commitment_id(held: Commitment) -> str:
    """Return the supplier's id of a commitment."""
    number = f"{sum(ord(letter) * 7919**place for place, letter in enumerate(held.name)) % 2**48:012x}"
    if held.source == "azure":
        return f"/providers/microsoft.capacity/reservationorders/00000000-0000-4000-8000-{number}"
    return f"projects/northwind-ml-prod/commitments/{number}"


def focus_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return the bill of a FOCUS supplier for the window's month of that number."""
    usage = month_usage(world, source, number)
    invoice = f"{source[:2].upper()}-{usage.month.year}{usage.month.month:02d}-0077"
    billed = np.where(usage.commitment < 0, usage.quantity * usage.contracted_price, 0)
    listed = np.where(usage.commitment < 0, usage.quantity * usage.list_price, 0)
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += _commitment(world, usage, covered, invoice)
    charges += _recurring(usage, total(billed), invoice)
    charges += _tax(usage, (total(billed), total(listed)), invoice)
    if source == "azure" and number == restated_month(len(world.months)) + 1:
        charges += _corrections(world, number, invoice)
    return Bill(usage, billed, 0, tuple(charges), invoice, pieces)


def _charge(  # noqa: PLR0913 -- the columns of a row
    kind: str, span: tuple[datetime, datetime], costs: tuple[int, int, int, int], invoice: str, *, owner: int = SHARED, **columns: str | None
) -> Charge:
    billed, effective, listed, contracted = costs
    return Charge(
        kind=kind, start=span[0], end=span[1], billed=billed, effective=effective, listed=listed, contracted=contracted,
        owner=owner, invoice=invoice, columns=columns,
    )


def _whole(usage: Usage) -> tuple[datetime, datetime]:
    return usage.month.start, usage.month.following().start


def _priced(amount: int, sku: str, unit: str) -> dict[str, str]:
    """Return the pricing columns of one unit that costs an amount."""
    text = decimal_text(amount)
    return {
        "PricingQuantity": "1", "PricingUnit": unit, "ListUnitPrice": text, "ContractedUnitPrice": text,
        "PricingCategory": "Standard", "SkuId": sku, "SkuPriceId": f"{sku}-P1",
    }


def _held_columns(held: Commitment) -> dict[str, str]:
    vm = held.source == "azure"
    return {
        "CommitmentDiscountId": commitment_id(held), "CommitmentDiscountName": held.name, "CommitmentDiscountType": held.kind,
        "CommitmentDiscountCategory": "Usage" if held.by_quantity else "Spend",
        "CommitmentDiscountUnit": "Hours" if held.by_quantity else "USD",
        "ServiceName": "Virtual Machines" if vm else "Compute Engine", "ServiceCategory": "Compute",
        "ServiceSubcategory": "Virtual Machines",
    }


def _commitment(world: World, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    held = world.commitments[covered.number]
    sku = f"{held.source}-{held.kind}-1y".lower().replace(" ", "-")
    columns = _held_columns(held)
    digits = QUANTITY_DIGITS if held.by_quantity else AMOUNT_DIGITS
    hours = held.hours if held.upfront else int(usage.hours.sum())
    billed = held.upfront or held.recurring_per_hour * hours
    if not held.upfront or held.start == usage.month:
        span = (usage.month.start, held.end.start) if held.upfront else _whole(usage)
        yield _charge(
            "purchase", span, (billed, 0, billed, billed), invoice, **columns, **_priced(billed, sku, "Commitments"),
            ChargeCategory="Purchase", ChargeFrequency="One-Time" if held.upfront else "Recurring",
            CommitmentDiscountQuantity=decimal_text(held.hourly * hours, digits),
            ChargeDescription=f"{held.kind}, 1 year, {held.payment}",
        )
    for slot, start in enumerate(usage.starts):
        span = (start, start + timedelta(hours=int(usage.hours[slot])))
        yield from _unused(world, usage, covered, (slot, sku, invoice), span)


def _unused(
    world: World, usage: Usage, covered: Covered, place: tuple[int, str, str], span: tuple[datetime, datetime]
) -> Iterator[Charge]:
    held, (slot, sku, invoice) = world.commitments[covered.number], place
    amount = int(covered.total[slot] - covered.used[slot])
    if not amount:
        return
    columns = _held_columns(held) | {
        "ChargeCategory": "Usage", "ChargeFrequency": "Usage-Based", "CommitmentDiscountStatus": "Unused",
        "ChargeDescription": f"{held.kind}, unused part",
    }
    if not held.by_quantity:
        columns |= _priced(amount, sku, "Commitments") | {"CommitmentDiscountQuantity": decimal_text(amount)}
        listed = contracted = amount
    else:
        quantity = amount // held.rate
        row = int(covers(world.resources[held.source], held.eligible, held.size)[0])
        price = int(world.list_prices(held.source, usage.number)[row])
        cut = price * (1000 - supplier(held.source).off_list) // 1000
        listed, contracted = quantity * price, quantity * cut
        hours = decimal_text(quantity, QUANTITY_DIGITS)
        columns |= _priced(0, sku, "Hours") | {
            "PricingQuantity": hours, "CommitmentDiscountQuantity": hours,
            "ListUnitPrice": decimal_text(price, PRICE_DIGITS), "ContractedUnitPrice": decimal_text(cut, PRICE_DIGITS),
        }
    columns["PricingCategory"] = "Committed"
    yield _charge("unused", span, (0, amount, listed, contracted), invoice, **columns)


def _recurring(usage: Usage, spend: int, invoice: str) -> Iterator[Charge]:
    """Yield what the supplier charges or gives every month, whatever was used."""
    if usage.source == "azure":
        support = len(PRODUCTS) + 3
        yield _purchase(usage, "support", 1_000 * _DOLLAR, "azure-support-pro", "Azure Support", "Professional Direct support", invoice, owner=support)
        if usage.number < 4:  # noqa: PLR2004 -- the first months
            yield _credit(usage, -900 * _DOLLAR, "Azure migration offer", invoice)
    elif usage.source == "gcp":
        yield _credit(usage, -(spend * 12 // 1000), "Negotiated spend bonus, 1.2 %", invoice)
        # Google bills to the cent and writes the difference down.
        yield _charge(
            "rounding", _whole(usage), (-1_234_567, -1_234_567, -1_234_567, -1_234_567), invoice, ChargeCategory="Adjustment",
            ChargeFrequency="One-Time", ChargeDescription="Rounding error", ServiceName="Invoice", ServiceCategory="Other",
            ServiceSubcategory="Other (Other)",
        )
    elif usage.source == "ai" and usage.number < 3:  # noqa: PLR2004 -- the first months
        yield _credit(usage, -400 * _DOLLAR, "Starter credit", invoice)
    elif usage.source == "datacentre":
        yield _purchase(usage, "rent", 5_400 * _DOLLAR, "DC-CAGE", "Colocation", "Cage, 12 racks, monthly rent", invoice)


def _purchase(  # noqa: PLR0913 -- the columns of a row
    usage: Usage, kind: str, amount: int, sku: str, service: str, text: str, invoice: str, *, owner: int = SHARED
) -> Charge:
    return _charge(
        kind, _whole(usage), (amount, amount, amount, amount), invoice, owner=owner, **_priced(amount, sku, "Months"),
        ChargeCategory="Purchase", ChargeFrequency="Recurring", ChargeDescription=text, ServiceName=service,
        ServiceCategory="Other", ServiceSubcategory="Other (Other)" if kind != "support" else "Support",
    )


def _credit(usage: Usage, amount: int, text: str, invoice: str) -> Charge:
    return _charge(
        "credit", _whole(usage), (amount, amount, amount, amount), invoice, ChargeCategory="Credit", ChargeFrequency="One-Time",
        ChargeDescription=text, ServiceName="Invoice", ServiceCategory="Other", ServiceSubcategory="Other (Other)",
    )


def _tax(usage: Usage, base: tuple[int, int], invoice: str) -> Iterator[Charge]:
    rate = _TAX_PER_MILLE.get(usage.source)
    if rate:
        billed, listed = (amount * rate // 1000 for amount in base)
        yield _charge(
            "tax", _whole(usage), (billed, billed, listed, billed), invoice, ChargeCategory="Tax", ChargeFrequency="Recurring",
            ChargeDescription="Value added tax", ServiceName="Invoice", ServiceCategory="Other", ServiceSubcategory="Other (Other)",
        )


def _corrections(world: World, number: int, invoice: str) -> Iterator[Charge]:
    """Yield what corrects the closed month before: the charge period lies there, the bill is this one."""
    before = month_usage(world, "azure", number - 1)
    resources = world.resources["azure"]
    for cell in np.flatnonzero(before.commitment < 0)[:_CORRECTED_CELLS].tolist():
        resource, slot = int(before.resource[cell]), int(before.slot[cell])
        sku, quantity = skus()[int(resources.sku[resource])], -(int(before.quantity[cell]) // 4)
        start, account = before.starts[slot], ACCOUNTS[int(resources.account[resource])]
        region = supplier("azure").regions[int(resources.region[resource])]
        billed = quantity * int(before.contracted_price[cell])
        yield _charge(
            "correction", (start, start + timedelta(hours=int(before.hours[slot]))),
            (billed, billed, quantity * int(before.list_price[cell]), billed), invoice,
            owner=int(resources.owner[resource]),
            ChargeCategory="Usage", ChargeClass="Correction", ChargeFrequency="Usage-Based",
            ChargeDescription=f"Metering error in {before.month.label}, corrected",
            ServiceName=sku.service_name, ServiceCategory=sku.category, ServiceSubcategory=sku.subcategory,
            SubAccountId=account.number, SubAccountName=account.name, SubAccountType="Subscription",
            ResourceId=resources.ids[resource], ResourceName=resources.names[resource], ResourceType=sku.resource_type,
            RegionId=region[0], RegionName=region[1], PricingCategory="Standard", SkuId=f"azure-{sku.key}", SkuPriceId=f"azure-{sku.key}-P1",
            PricingQuantity=decimal_text(quantity, QUANTITY_DIGITS), PricingUnit=sku.pricing_unit,
            ConsumedQuantity=str(Decimal(decimal_text(quantity, QUANTITY_DIGITS)) * sku.consumed_per_priced), ConsumedUnit=sku.consumed_unit,
            ListUnitPrice=decimal_text(int(before.list_price[cell]), PRICE_DIGITS),
            ContractedUnitPrice=decimal_text(int(before.contracted_price[cell]), PRICE_DIGITS),
        )
