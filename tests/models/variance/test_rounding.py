"""Sums of units lose nothing, with room in 64 bits or without."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from finmod.models.variance.rounding import narrow, sums_by, whole


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**62), 2**62)), min_size=1, max_size=50))
def test_sums_are_those_of_whole_numbers(rows: list[tuple[int, int]]) -> None:
    number = np.array([at for at, _ in rows], dtype=np.int64)
    units = np.array([each for _, each in rows], dtype=np.int64)
    wanted = [sum(each for at, each in rows if at == place) for place in range(4)]
    assert sums_by(number, units, 4).tolist() == wanted
    assert sums_by(number, units.astype(object) * 10**9, 4).tolist() == [each * 10**9 for each in wanted]
    both = np.stack([units, -units], axis=1)
    assert sums_by(number, both, 4).tolist() == [[each, -each] for each in wanted]


def test_what_has_room_is_kept_in_64_bits_and_nothing_else_is() -> None:
    assert narrow(np.array([5], dtype=object)).dtype == np.int64
    assert narrow(np.array([2**63], dtype=object)).dtype == object
    assert whole(np.array([2.5, 3.5])).tolist() == [2, 4]
    assert whole(np.array([1e25]))[0] == int(1e25)
    assert narrow(np.array([], dtype=object)).dtype == np.int64


def test_room_is_kept_for_the_sum_of_two() -> None:
    assert narrow(np.array([2**62 - 1, 1 - 2**62], dtype=object)).dtype == np.int64
    assert narrow(np.array([2**62], dtype=object)).dtype == narrow(np.array([-(2**62)], dtype=object)).dtype == object
    assert whole(np.array([2.0**62])).dtype == object
    assert whole(np.array([2.0**61])).dtype == np.int64


def test_sums_of_many_rows_lose_nothing() -> None:
    """Doubles add two million of such numbers with an error."""
    units = np.full(2**21 + 1, 2**32 - 1, dtype=np.int64)
    assert sums_by(np.zeros(len(units), dtype=np.int64), units, 1).tolist() == [(2**21 + 1) * (2**32 - 1)]
