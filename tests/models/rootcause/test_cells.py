"""Cells sum leaves over resources, in an order of their own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from finmod.models.rootcause.cells import cells_of
from finmod.models.rootcause.leaves import Dimension
from tests.rootcause import UNIT, leaves_of

ROWS = [(("S3", "us"), 1, 2), (("EC2", "eu"), 3, 4), (("S3", "us"), 5, 6), ((None, "eu"), 7, 8)]


def test_a_cell_is_all_leaves_of_the_same_values_and_unknown_comes_last() -> None:
    cells = cells_of(leaves_of(["ServiceName", "RegionId"], ROWS, resources=["a", "b", "c", "d"]))

    assert cells.names == ("RegionId", "ServiceName")
    assert cells.texts == (("eu", "us"), ("EC2", "S3", None))
    assert cells.before.tolist() == [3, 7, 6]
    assert cells.after.tolist() == [4, 8, 8]
    assert cells.of_leaf.tolist() == [2, 0, 2, 1]


def test_a_dimension_of_one_value_tells_nothing_apart() -> None:
    cells = cells_of(leaves_of(["ServiceName", "Currency"], [(("S3", "USD"), 1, 2), (("EC2", "USD"), 3, 4)]))

    assert cells.names == ("ServiceName",)


def test_a_text_that_has_two_codes_is_one_value() -> None:
    leaves = leaves_of(["ServiceName"], [(("S3",), 1, 2), (("EC2",), 3, 4), (("SQS",), 5, 6)])
    twice = Dimension("ServiceName", np.array([0, 1, 2]), ["S3", "EC2", "S3"])

    cells = cells_of(replace(leaves, dimensions=(twice,)))

    assert cells.texts == (("EC2", "S3"),)
    assert cells.before.tolist() == [3, 6]


def test_groups_are_the_same_whether_there_may_be_few_or_many_of_them() -> None:
    rows = [((str(at % 40), str(at % 30)), 1, 1) for at in range(60)]
    cells = cells_of(leaves_of(["a", "b"], rows))

    first, group = cells.grouped([0, 1], np.arange(60))
    of_one, group_of_one = cells.grouped([0], np.arange(60))

    assert len(first) == 60
    assert group.tolist() == [*range(60)]
    assert len(of_one) == 40
    assert all(cells.codes[0][of_one[at]] == code for at, code in zip(group_of_one, cells.codes[0], strict=True))


def test_more_combinations_than_an_integer_has_are_no_trouble() -> None:
    names = [f"dimension {at}" for at in range(12)]
    rows = [(tuple(f"{at * (place + 1) % 97}" for place in range(12)), 1, 1) for at in range(97)]

    cells = cells_of(leaves_of(names, rows))

    assert cells.count == 97
    assert sorted(cells.of_leaf.tolist()) == [*range(97)]


def test_amounts_beyond_int64_are_summed_too() -> None:
    leaves = leaves_of(["ServiceName"], [(("S3",), 1, 2), (("EC2",), 3, 4)])
    wide = np.array([10**9 * UNIT, 3 * UNIT], dtype=object)

    cells = cells_of(replace(leaves, before=wide, expected=np.array([2.0, 1.5])))

    assert cells.before.tolist() == pytest.approx([3, 10**9])
    assert cells.expected is not None
    assert cells.expected.tolist() == [1.5, 2.0]
