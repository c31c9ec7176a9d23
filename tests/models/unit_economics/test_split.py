"""What a known cost is made of: parts make the total, whatever the share."""

from __future__ import annotations

from decimal import Decimal

import pytest

from finmod.models.unit_economics.cost_function import Estimate, Step
from finmod.models.unit_economics.split import CostSplit, split_cost


def split(value: str = "0.6", lower: str | None = "0.5", upper: str | None = "0.8") -> CostSplit:
    low, high = (None if each is None else Decimal(each) for each in (lower, upper))
    return split_cost(Decimal(1000), Decimal(3), Estimate(Decimal(value), low, high))


def test_the_parts_make_the_total() -> None:
    found = split()

    assert round(found.marginal_cost.value * 3 + found.fixed_cost.value, 20) == 1000
    assert round(found.marginal_cost.high * 3 + found.fixed_cost.low, 20) == 1000
    assert found.fixed_cost == Estimate(Decimal(400), Decimal(200), Decimal(500))


def test_a_share_that_is_said_gives_exact_parts() -> None:
    found = split("0.6", None, None)

    assert (found.marginal_cost.lower, found.fixed_cost.upper) == (None, None)
    assert found.fixed_cost.value == 400


def test_the_function_costs_the_total_at_the_present_volume_in_every_draw() -> None:
    found = split().function(other=Decimal(10), steps=[Step(Decimal(3), Decimal(7))])

    fixed, variable = found.draws(1)

    assert fixed + 3 * variable == pytest.approx(1000)
    assert round(found.total(Decimal(3)), 20) == 1010
    assert round(found.total(Decimal(4)) - found.variable.value * 4, 20) == 417


def test_a_step_that_is_in_the_total_already_is_refused() -> None:
    with pytest.raises(ValueError, match="a step above 2 units, and the cost of 3 is known"):
        split().function(steps=[Step(Decimal(2), Decimal(7))])


@pytest.mark.parametrize(
    ("total", "units", "share"), [("-1", "1", "0.5"), ("1", "0", "0.5"), ("1", "1", "1.5"), ("1", "1", "-0.5")]
)
def test_what_cannot_be_is_refused(total: str, units: str, share: str) -> None:
    with pytest.raises(ValueError, match="of it variable"):
        split_cost(Decimal(total), Decimal(units), Estimate(Decimal(share)))
