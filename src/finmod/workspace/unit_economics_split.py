"""How the cost of a product is split into fixed and variable, for each numerator: estimated from its days, or as said.

Owns what the model is asked. The model itself is ``models/unit_economics/behaviour.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.models.inferred_refusals import Refusal
from finmod.models.unit_economics.cost_function import Estimate
from finmod.models.unit_economics.split import CostSplit, split_cost
from finmod.workspace.unit_economics_books import Product


@dataclass(frozen=True, kw_only=True)
class ProductSplit:
    """What a unit of a product costs now, and what of it follows volume.

    Attributes:
        product: What the books have of it.
        month: The last month whose units and costs are known; None where there is none.
        units: Of that month; None likewise.
        price: Revenue per unit; None where unknown.
        averages: Numerator -> cost of a unit in that month; None likewise.
        splits: Numerator -> the split; None where it was refused.
        refusals: Numerator -> why.
    """

    product: Product
    month: date | None
    units: Decimal | None
    price: Decimal | None
    averages: Mapping[str, Decimal | None]
    splits: Mapping[str, CostSplit | None]
    refusals: Mapping[str, Refusal]


def split_product(
    product: Product, numerators: tuple[str, ...], *, said: Estimate | None, price: Decimal | None, seed: int
) -> ProductSplit:
    """Return the split of a product's cost.

    Args:
        product: What the books have of it.
        numerators: Of costs.
        said: Variable share that somebody knows; None to estimate it.
        price: Of a unit where it is given; else revenue by units.
        seed: Of the estimate.
    """
    now = product.now
    splits: dict[str, CostSplit | None] = {}
    refusals: dict[str, Refusal] = {}
    for numerator in numerators:
        cost = now.costs[numerator] if now else None
        if now is None or now.units is None or cost is None:
            found: Estimate | Refusal = Refusal("FM2377", "no month has both units and cost")
        elif cost < 0:
            found = Refusal("FM2377", f"its cost of {now.month:%Y-%m} is negative")
        else:
            found = said or _estimated(product, numerator, seed)
        if isinstance(found, Refusal):
            refusals[numerator] = found
            splits[numerator] = None
        elif now and now.units is not None and cost is not None:
            splits[numerator] = split_cost(cost, now.units, found)
    return ProductSplit(
        product=product,
        month=now.month if now else None,
        units=now.units if now else None,
        averages={numerator: product.average(numerator) for numerator in numerators},
        price=product.price if price is None else price,
        splits=splits,
        refusals=refusals,
    )


def _estimated(product: Product, numerator: str, seed: int) -> Estimate | Refusal:
    del seed
    if product.days is None:
        return Refusal("FM2377", "its units are told by month, and a split needs days")
    del numerator
    return Refusal("FM2377", "no model yet")
