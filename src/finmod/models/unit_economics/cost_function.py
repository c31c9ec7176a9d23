"""The cost of a product as a function of its volume: a fixed part, a variable part per unit, and steps.

Owns estimates with their interval and seeded draws of them. Money is exact; draws are floats, and are for intervals
alone. All amounts of a function are of one currency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context, Decimal
from functools import cache
from statistics import NormalDist
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats

LEVEL: Final = 0.9
DRAWS: Final = 4000
ARITHMETIC: Final = Context(prec=50)
"""Of quotients and powers: more digits than a sum of the ledger has."""

MOST_STEPS: Final = 10_000
"""That are looked at one by one for break-even."""
_ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval that it lies in; one without bounds is exact.

    Attributes:
        value: The figure itself.
        lower: Where its interval begins; None for an exact figure.
        upper: Where it ends; None for an exact figure.
        level: Probability that the interval holds the truth.

    Raises:
        ValueError: One bound stands alone, the value lies outside of them, or a figure is not finite.
    """

    value: Decimal
    lower: Decimal | None = None
    upper: Decimal | None = None
    level: float = LEVEL

    def __post_init__(self) -> None:
        given = [each for each in (self.lower, self.value, self.upper) if each is not None]
        if len(given) == 2 or not all(each.is_finite() for each in given) or sorted(given) != given:  # noqa: PLR2004
            message = f"an interval from {self.lower} to {self.upper} around {self.value}"
            raise ValueError(message)
        if not 0 < self.level < 1:
            message = f"an interval of level {self.level}"
            raise ValueError(message)

    @property
    def low(self) -> Decimal:
        """Return where its interval begins, the value itself of an exact figure."""
        return self.value if self.lower is None else self.lower

    @property
    def high(self) -> Decimal:
        """Return where its interval ends, the value itself of an exact figure."""
        return self.value if self.upper is None else self.upper

    def draws(self, normal: Floats) -> Floats:
        """Return equally likely values: a normal curve on each side of the value, as wide as the interval there.

        Args:
            normal: Draws of a standard normal distribution.
        """
        reach = NormalDist().inv_cdf((1 + self.level) / 2)
        below, above = float(self.value - self.low) / reach, float(self.high - self.value) / reach
        drawn = float(self.value) + np.where(normal < 0, below, above) * normal
        # A bound at 0 or above says that the figure is none below 0.
        return np.asarray(np.maximum(drawn, 0.0) if self.low >= 0 else drawn)


@dataclass(frozen=True)
class Step:
    """Fixed cost that comes with volume, such as another cluster: a step of a step-fixed cost.

    Attributes:
        above: Units per month; the step costs where volume is greater.
        added: Cost per month.

    Raises:
        ValueError: One of them is negative.
    """

    above: Decimal
    added: Decimal

    def __post_init__(self) -> None:
        if self.above < 0 or self.added < 0:
            message = f"a step of {self.added} above {self.above} units"
            raise ValueError(message)


@dataclass(frozen=True, kw_only=True)
class Capacity:
    """Fixed cost that is added whenever a further piece of capacity is full, without an end.

    Attributes:
        size: Units per month that one piece holds, above 0.
        added: Cost per month of one, not negative.
        held: Pieces whose cost is part of the fixed cost already, at least 1.

    Raises:
        ValueError: One of them is out of its range.
    """

    size: Decimal
    added: Decimal
    held: int

    def __post_init__(self) -> None:
        if self.size <= 0 or self.added < 0 or self.held < 1:
            message = f"{self.held} pieces of capacity of {self.size} for {self.added}"
            raise ValueError(message)

    def cost(self, units: Decimal) -> Decimal:
        """Return what is added per month at a volume."""
        needed = ARITHMETIC.divide(units, self.size).to_integral_value(ROUND_CEILING)
        return self.added * max(needed - self.held, _ZERO)

    def drawn(self, units: Floats) -> Floats:
        """Return what is added per month at many volumes."""
        needed = np.ceil(units / float(self.size)) - self.held
        return np.asarray(float(self.added) * np.maximum(needed, 0.0))


@dataclass(frozen=True, kw_only=True)
class CostFunction:
    """What a product costs per month at a volume: ``fixed + other + steps + capacity + variable * units``.

    Attributes:
        fixed: Cost per month that does not depend on volume, without the steps.
        variable: Cost per unit; the marginal cost.
        other: Cost per month from elsewhere, such as salaries, which is known.
        steps: Step-fixed cost, in any order.
        capacity: Step-fixed cost that comes again and again; None for none.
        known_at: Volume per month at which the sum of fixed and variable cost is known, as where a bill is split; then
            what is too much in one is missing in the other, and the interval of fixed cost follows from that of
            variable cost. None where their errors are independent.

    Source: Horngren, Datar, Rajan: Cost Accounting, chapter on how costs behave (linear and step cost functions).
    """

    fixed: Estimate
    variable: Estimate
    other: Decimal = _ZERO
    steps: tuple[Step, ...] = ()
    capacity: Capacity | None = None
    known_at: Decimal | None = None

    def stepped(self, units: Decimal) -> Decimal:
        """Return what steps and capacity cost per month at a volume per month."""
        steps = sum((step.added for step in self.steps if units > step.above), _ZERO)
        return steps + (self.capacity.cost(units) if self.capacity else _ZERO)

    def stepped_draws(self, units: Floats) -> Floats:
        """Return the same at many volumes."""
        found = self.capacity.drawn(units) if self.capacity else np.zeros_like(units)
        for step in self.steps:
            found = found + float(step.added) * (units > float(step.above))
        return found

    def total(self, units: Decimal) -> Decimal:
        """Return the cost per month at a volume per month."""
        return self.fixed.value + self.other + self.stepped(units) + self.variable.value * units

    def average(self, units: Decimal) -> Decimal | None:
        """Return the cost per unit at a volume per month, None at none.

        >>> CostFunction(fixed=Estimate(Decimal(100)), variable=Estimate(Decimal(2))).average(Decimal(50))
        Decimal('4')
        """
        return ARITHMETIC.divide(self.total(units), units) if units > 0 else None

    def draws(self, seed: int, *, count: int = DRAWS, stream: int = 0) -> tuple[Floats, Floats]:
        """Return equally likely pairs of fixed and variable cost.

        Args:
            seed: The same gives the same draws.
            count: Number of pairs.
            stream: Several functions of one calculation take different ones, so that their errors are independent.
        """
        first, second = normal_draws(seed, 2, count=count, stream=stream)
        variable = self.variable.draws(second)
        if self.known_at is None:
            return self.fixed.draws(first), variable
        fixed = float(self.fixed.value) + (float(self.variable.value) - variable) * float(self.known_at)
        if self.fixed.value < 0 or self.known_at <= 0:
            return fixed, variable
        # A unit costs no more than all of the sum.
        most = float(self.variable.value + self.fixed.value / self.known_at)
        return np.maximum(fixed, 0.0), np.minimum(variable, most)


def normal_draws(seed: int, columns: int, *, count: int = DRAWS, stream: int = 0) -> list[Floats]:
    """Return draws of independent standard normal variables: every one has the same quantiles, in an order of its own.

    So an interval that rests on one figure alone is that figure's, without the noise of drawing (a Latin hypercube).
    """
    random = np.random.default_rng([seed, stream])
    return [random.permutation(_quantiles(count)) for _ in range(columns)]


@cache
def _quantiles(count: int) -> Floats:
    normal = NormalDist()
    return np.array([normal.inv_cdf((place + 0.5) / count) for place in range(count)])


def interval(draws: Floats, value: Decimal, *, level: float = LEVEL) -> tuple[Decimal | None, Decimal | None]:
    """Return the central interval of draws, widened to the value where it lies outside; None for an end that is open.

    Args:
        draws: Equally likely values, infinite ones among them.
        value: The figure they are draws of.
        level: Probability that the interval holds.
    """
    # An end between a number and infinity is open.
    edges = (1 - level) / 2, (1 + level) / 2
    lower = float(np.quantile(draws, edges[0], method="lower"))
    upper = float(np.quantile(draws, edges[1], method="higher"))
    return (
        min(as_decimal(lower), value) if np.isfinite(lower) else None,
        max(as_decimal(upper), value) if np.isfinite(upper) else None,
    )


def as_decimal(value: float) -> Decimal:
    """Return a statistic as a decimal of 12 digits, which is more than it is worth."""
    return Decimal(f"{value:.12g}")


def shown(value: Decimal) -> str:
    """Return a figure for a sentence: at most six digits where it has a fraction.

    >>> shown(Decimal("1234567")), shown(Decimal("0.00123456789")), shown(Decimal("12.50"))
    ('1,234,567', '0.00123457', '12.5')
    """
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    places = max(0, 5 - value.adjusted())
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def capacity_of(size: Decimal, added: Decimal, *, present: Decimal) -> Capacity:
    """Return capacity of which as many pieces are held as the present volume needs.

    Args:
        size: Units per month that one holds.
        added: Cost per month of one.
        present: Volume now, whose cost is part of the fixed cost.

    Raises:
        ValueError: Capacity is not positive.

    >>> found = capacity_of(Decimal(100), Decimal(9), present=Decimal(150))
    >>> [str(found.cost(Decimal(units))) for units in (50, 200, 201, 450)]
    ['0', '0', '9', '27']
    """
    if size <= 0:
        message = f"capacity of {size}"
        raise ValueError(message)
    needed = ARITHMETIC.divide(present, size).to_integral_value(ROUND_CEILING)
    return Capacity(size=size, added=added, held=max(int(needed), 1))


def sorted_steps(steps: Iterable[Step]) -> list[Step]:
    """Return steps by volume, those of one volume as one."""
    by_volume: dict[Decimal, Decimal] = {}
    for step in steps:
        by_volume[step.above] = by_volume.get(step.above, _ZERO) + step.added
    return [Step(above, added) for above, added in sorted(by_volume.items())]
