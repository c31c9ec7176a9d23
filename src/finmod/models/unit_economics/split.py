"""The cost of a unit now, on average and at the margin, where the variable part of a known cost is an estimate.

Total cost and units are known from bills; the share of it that follows volume is estimated (``behaviour.py``) or said
by who knows. From these follow marginal and fixed cost, so that parts always make the total.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from finmod.models.unit_economics.cost_function import ARITHMETIC, Capacity, CostFunction, Estimate, Step


@dataclass(frozen=True, kw_only=True)
class CostSplit:
    """A month's cost and what of it follows volume.

    Attributes:
        units: Volume of the month, above 0.
        total_cost: Of the month.
        average_cost: Per unit.
        variable_share: Part of the total that follows volume.
        marginal_cost: Of one more unit: the variable share of the average.
        fixed_cost: Per month: the rest of the total; its interval is that of the share, turned round.
    """

    units: Decimal
    total_cost: Decimal
    average_cost: Decimal
    variable_share: Estimate
    marginal_cost: Estimate
    fixed_cost: Estimate

    def function(
        self, *, other: Decimal = Decimal(0), steps: Iterable[Step] = (), capacity: Capacity | None = None
    ) -> CostFunction:
        """Return the cost at other volumes.

        Args:
            other: Known cost per month from elsewhere.
            steps: Step-fixed cost above the present volume.
            capacity: Of which the present volume's is held.

        Raises:
            ValueError: A step is below the present volume, whose cost is in the total already.
        """
        given = tuple(steps)
        below = [step.above for step in given if step.above < self.units]
        if below:
            message = f"a step above {below[0]} units, and the cost of {self.units} is known"
            raise ValueError(message)
        return CostFunction(
            fixed=self.fixed_cost,
            variable=self.marginal_cost,
            other=other,
            steps=given,
            capacity=capacity,
            known_at=self.units,
        )


def split_cost(total_cost: Decimal, units: Decimal, variable_share: Estimate) -> CostSplit:
    """Return what a known cost is made of.

    Args:
        total_cost: Of a month, not negative.
        units: Of the month, above 0.
        variable_share: 0 to 1.

    Raises:
        ValueError: One of them is out of its range.

    >>> found = split_cost(Decimal(1000), Decimal(50), Estimate(Decimal("0.6"), Decimal("0.5"), Decimal("0.8")))
    >>> found.average_cost, found.marginal_cost.value, found.fixed_cost.value, found.fixed_cost.low
    (Decimal('20'), Decimal('12.0'), Decimal('400.0'), Decimal('200.0'))
    """
    if total_cost < 0 or units <= 0 or variable_share.low < 0 or variable_share.high > 1:
        message = (
            f"cost of {total_cost} for {units} units, {variable_share.low} to {variable_share.high} of it variable"
        )
        raise ValueError(message)
    with localcontext(ARITHMETIC):
        average = total_cost / units
        return CostSplit(
            units=units,
            total_cost=total_cost,
            average_cost=average,
            variable_share=variable_share,
            marginal_cost=_scaled(variable_share, average),
            fixed_cost=_rest(variable_share, total_cost),
        )


def _scaled(share: Estimate, by: Decimal) -> Estimate:
    if share.lower is None or share.upper is None:
        return Estimate(share.value * by)
    return Estimate(share.value * by, share.lower * by, share.upper * by, share.level)


def _rest(share: Estimate, of: Decimal) -> Estimate:
    if share.lower is None or share.upper is None:
        return Estimate(of - share.value * of)
    return Estimate(of - share.value * of, of - share.upper * of, of - share.lower * of, share.level)
