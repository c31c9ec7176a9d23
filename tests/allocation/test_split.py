"""Telescoped rounding: parts that sum to their amount, whatever the shares."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from finmod.allocation.split import NARROW, UNIT, split, split_any, split_wide
from finmod.allocation.vectors import Floats
from tests.examples import examples

weights = st.lists(st.floats(min_value=1e-9, max_value=1e9), min_size=1, max_size=30)


def edges_of(parts: list[float]) -> Floats:
    sums = np.cumsum(np.array(parts))
    return np.asarray(sums / sums[-1], dtype=np.float64)


def test_an_amount_of_three_equal_parts_has_no_residue() -> None:
    parts = split(np.array([UNIT]), edges_of([1, 1, 1]))
    assert parts.tolist() == [[333333333333, 333333333334, 333333333333]]


def test_a_negative_amount_is_the_mirror_of_a_positive_one() -> None:
    edges = edges_of([3, 2, 2])
    assert split(np.array([-UNIT]), edges).tolist() == (-split(np.array([UNIT]), edges)).tolist()


@given(amounts=st.lists(st.integers(-NARROW, NARROW), min_size=1, max_size=5), parts=weights)
@settings(max_examples=examples(50), deadline=None)
def test_parts_sum_to_their_amount_whatever_the_shares(amounts: list[int], parts: list[float]) -> None:
    found = split(np.array(amounts), edges_of(parts))
    assert [sum(row) for row in found.tolist()] == amounts


@given(amount=st.integers(-(10**37), 10**37), parts=weights)
@settings(max_examples=examples(50), deadline=None)
def test_parts_of_an_amount_beyond_64_bits_sum_to_it(amount: int, parts: list[float]) -> None:
    assert sum(split_wide(amount, edges_of(parts))) == amount


@given(amount=st.integers(-(2**50), 2**50), parts=weights)
@settings(max_examples=examples(50), deadline=None)
def test_both_ways_of_splitting_differ_by_one_unit_at_most(amount: int, parts: list[float]) -> None:
    """That is in what the parts before some place sum to; a part lies between two of these."""
    edges = edges_of(parts)
    narrow = split(np.array([amount]), edges)[0]
    assert np.abs(np.cumsum(narrow) - np.cumsum(split_wide(amount, edges))).max() <= 1


def test_one_wide_amount_beside_narrow_ones_is_split_exactly() -> None:
    whole, rest = np.array([10**13, 2]), np.array([7, 5])
    millions, units = split_any(whole, rest, edges_of([1, 2]))
    assert millions is not None
    sums = [sum(row) * UNIT * 10**6 + sum(more) for row, more in zip(millions.tolist(), units.tolist(), strict=True)]
    assert sums == [10**13 * UNIT + 7, 2 * UNIT + 5]
