"""One cell of usage as a charge of its own in FOCUS: what corrects it or tells of it late.

Owns the FOCUS columns of such charges.
"""

from __future__ import annotations

from decimal import Decimal

from finmod.sample.prices import PRICE_DIGITS, QUANTITY_DIGITS, decimal_text, skus, supplier
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage
from finmod.sample.world import World


def cell_columns(world: World, usage: Usage, cell: int, quantity: int) -> dict[str, str | None]:
    """Return the columns of a charge of any category for a quantity of a cell's resource.

    Args:
        world: The company.
        usage: The month of the cell.
        cell: Its place there.
        quantity: What the charge is for, 1e-4 pricing units; negative where it is taken back.
    """
    resource = int(usage.resource[cell])
    resources = world.resources[usage.source]
    sku, account = skus()[int(resources.sku[resource])], ACCOUNTS[int(resources.account[resource])]
    region = supplier(usage.source).regions[int(resources.region[resource])]
    return {
        "ChargeClass": "Correction",
        "ChargeFrequency": "Usage-Based",
        "ServiceName": sku.service_name,
        "ServiceCategory": sku.category,
        "ServiceSubcategory": sku.subcategory,
        "SubAccountId": account.number,
        "SubAccountName": account.name,
        "ResourceId": resources.ids[resource],
        "ResourceName": resources.names[resource],
        "ResourceType": sku.resource_type,
        "RegionId": region[0],
        "RegionName": region[1],
        "PricingCategory": "Standard",
        "PricingQuantity": decimal_text(quantity, QUANTITY_DIGITS),
        "PricingUnit": sku.pricing_unit,
        "ListUnitPrice": decimal_text(int(usage.list_price[cell]), PRICE_DIGITS),
        "ContractedUnitPrice": decimal_text(int(usage.contracted_price[cell]), PRICE_DIGITS),
        "SkuId": f"{sku.source}-{sku.key}",
        "SkuPriceId": f"{sku.source}-{sku.key}-P1",
    }


def consumed_columns(world: World, usage: Usage, cell: int, quantity: int) -> dict[str, str | None]:
    """Return the columns of such a charge that is usage."""
    sku = skus()[int(world.resources[usage.source].sku[int(usage.resource[cell])])]
    consumed = Decimal(decimal_text(quantity, QUANTITY_DIGITS)) * sku.consumed_per_priced
    return {"ChargeCategory": "Usage", "ConsumedQuantity": str(consumed), "ConsumedUnit": sku.consumed_unit}
