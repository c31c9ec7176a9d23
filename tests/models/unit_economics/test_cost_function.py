"""Estimates, their draws, and what a product costs at a volume."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.models.unit_economics.cost_function import (
    Capacity,
    CostFunction,
    Estimate,
    Step,
    capacity_of,
    interval,
    shown,
    sorted_steps,
)

ABOUT_TEN = Estimate(Decimal(10), Decimal(9), Decimal(13))


def test_draws_of_one_figure_have_its_interval() -> None:
    fixed, _ = CostFunction(fixed=ABOUT_TEN, variable=Estimate(Decimal(1))).draws(seed=3)

    lower, upper = interval(fixed, ABOUT_TEN.value)

    assert lower is not None
    assert upper is not None
    assert float(lower) == pytest.approx(9, abs=0.01)
    assert float(upper) == pytest.approx(13, abs=0.01)


def test_the_same_seed_gives_the_same_draws_and_another_stream_others() -> None:
    cost = CostFunction(fixed=ABOUT_TEN, variable=ABOUT_TEN)

    assert np.array_equal(cost.draws(1)[0], cost.draws(1)[0])
    assert abs(np.corrcoef(cost.draws(1)[0], cost.draws(1, stream=1)[0])[0, 1]) < 0.05


def test_where_the_sum_is_known_what_is_too_much_in_fixed_is_missing_in_variable() -> None:
    cost = CostFunction(fixed=ABOUT_TEN, variable=ABOUT_TEN, known_at=Decimal(5))

    fixed, variable = cost.draws(1)

    assert fixed + 5 * variable == pytest.approx(60)
    assert fixed.min() == 0


def test_a_fixed_cost_below_nothing_is_kept_where_the_sum_is_known() -> None:
    cost = CostFunction(fixed=Estimate(Decimal(-10)), variable=ABOUT_TEN, known_at=Decimal(5))

    fixed, variable = cost.draws(1)

    assert fixed + 5 * variable == pytest.approx(40)


def test_an_exact_figure_has_no_spread_and_none_that_cannot_be_negative_is() -> None:
    exact, _ = CostFunction(fixed=Estimate(Decimal(5)), variable=ABOUT_TEN).draws(1)
    small, _ = CostFunction(fixed=Estimate(Decimal(1), Decimal(0), Decimal(9)), variable=ABOUT_TEN).draws(1)

    assert set(exact.tolist()) == {5.0}
    assert small.min() == 0.0


@pytest.mark.parametrize(
    ("value", "lower", "upper"),
    [(1, 2, 3), (4, 2, 3), (1, None, 3), (1, 0, None), ("NaN", None, None), (1, "-Infinity", 2)],
)
def test_an_interval_that_does_not_hold_its_value_is_refused(value: str, lower: str | None, upper: str | None) -> None:
    low, high = (None if each is None else Decimal(each) for each in (lower, upper))

    with pytest.raises(ValueError, match="an interval from"):
        Estimate(Decimal(value), low, high)


def test_a_level_is_a_probability() -> None:
    with pytest.raises(ValueError, match=r"of level 90"):
        Estimate(Decimal(1), Decimal(0), Decimal(2), level=90)


def test_total_and_average_cost_are_exact_and_take_steps_where_volume_is_above_them() -> None:
    cost = CostFunction(
        fixed=Estimate(Decimal("100.000000000001")),
        variable=Estimate(Decimal("0.1")),
        other=Decimal(50),
        steps=(Step(Decimal(1000), Decimal(30)),),
    )

    assert cost.total(Decimal(1000)) == Decimal("250.000000000001")
    assert cost.total(Decimal(1001)) == Decimal("280.100000000001")
    assert cost.average(Decimal(1000)) == Decimal("0.250000000000001")
    assert cost.average(Decimal(0)) is None


def test_capacity_that_is_held_now_costs_nothing_more_and_has_no_end() -> None:
    found = capacity_of(Decimal(100), Decimal(9), present=Decimal(200))

    assert [found.cost(Decimal(units)) for units in (0, 200, 201, 300, 301)] == [0, 0, 9, 9, 18]
    assert found.cost(Decimal(10**9)) == 9 * (10**7 - 2)
    assert capacity_of(Decimal(100), Decimal(9), present=Decimal(0)).cost(Decimal(101)) == 9
    assert found.drawn(np.array([200.0, 201.0, 1e9])).tolist() == [0, 9, 9 * (10**7 - 2)]


@pytest.mark.parametrize("capacity", [0, -1])
def test_a_capacity_of_nothing_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match="capacity of"):
        capacity_of(Decimal(capacity), Decimal(1), present=Decimal(0))
    with pytest.raises(ValueError, match="pieces of capacity of"):
        Capacity(size=Decimal(capacity), added=Decimal(1), held=1)


def test_steps_of_one_volume_are_one() -> None:
    steps = [Step(Decimal(2), Decimal(1)), Step(Decimal(1), Decimal(1)), Step(Decimal(2), Decimal(3))]

    assert sorted_steps(steps) == [Step(Decimal(1), Decimal(1)), Step(Decimal(2), Decimal(4))]


@pytest.mark.parametrize(("above", "added"), [(-1, 1), (1, -1)])
def test_a_step_never_goes_down(above: int, added: int) -> None:
    with pytest.raises(ValueError, match="a step of"):
        Step(Decimal(above), Decimal(added))


def test_figures_for_sentences_have_six_digits_and_no_exponent() -> None:
    assert shown(Decimal("0.000000123456789")) == "0.000000123457"
    assert shown(Decimal("1E+6")) == "1,000,000"
    assert shown(Decimal("-1234567.8")) == "-1,234,568"
    assert shown(Decimal("0.00")) == "0"
