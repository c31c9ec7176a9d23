"""How the cost of a product is split into fixed and variable, for each numerator: estimated, or as somebody said.

Owns what the model is asked, days or months. The model itself is ``models/unit_economics/behaviour.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import dropwhile, pairwise
from typing import Final

import numpy as np

from finmod.models.inferred_refusals import Refusal
from finmod.models.unit_economics.behaviour import DAILY, MONTHLY, Grain, cost_behaviour
from finmod.models.unit_economics.cost_function import Estimate, as_decimal
from finmod.models.unit_economics.projection import Past
from finmod.models.unit_economics.split import CostSplit, split_cost
from finmod.terms.periods import months_before
from finmod.workspace.unit_economics_books import Product

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
        elif cost <= 0:
            found = Refusal("FM2377", f"its cost of {now.month:%Y-%m} is {'negative' if cost else '0'}")
        else:
            found = said or _estimated(product, now, cost, numerator, seed)
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


def _estimated(product: Product, now: Past, cost: Decimal, numerator: str, seed: int) -> Estimate | Refusal:
    """Return the variable share of a month's cost, from its days, or from its months where days tell little.

    The model tells the marginal cost of the last weeks; of the month it is as much for each of its units.
    """
    grain, series = _series(product, numerator)
    costs, units = (np.array([float(pair[at]) for pair in series]) for at in (0, 1))
    found = cost_behaviour(costs, units[:, None], names=[product.units_of], grain=grain, seed=seed)
    if found.refusal:
        return found.refusal
    marginal = found.drivers[0].joint_marginal_cost
    part = _units(product, now, grain) / float(cost)
    value, lower, upper = (
        as_decimal(min(max(each * part, 0.0), 1.0)) for each in (marginal.value, marginal.lower, marginal.upper)
    )
    return Estimate(value, min(lower, value), max(upper, value), found.level)


def _units(product: Product, now: Past, grain: Grain) -> float:
    """Return the units of a month as its days count them: those of a level are one a day."""
    if grain is MONTHLY or product.days is None:
        return float(now.units or 0)
    days = zip(product.days.days, product.days.units, strict=True)
    return float(sum(units for day, units in days if day.replace(day=1) == now.month))


def _series(product: Product, numerator: str) -> tuple[Grain, list[tuple[Decimal, Decimal]]]:
    """Return cost and units without a gap until the last period that has both."""
    if product.days is not None:
        every = zip(product.days.days, product.days.costs[numerator], product.days.units, strict=True)
        days = [*dropwhile(lambda day: not day[1], every)]
        # Bills that charge by the month have their cost on one day of it.
        if sum(cost != 0 for _, cost, _ in days) * 2 > len(days):
            return DAILY, _last_run(days, lambda one, after: after - one == _A_DAY)
    months = [
        (each.month, cost, each.units)
        for each in product.past
        if each.units is not None and (cost := each.costs[numerator]) is not None
    ]
    return MONTHLY, _last_run(months, lambda one, after: months_before(after, 1) == one)


def _last_run(
    series: Sequence[tuple[date, Decimal, Decimal]], is_next: Callable[[date, date], bool]
) -> list[tuple[Decimal, Decimal]]:
    gaps = [at for at, (one, after) in enumerate(pairwise(series), 1) if not is_next(one[0], after[0])]
    return [(cost, units) for _, cost, units in series[gaps[-1] if gaps else 0 :]]
