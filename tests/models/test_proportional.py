"""Cuts keep both margins; parts of a spread keep its sum."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from finmod.models.proportional import cut, cut_by, is_cancelled, spread

AMOUNTS = st.integers(-(10**20), 10**20)


def test_lines_are_cut_in_proportion() -> None:
    assert cut([60, 40, 0], [50, 25, 25]) == [[30, 15, 15], [20, 10, 10], [0, 0, 0]]
    assert cut([5], [2, 3]) == [[2, 3]]
    assert cut([1, 2], []) == [[], []]


def test_without_a_sum_there_is_no_proportion() -> None:
    with pytest.raises(ValueError, match="lines that sum to 0 have no proportion"):
        cut([5, -5], [3, -3])
    assert is_cancelled([3000, -3000], [0, 0])
    assert is_cancelled([3000, -2999], [1, 0])
    assert not is_cancelled([3000, -1000], [1500, 500])
    assert not is_cancelled([0, 0], [0, 0])


def test_lines_that_cancel_each_other_out_are_cut_by_weights() -> None:
    assert cut_by([3000, -3000], [0, 0, 0], [50, 49, 1]) == [[1500, 1470, 30], [-1500, -1470, -30]]
    assert cut_by([-10, 11], [3, -2], [1, 1]) == [[-5, -5], [8, 3]]


@given(
    st.lists(AMOUNTS, min_size=1, max_size=5),
    st.lists(st.tuples(AMOUNTS, st.integers(0, 10**15)), min_size=1, max_size=6),
)
def test_cut_by_weights_keeps_both_sums(lines: list[int], told: list[tuple[int, int]]) -> None:
    members = [*(amount for amount, _ in told), sum(lines) - sum(amount for amount, _ in told)]

    found = cut_by(lines, members, [*(weight for _, weight in told), 1])

    assert [sum(parts) for parts in found] == lines
    assert [sum(parts) for parts in zip(*found, strict=True)] == members


@given(st.lists(AMOUNTS, min_size=1, max_size=5), st.lists(AMOUNTS, min_size=1, max_size=6))
def test_parts_of_a_member_sum_to_it_and_parts_of_a_line_to_the_line(lines: list[int], members: list[int]) -> None:
    members = [*members, sum(lines) - sum(members)]
    assume(sum(lines) or len(lines) == 1)

    found = cut(lines, members)

    assert [sum(parts) for parts in found] == lines
    assert [sum(parts) for parts in zip(*found, strict=True)] == members


@given(st.lists(st.integers(0, 10**15), min_size=2, max_size=5), st.lists(st.integers(0, 10**15), min_size=1))
def test_a_part_is_within_two_units_of_its_proportion(lines: list[int], members: list[int]) -> None:
    lines = [*lines, 10**16]
    members = [*members, sum(lines) - sum(members)] if sum(members) <= sum(lines) else [sum(lines)]
    whole = sum(lines)

    found = cut(lines, members)

    assert all(
        abs(found[place][at] - Fraction(member * line, whole)) <= 2
        for at, member in enumerate(members) for place, line in enumerate(lines)
    )  # fmt: skip


@given(AMOUNTS, st.integers(1, 31))
def test_parts_of_a_spread_are_equal_but_for_a_unit_and_sum_to_it(amount: int, parts: int) -> None:
    found = spread(amount, parts)

    assert sum(found) == amount
    assert max(found) - min(found) <= 1
