"""What is told of the behaviour of a cost: estimates with intervals, refusals, and what they rest on.

Owns the records. How they come about is in ``behaviour.py``. Figures are floats: estimates of a statistical model.
"""

from __future__ import annotations

from dataclasses import dataclass

from finmod.models.inferred_noise import Floats
from finmod.models.inferred_refusals import Refusal


@dataclass(frozen=True)
class Estimate:
    """A number and the interval that holds it with the stated probability; all NaN where nothing was estimated."""

    value: float
    lower: float
    upper: float

    def times(self, factor: float) -> Estimate:
        """Return the estimate in another unit."""
        return Estimate(self.value * factor, self.lower * factor, self.upper * factor)


@dataclass(frozen=True, kw_only=True)
class DriverBehaviour:
    """How the cost follows one driver.

    Attributes:
        name: Of the driver.
        average_cost: Whole cost of the recent periods per unit; None where there was no unit.
        marginal_cost: Cost of one unit more with the other drivers as they are, never below 0.
        joint_marginal_cost: Cost of one unit more if all moving drivers go along in proportion.
        elasticity: By how many per cent the cost grows if this driver alone grows by 1 %: its share of the cost.
        refusal: Why ``marginal_cost`` and ``elasticity`` must not be used; None where they may.
        joint_refusal: The same of ``joint_marginal_cost``.
    """

    name: str
    average_cost: float | None
    marginal_cost: Estimate
    joint_marginal_cost: Estimate
    elasticity: Estimate
    refusal: Refusal | None
    joint_refusal: Refusal | None


@dataclass(frozen=True, kw_only=True)
class BehaviourDiagnostics:
    """What an answer rests on.

    Attributes:
        periods: Number of periods looked at; the first of them is period ``first`` of the caller's.
        first: See ``periods``.
        recent: Number of last periods that are now.
        noise: Standard deviation of a period's noise, as a ratio of the mean cost.
        walk: How far coefficients walk in a period, as a ratio of noise.
        autocorrelation: Of the noise, from one period to the next.
        reading_error: Standard deviation of a reading's own error, as a ratio.
        movement: Per driver its standard deviation beside its trend, as a ratio of its mean.
        correlations: Of drivers with each other, drivers x drivers; NaN where one is the same throughout.
        left_out: Number of periods of negative cost, from which nothing was learned.
        changes: (first period, period after the last one, whether it is for good) of known changes, then of found ones.
    """

    periods: int
    first: int
    recent: int
    noise: float
    walk: float
    autocorrelation: float
    reading_error: float
    movement: tuple[float, ...]
    correlations: Floats
    left_out: int
    changes: tuple[tuple[int, int, bool], ...]


@dataclass(frozen=True, kw_only=True)
class CostBehaviour:
    """How a cost behaves now, which is the mean over the recent periods.

    Attributes:
        drivers: In the order of the caller's.
        fixed_cost: Cost per period that follows no driver that moves, never below 0.
        variable_share: Part of the cost that follows moving drivers, all together: 0 to 1. It is the elasticity of the
            cost to all of them in proportion.
        left_out: Names of drivers that move too little; what they cause is in ``fixed_cost``.
        level: Probability that an interval holds the truth.
        refusal: Why ``fixed_cost`` and ``variable_share`` must not be used; None where they may.
        diagnostics: None where nothing was estimated.
    """

    drivers: tuple[DriverBehaviour, ...]
    fixed_cost: Estimate
    variable_share: Estimate
    left_out: tuple[str, ...]
    level: float
    refusal: Refusal | None
    diagnostics: BehaviourDiagnostics | None
