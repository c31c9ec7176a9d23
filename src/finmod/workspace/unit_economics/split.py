"""How the cost of a product is split into fixed and variable, for each numerator: estimated, or as somebody said.

Owns what the model is asked, days or months. The model itself is ``models/unit_economics/behaviour.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import dropwhile, pairwise
from typing import Final

import numpy as np

from finmod.models.inferred_refusals import Refusal
from finmod.models.unit_economics.behaviour import DAILY, MONTHLY, Grain, cost_behaviour
from finmod.models.unit_economics.cost_function import ARITHMETIC, Estimate, as_decimal
from finmod.models.unit_economics.projection import Past
from finmod.models.unit_economics.split import CostSplit, split_cost
from finmod.terms.periods import months_before
from finmod.workspace.unit_economics.books import Product

_ZERO: Final = Decimal(0)
_DIGIT: Final = Decimal("1E-12")
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
        left_out: Numerator -> days or months of negative cost from which nothing was learned.
        other: Its part of cost from elsewhere, per month.
    """

    product: Product
    month: date | None
    units: Decimal | None
    price: Decimal | None
    averages: Mapping[str, Decimal | None]
    splits: Mapping[str, CostSplit | None]
    refusals: Mapping[str, Refusal]
    left_out: Mapping[str, int] = field(default_factory=dict)
    other: Decimal = Decimal(0)

    @property
    def past(self) -> tuple[Past, ...]:
        """Months until the last one whose units and costs are known: what began after it is not told yet."""
        return tuple(one for one in self.product.past if self.month is None or one.month <= self.month)


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
    left_out: dict[str, int] = {}
    for numerator in numerators:
        cost = now.costs[numerator] if now else None
        if now is None or now.units is None or cost is None:
            found: Estimate | Refusal = Refusal("FM2377", "no month has both units and cost")
        elif cost <= 0:
            found = Refusal("FM2377", f"its cost of {now.month:%Y-%m} is {'negative' if cost else '0'}")
        else:
            found, left_out[numerator] = (said, 0) if said else _estimated(product, now, cost, numerator, seed)
        if isinstance(found, Refusal):
            refusals[numerator] = found
            splits[numerator] = None
        elif now and now.units is not None and cost is not None:
            splits[numerator] = split_cost(cost, now.units, found)
    _in_line(splits)
    return ProductSplit(
        product=product,
        month=now.month if now else None,
        units=now.units if now else None,
        averages={numerator: product.average(numerator) for numerator in numerators},
        price=product.price if price is None else price,
        splits=splits,
        refusals=refusals,
        left_out={numerator: count for numerator, count in left_out.items() if count},
    )


def _in_line(splits: dict[str, CostSplit | None]) -> None:
    """Bring the split of fully loaded cost in line with that of direct cost, which is part of it.

    Each is estimated apart from the same days, so that by chance one more unit could cost less fully loaded. Neither
    the variable nor the fixed part is less than that of direct cost, at any end of their intervals.
    """
    own, whole = splits.get("direct"), splits.get("fully_loaded")
    if own is None or whole is None or whole.total_cost <= max(own.total_cost, Decimal(0)):
        return
    with localcontext(ARITHMETIC):
        least = own.total_cost / whole.total_cost

        def within(share: Decimal, of_own: Decimal) -> Decimal:
            return min(max(share, of_own * least), of_own * least + 1 - least)

        mine, its = own.variable_share, whole.variable_share
        value, low, high = (
            within(one, other) for one, other in ((its.value, mine.value), (its.low, mine.low), (its.high, mine.high))
        )
    told = Estimate(value) if its.lower is None else Estimate(value, min(low, value), max(high, value), its.level)
    splits["fully_loaded"] = split_cost(whole.total_cost, whole.units, told)


def _estimated(product: Product, now: Past, cost: Decimal, numerator: str, seed: int) -> tuple[Estimate | Refusal, int]:
    """Return the variable share of a month's cost, from its days, or from its months where days tell little.

    Beside it the number of them that were left out, for their cost was negative.

    The model tells the marginal cost of the last weeks; of the month it is as much for each of its units.
    """
    grain, series = _series(product, numerator)
    costs, units = (np.array([float(pair[at]) for pair in series]) for at in (0, 1))
    found = cost_behaviour(costs, units[:, None], names=[product.units_of], grain=grain, seed=seed)
    refusal = found.refusal or found.drivers[0].joint_refusal
    if refusal:
        return refusal, 0
    marginal = found.drivers[0].joint_marginal_cost
    part = _units(product, now, grain) / float(cost)
    value, lower, upper = (
        as_decimal(min(max(each * part, 0.0), 1.0)) for each in (marginal.value, marginal.lower, marginal.upper)
    )
    left_out = found.diagnostics.left_out if found.diagnostics else 0
    return Estimate(value, min(lower, value), max(upper, value), found.level), left_out


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


def divided(amount: Decimal, months: Sequence[Past | None]) -> list[Decimal]:
    """Return cost from elsewhere, divided among products by their fully loaded cost: their sum is the amount."""
    costs = [max((month.costs["fully_loaded"] if month else None) or _ZERO, _ZERO) for month in months]
    whole, given, reached = sum(costs, _ZERO), _ZERO, _ZERO
    found = []
    with localcontext(ARITHMETIC):
        for cost in costs:
            reached += cost
            until = (amount * reached / whole).quantize(_DIGIT) if whole and reached != whole else amount
            found.append(until - given if cost or not whole else _ZERO)
            given = until if cost or not whole else given
    return found
