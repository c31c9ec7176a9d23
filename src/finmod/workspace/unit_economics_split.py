"""How the cost of a product is split into fixed and variable, for each numerator: estimated from its days, or as said.

Owns what the model is asked. The model itself is ``models/unit_economics/behaviour.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

import numpy as np

from finmod.models.inferred_refusals import Refusal
from finmod.models.unit_economics.behaviour import cost_behaviour
from finmod.models.unit_economics.cost_function import Estimate, as_decimal
from finmod.models.unit_economics.split import CostSplit, split_cost
from finmod.workspace.unit_economics_books import Days, Product

_A_DAY: Final = timedelta(days=1)


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
    """Return the share of a cost that goes along with the units, from its days without a gap until the last one."""
    if product.days is None:
        return Refusal("FM2377", "its units are told by month, and a split needs days")
    days = _last_run(product.days)
    costs, units = (np.array([*map(float, each)]) for each in (days.costs[numerator], days.units))
    if not len(costs):
        return Refusal("FM2377", "no day has both units and cost")
    found = cost_behaviour(costs, units[:, None], names=[days.units_of], seed=seed)
    if found.refusal:
        return found.refusal
    share = found.variable_share
    value, lower, upper = (as_decimal(each) for each in (share.value, share.lower, share.upper))
    return Estimate(value, min(lower, value), max(upper, value), found.level)


def _last_run(days: Days) -> Days:
    """Return the days after the last gap."""
    gaps = [place for place, (one, after) in enumerate(pairwise(days.days), 1) if after - one > _A_DAY]
    first = gaps[-1] if gaps else 0
    costs = {name: each[first:] for name, each in days.costs.items()}
    return replace(days, days=days.days[first:], units=days.units[first:], costs=costs)
