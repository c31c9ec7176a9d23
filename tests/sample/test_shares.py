"""An amount split is an amount kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from finmod.sample.shares import split


@given(st.integers(-(10**18), 10**18), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_parts_sum_to_the_amount(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)
