"""Shapley values of a product: the mean over all orders, whatever the factors."""

from __future__ import annotations

from itertools import permutations
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.variance.shapley import product_effects

numbers = st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 3))


def over_all_orders(before: list[float], after: list[float]) -> list[float]:
    found = [0.0] * len(before)
    orders = [*permutations(range(len(before)))]
    for order in orders:
        now = list(before)
        for at in order:
            worth = prod(now)
            now[at] = after[at]
            found[at] += (prod(now) - worth) / len(orders)
    return found


def of(before: list[float], after: list[float]) -> list[float]:
    effects = product_effects([np.array([float(each)]) for each in before], [np.array([float(each)]) for each in after])
    return [float(each) for each in effects[:, 0]]


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=6))
def test_every_value_is_the_mean_over_all_orders(pairs: list[tuple[float, float]]) -> None:
    before, after = [one for one, _ in pairs], [other for _, other in pairs]
    scale = max(1.0, *(abs(each) for each in (*before, *after))) ** len(pairs)
    assert of(before, after) == pytest.approx(over_all_orders(before, after), abs=1e-12 * scale)


@given(st.lists(st.tuples(numbers, numbers), min_size=1, max_size=9))
def test_effects_sum_to_the_change(pairs: list[tuple[float, float]]) -> None:
    before, after = [one for one, _ in pairs], [other for _, other in pairs]
    scale = max(1.0, *(abs(each) for each in (*before, *after))) ** len(pairs)
    assert sum(of(before, after)) == pytest.approx(prod(after) - prod(before), abs=1e-12 * scale)


def test_a_factor_that_stays_has_no_effect() -> None:
    assert of([2, 7, 10], [3, 7, 20]) == pytest.approx([7 * 15, 0, 7 * 25])


def test_the_order_of_the_factors_does_not_matter() -> None:
    one = of([2, 5, 0], [3, 4, 9])
    other = of([0, 2, 5], [9, 3, 4])
    assert one == pytest.approx([other[1], other[2], other[0]])


def test_a_factor_that_was_nothing_shares_what_it_brings_with_those_that_moved() -> None:
    assert of([0, 2], [10, 4]) == pytest.approx([30, 10])
