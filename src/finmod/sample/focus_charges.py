"""What the bills of the FOCUS suppliers hold beside usage: support, credits, tax, corrections, rent.

Owns the charges and the FOCUS columns that set them apart. Commitments stand in focus_commitments.py, the files are
written in focus.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

import numpy as np

from finmod.sample.charges import SHARED, Bill, Charge, total
from finmod.sample.focus_commitments import commitment_charges, priced
from finmod.sample.prices import AMOUNT_DIGITS, PRICE_DIGITS, QUANTITY_DIGITS, decimal_text, skus, supplier
from finmod.sample.products import PRODUCTS
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

_DOLLAR = 10**AMOUNT_DIGITS
_TAX_PER_MILLE = {"azure": 15, "datacentre": 40}
_SUPPORT_PLATFORM = len(PRODUCTS) + 3
_CORRECTED_CELLS = 6
_CREDITED_MONTHS = 4
_INVOICE = {"ServiceName": "Invoice", "ServiceCategory": "Other", "ServiceSubcategory": "Other (Other)"}
_SUPPORT = {
    "ServiceName": "Azure Support",
    "ServiceCategory": "Management and Governance",
    "ServiceSubcategory": "Support",
}
_RENT = {"ServiceName": "Colocation", "ServiceCategory": "Other", "ServiceSubcategory": "Other (Other)"}


def focus_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return the bill of a FOCUS supplier for the window's month of that number.

    Args:
        world: The company.
        source: Name of the source.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    usage = month_usage(world, source, number)
    invoice = f"{source[:2].upper()}-{usage.month.year}{usage.month.month:02d}-0077"
    billed = np.where(usage.commitment < 0, usage.quantity * usage.contracted_price, 0)
    listed = np.where(usage.commitment < 0, usage.quantity * usage.list_price, 0)
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += commitment_charges(world, usage, covered, invoice)
    charges += _monthly(usage, total(billed), invoice)
    rate = _TAX_PER_MILLE.get(source)
    if rate:
        charges.append(_tax(usage, (total(billed) * rate // 1000, total(listed) * rate // 1000), invoice))
    if source == "azure" and number == world.restated_month + 1:
        charges += _corrections(world, number, invoice)
    return Bill(usage, billed, 0, tuple(charges), invoice, pieces)


def _same(kind: str, usage: Usage, amount: int, invoice: str, columns: Mapping[str, str | None]) -> Charge:
    """Return a charge of a whole month whose four costs are the same."""
    return Charge(
        kind=kind,
        start=usage.month.start,
        end=usage.month.following().start,
        billed=amount,
        effective=amount,
        listed=amount,
        contracted=amount,
        owner=_SUPPORT_PLATFORM if kind == "support" else SHARED,
        invoice=invoice,
        columns=columns,
    )


def _monthly(usage: Usage, spend: int, invoice: str) -> Iterator[Charge]:
    """Yield what the supplier charges or gives every month, whatever was used."""
    if usage.source == "azure":
        columns = _SUPPORT | {"ChargeDescription": "Professional Direct support"}
        yield _recurring("support", usage, (1_000 * _DOLLAR, "azure-support-pro"), invoice, columns)
        if usage.number < _CREDITED_MONTHS:
            yield _credit(usage, -900 * _DOLLAR, "Azure migration offer", invoice)
    elif usage.source == "gcp":
        yield _credit(usage, -(spend * 12 // 1000), "Negotiated spend bonus, 1.2 %", invoice)
        # Google bills to the cent and writes the difference down.
        columns = _INVOICE | {"ChargeCategory": "Adjustment", "ChargeFrequency": "One-Time"}
        yield _same("rounding", usage, -1_234_567, invoice, columns | {"ChargeDescription": "Rounding error"})
    elif usage.source == "ai" and usage.number < _CREDITED_MONTHS:
        yield _credit(usage, -400 * _DOLLAR, "Starter credit", invoice)
    elif usage.source == "datacentre":
        columns = _RENT | {"ChargeDescription": "Cage, 12 racks, monthly rent"}
        yield _recurring("rent", usage, (5_400 * _DOLLAR, "DC-CAGE"), invoice, columns)


def _recurring(
    kind: str, usage: Usage, offer: tuple[int, str], invoice: str, columns: Mapping[str, str | None]
) -> Charge:
    pricing = priced(offer[0], offer[1], "Months")
    category = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring"}
    return _same(kind, usage, offer[0], invoice, {**columns, **pricing, **category})


def _credit(usage: Usage, amount: int, text: str, invoice: str) -> Charge:
    columns = {"ChargeCategory": "Credit", "ChargeFrequency": "One-Time", "ChargeDescription": text}
    return _same("credit", usage, amount, invoice, _INVOICE | columns)


def _tax(usage: Usage, amounts: tuple[int, int], invoice: str) -> Charge:
    """Return the tax of a month; its list cost is the tax on list cost, as FOCUS asks of charges on charges."""
    return Charge(
        kind="tax",
        start=usage.month.start,
        end=usage.month.following().start,
        billed=amounts[0],
        effective=amounts[0],
        listed=amounts[1],
        contracted=amounts[0],
        invoice=invoice,
        columns=_INVOICE
        | {"ChargeCategory": "Tax", "ChargeFrequency": "Recurring", "ChargeDescription": "Value added tax"},
    )


def _corrections(world: World, number: int, invoice: str) -> Iterator[Charge]:
    """Yield what corrects the closed month before: the charge period lies there, the bill is this one."""
    before = month_usage(world, "azure", number - 1)
    for cell in np.flatnonzero(before.commitment < 0)[:_CORRECTED_CELLS].tolist():
        quantity, slot = -(int(before.quantity[cell]) // 4), int(before.slot[cell])
        prices = int(before.list_price[cell]), int(before.contracted_price[cell])
        resource = int(before.resource[cell])
        amounts = {
            "PricingQuantity": decimal_text(quantity, QUANTITY_DIGITS),
            "ListUnitPrice": decimal_text(prices[0], PRICE_DIGITS),
            "ContractedUnitPrice": decimal_text(prices[1], PRICE_DIGITS),
            "ChargeDescription": f"Metering error in {before.month.label}, corrected",
        }
        yield Charge(
            kind="correction",
            start=before.starts[slot],
            end=before.starts[slot] + timedelta(hours=int(before.hours[slot])),
            billed=quantity * prices[1],
            effective=quantity * prices[1],
            listed=quantity * prices[0],
            contracted=quantity * prices[1],
            owner=int(world.resources["azure"].owner[resource]),
            invoice=invoice,
            columns=_resource_columns(world, resource, quantity) | amounts,
        )


def _resource_columns(world: World, resource: int, quantity: int) -> dict[str, str | None]:
    resources = world.resources["azure"]
    sku, account = skus()[int(resources.sku[resource])], ACCOUNTS[int(resources.account[resource])]
    region = supplier("azure").regions[int(resources.region[resource])]
    consumed = Decimal(decimal_text(quantity, QUANTITY_DIGITS)) * sku.consumed_per_priced
    return {
        "ChargeCategory": "Usage",
        "ChargeClass": "Correction",
        "ChargeFrequency": "Usage-Based",
        "ServiceName": sku.service_name,
        "ServiceCategory": sku.category,
        "ServiceSubcategory": sku.subcategory,
        "SubAccountId": account.number,
        "SubAccountName": account.name,
        "SubAccountType": "Subscription",
        "ResourceId": resources.ids[resource],
        "ResourceName": resources.names[resource],
        "ResourceType": sku.resource_type,
        "RegionId": region[0],
        "RegionName": region[1],
        "PricingCategory": "Standard",
        "PricingUnit": sku.pricing_unit,
        "SkuId": f"azure-{sku.key}",
        "SkuPriceId": f"azure-{sku.key}-P1",
        "ConsumedQuantity": str(consumed),
        "ConsumedUnit": sku.consumed_unit,
    }
