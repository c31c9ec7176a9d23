"""What commitments put on the bill of a FOCUS supplier: their purchase, and the part that nothing used.

Owns those charges and the FOCUS columns of a commitment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from finmod.sample.charges import Charge
from finmod.sample.commitments import Commitment, covers
from finmod.sample.prices import AMOUNT_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, decimal_text, supplier
from finmod.sample.usage import Covered, Usage
from finmod.sample.world import World


def commitment_id(held: Commitment) -> str:
    """Return the supplier's id of a commitment."""
    number = f"{sum(ord(letter) * 7919**place for place, letter in enumerate(held.name)) % 2**48:012x}"
    if held.source == "datacentre":
        return f"contracts/{number}"
    if held.source == "gcp":
        return f"projects/northwind-ml-prod/commitments/{number}"
    order, own = f"00000000-0000-4000-9000-{number}", f"00000000-0000-4000-a000-{number}"
    if held.by_quantity:
        return f"/providers/Microsoft.Capacity/reservationOrders/{order}/reservations/{own}"
    return f"/providers/Microsoft.BillingBenefits/savingsPlanOrders/{order}/savingsPlans/{own}"


def priced(amount: int, sku: str, unit: str) -> dict[str, str]:
    """Return the pricing columns of one unit that costs an amount of 1e-10 USD."""
    text = decimal_text(amount)
    return {
        "PricingQuantity": "1",
        "PricingUnit": unit,
        "ListUnitPrice": text,
        "ContractedUnitPrice": text,
        "PricingCategory": "Standard",
        "SkuId": sku,
        "SkuPriceId": f"{sku}-P1",
    }


def commitment_charges(world: World, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    """Yield a commitment's charges in one month: bought upfront once, or every month; unused in each slot."""
    held = world.commitments[covered.number]
    if not held.upfront or held.start == usage.month:
        yield _purchase(held, usage, invoice)
    for slot, start in enumerate(usage.starts):
        if covered.total[slot] > covered.used[slot]:
            span = (start, start + timedelta(hours=int(usage.hours[slot])))
            amount = int(covered.total[slot] - covered.used[slot])
            yield _unused(world, held, (span, amount), (usage.number, invoice))


def _sku(held: Commitment) -> str:
    return f"{held.source}-{held.kind}-1y".lower().replace(" ", "-")


def _columns(held: Commitment) -> dict[str, str | None]:
    return {
        "CommitmentDiscountId": commitment_id(held),
        "CommitmentDiscountName": held.name,
        "CommitmentDiscountType": held.kind,
        "CommitmentDiscountCategory": "Usage" if held.by_quantity else "Spend",
        "CommitmentDiscountUnit": "Hours" if held.by_quantity else "USD",
        "ServiceName": "Dedicated Servers" if held.source == "datacentre" else "Virtual Machines",
        "ServiceCategory": "Compute",
        "ServiceSubcategory": "Virtual Machines",
    }


def _purchase(held: Commitment, usage: Usage, invoice: str) -> Charge:
    hours = held.hours if held.upfront else int(usage.hours.sum())
    billed = held.upfront or held.recurring_per_hour * hours
    digits = QUANTITY_DIGITS if held.by_quantity else AMOUNT_DIGITS
    return Charge(
        kind="purchase",
        start=usage.month.start,
        end=held.end.start if held.upfront else usage.month.following().start,
        billed=billed,
        effective=0,
        listed=billed,
        contracted=billed,
        invoice=invoice,
        columns=_columns(held)
        | priced(billed, _sku(held), "Commitments")
        | {
            "ChargeCategory": "Purchase",
            "ChargeFrequency": "One-Time" if held.upfront else "Recurring",
            "CommitmentDiscountQuantity": decimal_text(held.hourly * hours, digits),
            "ChargeDescription": f"{held.kind}, 1 year, {held.payment}",
        },
    )


def _unused(
    world: World, held: Commitment, part: tuple[tuple[datetime, datetime], int], bill: tuple[int, str]
) -> Charge:
    (start, end), amount = part
    price, cut, quantity = _prices(world, held, amount, bill[0])
    columns = _columns(held) | priced(amount, _sku(held), "Commitments") | {"PricingCategory": "Committed"}
    if held.by_quantity:
        hours = decimal_text(quantity, QUANTITY_DIGITS)
        columns |= {
            "PricingQuantity": hours,
            "PricingUnit": "Hours",
            "CommitmentDiscountQuantity": hours,
            "ListUnitPrice": decimal_text(price, PRICE_DIGITS),
            "ContractedUnitPrice": decimal_text(cut, PRICE_DIGITS),
        }
    else:
        columns["CommitmentDiscountQuantity"] = decimal_text(amount)
    columns |= {
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "CommitmentDiscountStatus": "Unused",
        "ChargeDescription": f"{held.kind}, unused part",
    }
    return Charge(
        kind="unused",
        start=start,
        end=end,
        billed=0,
        effective=amount,
        listed=price * quantity,
        contracted=cut * quantity,
        invoice=bill[1],
        columns=columns,
    )


def _prices(world: World, held: Commitment, amount: int, month: int) -> tuple[int, int, int]:
    """Return list price, contracted price and quantity of an unused amount; spend has no price but its own."""
    if not held.by_quantity:
        return amount, amount, 1
    row = int(covers(world.resources[held.source], held.eligible, held.size)[0])
    price = int(world.list_prices(held.source, month)[row])
    return price, price * (1000 - supplier(held.source).off_list) // 1000, amount // held.rate
