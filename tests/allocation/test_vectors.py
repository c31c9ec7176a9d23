"""Vectors: to whom a pool goes."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.allocation.vectors import composed, from_arrays, mixed, only, raised, vector, without


def test_places_with_nothing_are_left_out_and_the_others_stand_in_order() -> None:
    made = vector({3: 1.0, 1: 2.0, 2: 0.0})
    assert made is not None
    assert (made.places.tolist(), made.parts.tolist(), made.edges.tolist()) == ([1, 3], [2 / 3, 1 / 3], [2 / 3, 1.0])


def test_a_vector_of_nothing_is_none() -> None:
    assert vector({1: 0.0}) is None
    assert from_arrays(np.array([1, 1]), np.array([0.0, 0.0])) is None
    assert mixed([]) is None
    assert without(only(1), [1]) is None


def test_the_least_share_is_given_by_those_with_more_in_proportion() -> None:
    made = vector({1: 90.0, 2: 9.0, 3: 1.0})
    assert made is not None
    assert raised(made, 0.05).parts.tolist() == pytest.approx([0.95 * 90 / 99, 0.95 * 9 / 99, 0.05])


def test_raising_one_may_push_another_below_the_least_share() -> None:
    made = vector({1: 50.0, 2: 30.4, 3: 19.6})
    assert made is not None
    found = raised(made, 0.3).parts
    assert found.tolist() == pytest.approx([0.4, 0.3, 0.3])


def test_more_places_than_the_least_share_allows_get_the_same() -> None:
    made = vector({1: 5.0, 2: 3.0, 3: 2.0})
    assert made is not None
    assert raised(made, 0.4).parts.tolist() == pytest.approx([1 / 3] * 3)


def test_what_goes_on_goes_where_it_goes_on_to() -> None:
    first, second = vector({-1: 1.0, 2: 1.0}), vector({2: 1.0, 3: 3.0})
    assert first is not None
    assert second is not None
    made = composed(first, {-1: second})
    assert dict(zip(made.places.tolist(), made.parts.tolist(), strict=True)) == {2: 0.625, 3: 0.375}


def test_places_that_rise_and_places_in_any_order_make_the_same_vector() -> None:
    places, weights = np.array([-2, 1, 4, 7]), np.array([1.0, 0.0, 3.0, -1.0])
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        made = from_arrays(places[order], weights[order])
        assert made is not None
        assert (made.places.tolist(), made.weights.tolist()) == ([-2, 4], [1.0, 3.0])
    assert from_arrays(np.array([1, 2]), np.array([0.0, -1.0])) is None
