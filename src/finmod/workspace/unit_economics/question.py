"""What unit economics is asked: the question that all answers share, and how a projection looks ahead.

Owns which of them go together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from finmod.errors import Problem, UserError
from finmod.models.unit_economics.cost_function import Estimate, Step
from finmod.models.unit_economics.growth import ConstantRate, Elasticity, Given, Growth, Linear, Logistic, Scale
from finmod.terms.bounds import Range

Curve = Literal["constant", "linear", "logistic"]
_ZERO: Final = Decimal(0)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What every question of unit economics has.

    Attributes:
        metric: Name of the metric.
        by: Dimensions by which products are told; none for all together.
        only: Names of products; all of them for none.
        revenue: The driver of revenue; for None the lines of revenue of pnl.yaml, or where it names none the driver
            ``revenue``.
        price: Price of a unit; revenue by units for None.
        variable: Part of cost that follows volume, where somebody knows it; None to estimate it.
        other: Cost per month from elsewhere, which is fully loaded alone: divided among the products asked for by
            their fully loaded cost.
        steps: Steps of fixed cost above the present volume.
        capacity: Units per month of one more piece of fixed cost, and what that costs; None for none.
        fee: Part of the price.
        fee_per_unit: Amount per unit.
        seed: Of whatever is drawn.
    """

    metric: str
    by: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    revenue: str | None = None
    price: Decimal | None = None
    variable: Estimate | None = None
    other: Decimal = _ZERO
    steps: tuple[Step, ...] = ()
    capacity: tuple[Decimal, Decimal] | None = None
    fee: Decimal = _ZERO
    fee_per_unit: Decimal = _ZERO
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """How a projection looks ahead.

    Attributes:
        years: How far.
        growth: Of volume; by what the last year had more than the one before for None.
        scale: Of variable cost; None for none.
        progress: Progress ratio of an experience curve over the units of the books, instead of ``scale``.
        price_changes: Of suppliers' prices, per year: each in one step, from the 12th, 24th, ... month ahead on.
        inflation: Of other cost, likewise.
    """

    years: int = 3
    growth: Growth | None = None
    scale: Scale | None = None
    progress: Decimal | None = None
    price_changes: tuple[Decimal, ...] = ()
    inflation: tuple[Decimal, ...] = ()


def estimate_of(given: Range) -> Estimate:
    """Return a number that somebody gave; one without an interval is certain."""
    return Estimate(given.value) if given.low == given.high else Estimate(given.value, given.low, given.high)


def growth_given(
    rate: Range | None, curve: Curve, saturation: Decimal | None, volumes: Sequence[Decimal]
) -> Growth | None:
    """Return growth as it is asked for; None for that of the past.

    Args:
        rate: Per year; None where nobody says it.
        curve: How it goes on.
        saturation: Units per month that a logistic curve comes to.
        volumes: Units of each month to come, instead of a curve.

    Raises:
        UserError: They contradict each other, or one of them lacks.
    """
    if volumes:
        if rate is not None or curve != "constant" or saturation is not None:
            raise UserError(
                _contradiction("--volumes says every month", "Leave --growth, --curve and --saturation out.")
            )
        return Given(tuple(volumes))
    if curve == "logistic" and saturation is not None and rate is not None:
        return Logistic(estimate_of(rate), saturation)
    if (curve == "logistic") != (saturation is not None):
        remedy = "Give both: --curve logistic and --saturation."
        raise UserError(_contradiction("A logistic curve has a --saturation, and no other has", remedy))
    if rate is None:
        if curve != "constant":
            raise UserError(
                _contradiction(f"A {curve} curve needs the --growth that it has now", "Name it: --growth RATE.")
            )
        return None
    return Linear(estimate_of(rate)) if curve == "linear" else ConstantRate(estimate_of(rate))


def scale_given(elasticity: Decimal | None, experience: Decimal | None) -> Elasticity | None:
    """Return the economies of scale that are asked for; an experience curve needs the units of the books.

    Raises:
        UserError: Both are given.
    """
    if elasticity is not None and experience is not None:
        raise UserError(_contradiction("--scale and --experience say the same in two ways", "Give one of them."))
    return None if elasticity is None else Elasticity(elasticity)


def refuse_all_gone(asked: Question, margin: Decimal) -> None:
    """Refuse a fee and a margin that leave nothing of the price.

    Raises:
        UserError: They do.
    """
    if asked.fee + margin >= 1:
        raise UserError(_contradiction("--fee and --margin together take the whole price", "Make one of them smaller."))


def refuse_no_reach(part: Decimal) -> None:
    """Refuse a range in which no input moves.

    Raises:
        UserError: It is one.
    """
    if part <= 0:
        remedy = "Name how far inputs are moved, or leave --range out."
        raise UserError(
            Problem(code="FM1061", found=f"--range is {part:f}", expected="a part above 0, such as 10%", remedy=remedy)
        )


def _contradiction(found: str, remedy: str) -> Problem:
    return Problem(code="FM1061", found=found, remedy=remedy)
