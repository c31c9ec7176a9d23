"""Leaves are checked where they come in, and their sums lose nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.rootcause.leaves import Dimension, in_integers, sums, whole
from tests.rootcause import leaves_of

LEAVES = leaves_of(["ServiceName"], [(("EC2",), 1, 2), (("S3",), 3, 4)])
INT64 = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(INT64, max_size=20))
def test_a_sum_beyond_int64_is_exact(amounts: list[int]) -> None:
    assert whole(np.array(amounts, dtype=np.int64)) == sum(amounts)
    assert whole(np.array([*amounts, None], dtype=object)[:-1]) == sum(amounts)


@given(st.lists(st.tuples(st.integers(0, 3), INT64), max_size=20))
def test_sums_of_groups_beyond_int64_are_exact(rows: list[tuple[int, int]]) -> None:
    groups = np.array([group for group, _ in rows], dtype=np.int64)
    expected = [sum(amount for at, amount in rows if at == group) for group in range(4)]

    for kind in (np.int64, object):
        assert sums(np.array([amount for _, amount in rows], dtype=kind), groups, 4) == expected


def test_expected_amounts_are_rounded_once_also_where_they_are_large() -> None:
    assert in_integers(np.array([0.1, -2.5])).tolist() == [10**11, -25 * 10**11]
    assert in_integers(np.array([0.5, 1e9])).tolist() == [5 * 10**11, 10**21]
    assert in_integers(np.array([])).tolist() == []


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match=r"arrays differ in length: \[1, 2\]"):
        replace(LEAVES, after=np.array([1]))


def test_a_code_without_a_text_is_refused() -> None:
    for codes in ([0, 2], [-1, 0]):
        with pytest.raises(ValueError, match="a code of RegionId has no text"):
            replace(LEAVES, resource=Dimension("RegionId", np.array(codes), ["eu", "us"]))


def test_two_dimensions_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two dimensions share a name"):
        replace(LEAVES, resource=LEAVES.dimensions[0])


def test_amounts_that_are_no_integers_are_refused() -> None:
    with pytest.raises(ValueError, match="amounts are float64; expected int64"):
        replace(LEAVES, after=np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="amounts are object; expected int64"):
        replace(LEAVES, after=np.array([1, None], dtype=object))


def test_what_is_expected_has_to_be_finite() -> None:
    with pytest.raises(ValueError, match="what is expected is not finite"):
        replace(LEAVES, expected=np.array([1.0, np.nan]))
