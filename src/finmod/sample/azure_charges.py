"""The bill of a month from Microsoft, under the enterprise agreement or under the customer agreement.

Owns the charges of both beside usage: in FOCUS for truth, and in the columns of a cost details file, under the names
that an enterprise agreement's file has. The files are written in azure.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

import numpy as np

from finmod.sample.charges import Bill, Charge, total
from finmod.sample.commitments import Commitment
from finmod.sample.focus_cells import cell_columns
from finmod.sample.focus_charges import (
    CREDITED_MONTHS,
    DOLLAR,
    credit,
    flat,
    on_demand,
    recurring,
    rounding,
    tax,
)
from finmod.sample.focus_commitments import commitment_charges, commitment_id, priced
from finmod.sample.prices import PRICE_DIGITS, decimal_text
from finmod.sample.streams import Flags
from finmod.sample.teams import PAYERS
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

ACTUAL, AMORTIZED = "actual", "amortized"
SELLER = "Beacon Grid Software (invented)"
NO_LIST, NO_PRICE = frozenset({"ListCost"}), frozenset({"ListCost", "ContractedCost"})
_TAX_PER_MILLE = 15
_CORRECTED_CELLS = 6
_SUPPORT = {
    "ServiceName": "Azure Support",
    "ServiceCategory": "Management and Governance",
    "ServiceSubcategory": "Support",
}
_SOFTWARE = {
    "ServiceName": "Beacon Grid monitoring",
    "ServiceCategory": "Management and Governance",
    "ServiceSubcategory": "Observability",
    "PublisherName": SELLER,
}
_MARKETPLACE = {"PublisherType": "Marketplace", "PublisherName": SELLER, "PricingModel": "OnDemand"}
_METERED = {
    "ChargeCategory": "Usage",
    "ChargeFrequency": "Usage-Based",
    "ConsumedQuantity": "1",
    "ConsumedUnit": "Units",
    "PricingUnit": "Units",
}
_ORDER, _OWN = "00000000-0000-4000-9000-0000000000ff", "00000000-0000-4000-a000-0000000000ff"
_MISTAKE = f"/providers/Microsoft.Capacity/reservationOrders/{_ORDER}/reservations/{_OWN}"
_MISTAKE_TEXT = "Reserved VM Instance, Standard_D32s_v5, US East, 1 Year"
_RESERVED = {
    "ChargeCategory": "Purchase",
    "ChargeDescription": _MISTAKE_TEXT,
    "ChargeFrequency": "One-Time",
    "CommitmentDiscountId": _MISTAKE,
    "CommitmentDiscountName": "azure-mistake",
    "CommitmentDiscountType": "Reservation",
    "CommitmentDiscountCategory": "Usage",
    "CommitmentDiscountUnit": "Hours",
    "ServiceName": "Virtual Machines",
    "ServiceCategory": "Compute",
    "ServiceSubcategory": "Virtual Machines",
}
_IN_FILE = {
    "half": ACTUAL,
    "Frequency": "OneTime",
    "PricingModel": "Reservation",
    "ReservationId": _OWN,
    "ReservationName": "azure-mistake",
    "ProductOrderId": _ORDER,
    "ProductOrderName": _MISTAKE_TEXT,
    "ProductName": _MISTAKE_TEXT,
    "Term": "12",
    "benefitId": _MISTAKE,
    "benefitName": "azure-mistake",
    "MeterCategory": "Virtual Machines",
    "ConsumedService": "Microsoft.Capacity",
    "UnitOfMeasure": "1 Hour",
    "UnitPrice": "0",
    "PayGPrice": "0",
}


def azure_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return Microsoft's bill for the window's month of that number.

    Args:
        world: The company.
        source: ``azure-ea`` or ``azure-mca``.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    usage = month_usage(world, source, number)
    invoice = _invoice(usage)
    billed = on_demand(usage, usage.contracted_price)
    charges = [
        _in_file(world.commitments[covered.number], charge)
        for covered in usage.covered
        for charge in commitment_charges(world, usage, covered, invoice)
    ]
    charges += _marketplace(usage, invoice)
    if source == "azure-ea":
        charges.append(_support(usage, invoice))
    else:
        charges += _refunds(world, usage, invoice)
        charges += _invoiced(usage, total(billed), invoice)
    charges = [_of_a_day(charge) for charge in charges]
    return Bill(usage, billed, 0, tuple(charges), invoice, pieces, hidden=_hidden(world, usage))


def _invoice(usage: Usage) -> str:
    """Return the number of the invoice; account and month where the file has none, as under an enterprise agreement."""
    month = usage.month
    if usage.source == "azure-ea":
        return f"{PAYERS[usage.source][0]}-{month.year}{month.month:02d}"
    return f"G{month.year % 100:02d}{month.month:02d}55017"


def _hidden(world: World, usage: Usage) -> Mapping[str, Flags]:
    """Return which cells have no price in the file: what a reservation covers has no market price there."""
    reserved = np.array([*(held.by_quantity for held in world.commitments), False], dtype=np.bool_)[usage.commitment]
    return dict.fromkeys(NO_LIST if usage.source == "azure-ea" else NO_PRICE, reserved)


def _of_a_day(charge: Charge) -> Charge:
    """Return a charge with the charge period that its date says: a cost details file knows no other."""
    start = charge.start.replace(hour=0)
    return replace(charge, start=start, end=start + timedelta(days=1))


def product_columns(name: str) -> dict[str, str]:
    """Return the columns that number what is sold under a name."""
    number = crc32(name.encode())
    return {
        "MeterId": f"{number:08x}-5a3e-4b1c-9d2f-{number * 7919 % 2**48:012x}",
        "PartNumber": f"AA{'ABCDEFGH'[number % 8]}-{number % 90_000 + 10_000}",
    }


def benefit(held: Commitment) -> dict[str, str]:
    """Return the columns that name a commitment."""
    order, _, own = commitment_id(held).rpartition("/")
    order = order.rsplit("/", 2)[1]
    size = f"Standard_D{held.size.replace(' ', '_')}"
    product = f"Reserved VM Instance, {size}, EU West" if held.by_quantity else "Compute savings plan"
    return {
        "PricingModel": "Reservation" if held.by_quantity else "SavingsPlan",
        "ReservationId": own if held.by_quantity else "",
        "ReservationName": held.name if held.by_quantity else "",
        "ProductOrderId": order,
        "ProductOrderName": f"{product}, 1 Year",
        "Term": "12",
        "benefitId": commitment_id(held),
        "benefitName": held.name,
    }


def _in_file(held: Commitment, charge: Charge) -> Charge:
    """Return a charge of a commitment with its columns in the file: its purchase is actual, its rest is amortised."""
    bought = charge.kind == "purchase"
    amount = decimal_text(charge.billed if bought else charge.effective)
    quantity = "1" if bought or not held.by_quantity else charge.columns["PricingQuantity"]
    rate = amount if quantity == "1" else decimal_text(held.rate, PRICE_DIGITS)
    told = bought and (not held.by_quantity or held.source == "azure-ea")
    native = benefit(held) | {
        **product_columns(f"{held.kind}{held.size}"),
        "half": ACTUAL if bought else AMORTIZED,
        "ChargeType": "Purchase" if bought else f"Unused{'Reservation' if held.by_quantity else 'SavingsPlan'}",
        "Frequency": ("OneTime" if held.upfront else "Recurring") if bought else "UsageBased",
        "ProductName": charge.columns["ChargeDescription"],
        "MeterCategory": "Virtual Machines",
        "ConsumedService": "Microsoft.Capacity" if held.by_quantity else "Microsoft.BillingBenefits",
        "UnitOfMeasure": "1 Hour",
        "Quantity": quantity,
        "EffectivePrice": rate,
        "UnitPrice": rate if told else "0",
        "PayGPrice": rate if bought and not held.by_quantity else "0",
    }
    hidden = (NO_LIST if told else NO_PRICE) if held.by_quantity or not bought else frozenset[str]()
    return replace(charge, native=native, hidden=hidden)


def _support(usage: Usage, invoice: str) -> Charge:
    amount = 1_000 * DOLLAR
    columns = _SUPPORT | {"ChargeDescription": "Professional Direct support"}
    native = _bought(amount, "Azure Support", "Professional Direct support")
    return replace(recurring("support", usage, (amount, "azure-support-pro"), invoice, columns), native=native)


def _bought(amount: int, category: str, product: str) -> dict[str, str]:
    text = decimal_text(amount)
    return {
        **product_columns(product),
        "ChargeType": "Purchase",
        "Frequency": "Recurring",
        "PricingModel": "OnDemand",
        "ProductName": product,
        "MeterCategory": category,
        "UnitOfMeasure": "1/Month",
        "Quantity": "1",
        "EffectivePrice": text,
        "UnitPrice": text,
        "PayGPrice": text,
    }


def _marketplace(usage: Usage, invoice: str) -> Iterator[Charge]:
    """Yield a seller's software: a monthly plan and metered use, without a list price in the file."""
    hidden = NO_PRICE if usage.source == "azure-ea" else NO_LIST
    share = 3 if usage.source == "azure-ea" else 1
    for metered, amount in ((False, 640 * share * DOLLAR), (True, (90 * share + 11 * (usage.number % 5)) * DOLLAR)):
        text = "Beacon Grid monitoring, metered events" if metered else "Beacon Grid monitoring, team plan"
        native = _bought(amount, "SaaS", text) | _MARKETPLACE | {"PlanName": "team", "PayGPrice": "0"}
        if "ContractedCost" in hidden:
            native["UnitPrice"] = "0"
        columns = _SOFTWARE | {"ChargeDescription": text}
        charge = recurring("marketplace", usage, (amount, "beacon-team"), invoice, columns)
        if metered:
            native |= {"ChargeType": "Usage", "Frequency": "UsageBased", "UnitOfMeasure": "1"}
            charge = replace(charge, columns={**charge.columns, **_METERED})
        yield replace(charge, native=native, hidden=hidden)


def _invoiced(usage: Usage, spend: int, invoice: str) -> Iterator[Charge]:
    """Yield what an invoice of the customer agreement adds: tax, rounding, a credit in the first months."""
    found = [
        ("Tax", "Recurring", tax(usage, spend * _TAX_PER_MILLE // 1000, invoice)),
        ("RoundingAdjustment", "OneTime", rounding(usage, -1_234_567, invoice)),
    ]
    if usage.number < CREDITED_MONTHS:
        found.append(("Credit", "OneTime", credit(usage, -900 * DOLLAR, "Azure migration offer", invoice)))
    for kind, frequency, charge in found:
        native = {
            "ChargeType": kind,
            "Frequency": frequency,
            "ProductName": charge.columns["ChargeDescription"],
            "Quantity": "1",
            "EffectivePrice": decimal_text(charge.billed),
            "UnitPrice": "0",
            "PayGPrice": "0",
        }
        yield replace(charge, native=native)


def _refunds(world: World, usage: Usage, invoice: str) -> Iterator[Charge]:
    """Yield what gives money back: usage of the closed month, and a reservation that was bought by mistake."""
    if usage.number == world.restated_month:
        yield _mistake(usage, invoice, None)
    if usage.number == world.restated_month + 1:
        before = month_usage(world, usage.source, usage.number - 1)
        earlier = _invoice(before)
        yield _mistake(usage, invoice, earlier, before.month.start)
        for cell in np.flatnonzero(before.commitment < 0)[:_CORRECTED_CELLS].tolist():
            yield _corrected(world, before, cell, (invoice, earlier))


def _mistake(usage: Usage, invoice: str, previous: str | None, bought: datetime | None = None) -> Charge:
    """Return a reservation's purchase, or its refund where the invoice of the purchase is named."""
    sign, amount = -1 if previous else 1, 1_460 * DOLLAR
    columns = {
        **_RESERVED,
        "CommitmentDiscountQuantity": str(sign * 8760),
        "ChargeClass": "Correction" if previous else None,
        **priced(amount, "azure-reservation-1y", "Commitments"),
        "PricingQuantity": str(sign),
    }
    native = {
        **_IN_FILE,
        **product_columns(_MISTAKE_TEXT),
        "ChargeType": "Refund" if previous else "Purchase",
        "Quantity": str(sign),
        "EffectivePrice": decimal_text(amount),
        "previousInvoiceId": previous,
    }
    charge = flat("mistake", usage, sign * amount, invoice, columns)
    start = (bought or usage.month.start) + timedelta(days=2)
    return replace(charge, start=start, effective=0, native=native, hidden=NO_PRICE)


def _corrected(world: World, before: Usage, cell: int, invoices: tuple[str, str]) -> Charge:
    """Return what gives back a quarter of a cell of the closed month: the date lies there, the bill is this one."""
    quantity, start = -(int(before.quantity[cell]) // 4), before.starts[int(before.slot[cell])]
    price, listed = int(before.contracted_price[cell]), int(before.list_price[cell])
    text = f"Metering error in {before.month.label}, corrected"
    found = cell_columns(world, before, cell, quantity)
    native = {
        **product_columns(str(found["SkuId"])),
        "ChargeType": "Refund",
        "Frequency": "OneTime",
        "PricingModel": "OnDemand",
        "ProductName": text,
        "MeterCategory": found["ServiceName"],
        "SubscriptionId": found["SubAccountId"],
        "SubscriptionName": found["SubAccountName"],
        "ResourceId": found["ResourceId"],
        "ResourceName": found["ResourceName"],
        "ResourceLocation": found["RegionId"],
        "UnitOfMeasure": found["PricingUnit"],
        "Quantity": found["PricingQuantity"],
        "EffectivePrice": found["ContractedUnitPrice"],
        "UnitPrice": found["ContractedUnitPrice"],
        "PayGPrice": found["ListUnitPrice"],
        "previousInvoiceId": invoices[1],
    }
    given_back = {"ChargeCategory": "Purchase", "ChargeFrequency": "One-Time", "ChargeDescription": text}
    return Charge(
        kind="correction",
        start=start,
        end=start,
        billed=quantity * price,
        effective=quantity * price,
        listed=quantity * listed,
        contracted=quantity * price,
        owner=int(world.resources[before.source].owner[int(before.resource[cell])]),
        invoice=invoices[0],
        columns=found | given_back | {"SubAccountType": "Subscription"},
        native=native,
    )
