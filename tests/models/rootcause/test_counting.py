"""Claims become exact money, and each change counts once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from finmod.models.rootcause.answer import Moved, Part
from finmod.models.rootcause.causes import root_causes
from finmod.models.rootcause.cells import cells_of
from finmod.models.rootcause.counting import answered
from finmod.models.rootcause.leaves import Leaves
from finmod.models.rootcause.search import Claim
from tests.rootcause import UNIT, Row, leaves_of

ROWS: list[Row] = [
    (("S3", "eu"), 100, 150),
    (("S3", "us"), 100, 400),
    (("EC2", "us"), 100, 120),
    (("EC2", "eu"), 100, 110),
]
S3, US, S3_US = ((1, 1),), ((0, 1),), ((0, 1), (1, 1))


def _leaves(*resources: str | None) -> Leaves:
    return leaves_of(["ServiceName", "RegionId"], ROWS, resources=resources or None)


def _claims(*names: tuple[tuple[int, int], ...]) -> list[Claim]:
    return [Claim(name, 1.0, 1.0, 2.0) for name in names]


def test_a_leaf_of_several_causes_counts_with_the_narrowest_and_then_with_the_first() -> None:
    leaves = _leaves()
    cells = cells_of(leaves)

    nested = answered(leaves, cells, _claims(S3, S3_US), None, named=3)
    crossed = answered(leaves, cells, _claims(US, S3), None, named=3)

    assert [one.change for one in nested.causes] == [350, 300]
    assert [one.explained for one in nested.causes] == [50, 300]
    assert [one.explained for one in crossed.causes] == [320, 50]
    assert nested.causes[0].own == Part(Decimal(100), Decimal(150), Decimal(100))
    assert nested.causes[1].own is None
    assert nested.causes[1].counted == Part(Decimal(100), Decimal(400), Decimal(100))


def test_explained_usual_and_unexplained_sum_to_the_change() -> None:
    leaves = _leaves()

    found = answered(leaves, cells_of(leaves), _claims(S3), Decimal("1.1"), named=3)

    assert (found.before, found.after, found.change) == (Decimal(400), Decimal(780), Decimal(380))
    assert (found.explained, found.usual, found.unexplained) == (Decimal(350), Decimal(20), Decimal(10))
    assert found.remainder == 30
    assert found.causes[0].share == Decimal("0.921052631579")
    assert found.causes[0].expected == 220
    assert found.causes[0].excess == 330


def test_what_is_expected_comes_from_who_knows_it() -> None:
    leaves = replace(_leaves(), expected=np.array([150.0, 150.0, 100.0, 100.5]))

    found = answered(leaves, cells_of(leaves), _claims(S3), None, named=3)

    assert found.causes[0].expected == 300
    assert found.usual == Decimal("0.5")


def test_resources_are_told_by_name_the_largest_change_first() -> None:
    leaves = _leaves("bucket-a", None, "bucket-a", "i-1")

    found = answered(leaves, cells_of(leaves), _claims(S3, US), None, named=1).causes

    assert found[0].resources == (Moved(None, Decimal(100), Decimal(400)),)
    assert found[0].resources[0].change == 300
    assert found[0].concentration == Decimal("0.857142857143")
    assert [one.name for one in found[1].resources] == [None]


def test_a_resource_is_summed_over_its_leaves_in_the_cause() -> None:
    leaves = _leaves("a", "a", "b", "c")

    (cause,) = answered(leaves, cells_of(leaves), _claims(S3), None, named=5).causes

    assert cause.resources == (Moved("a", Decimal(200), Decimal(550)),)
    assert cause.concentration == 1


def test_without_resources_nothing_is_said_of_them() -> None:
    leaves = _leaves()

    (cause,) = answered(leaves, cells_of(leaves), _claims(S3), None, named=5).causes

    assert cause.resources == ()
    assert cause.concentration is None


def test_a_share_of_no_change_is_unknown() -> None:
    leaves = replace(_leaves(), after=np.array([200, 0, 100, 100]) * UNIT)

    (cause,) = answered(leaves, cells_of(leaves), _claims(S3_US), None, named=5).causes

    assert cause.share is None
    assert cause.explained == -100


def test_amounts_beyond_int64_are_counted_to_the_last_digit() -> None:
    after = np.array([10**30 + 1, 2, 3, 4], dtype=object)
    leaves = replace(_leaves(), before=np.zeros(4, dtype=np.int64), after=after)

    found = answered(leaves, cells_of(leaves), _claims(S3), None, named=5)

    assert found.causes[0].explained == Decimal("1000000000000000000.000000000003")
    assert found.change == Decimal("1000000000000000000.000000000010")
    assert found.remainder == Decimal("0.000000000007")


def test_a_cause_tells_what_all_its_leaves_have_alike() -> None:
    rows: list[Row] = [(("S3", "us", "a"), 1, 2), (("S3", "us", "b"), 1, 2), (("EC2", "us", "a"), 1, 2)]
    rows += [(("EC2", "eu", "b"), 1, 2)]
    leaves = leaves_of(["ServiceName", "RegionId", "SubAccountName"], rows)
    cells = cells_of(leaves)
    service = cells.names.index("ServiceName")

    (cause,) = answered(leaves, cells, _claims(((service, 1),)), None, named=3).causes

    assert cause.name == (("ServiceName", "S3"),)
    assert cause.alike == (("RegionId", "us"),)


def test_what_lacks_a_part_of_its_cost_is_in_no_cause_and_counts_as_unexplained() -> None:
    flags = np.array([True, False, False, False])
    lacking = replace(_leaves(), lacks=flags)

    found = root_causes(replace(lacking, after=np.where(flags, 0, lacking.after)))

    assert sum((one.explained for one in found.causes), found.usual) + found.unexplained == found.change
    assert found.change == 400 + 30 - 100 - 100
    (alone,) = answered(lacking, cells_of(lacking), _claims(S3), None, named=3).causes
    assert (alone.leaves, alone.explained) == (1, Decimal(300))


def test_a_cause_of_which_narrower_ones_have_everything_is_none() -> None:
    leaves = leaves_of(["ServiceName", "RegionId"], [*ROWS[2:], (("S3", "us"), 100, 400)])

    found = answered(leaves, cells_of(leaves), _claims(S3, S3_US), None, named=3)

    assert len(found.causes) == 1
    assert found.explained == 300


def test_a_cause_that_is_told_among_the_others_keeps_its_leaves() -> None:
    leaves = _leaves()
    wide, narrow = _claims(S3, S3_US)

    found = answered(leaves, cells_of(leaves), [wide, replace(narrow, is_told=False)], None, named=3)

    assert [one.explained for one in found.causes] == [50]
    assert found.others == 1
    assert [found.by_others, found.unexplained] == [300, 30]


def test_a_cause_that_is_told_stays_where_others_have_all_of_it() -> None:
    leaves = _leaves()
    wide, east, west = _claims(S3, S3_US, ((0, 0), (1, 1)))
    hidden = [replace(each, is_told=False) for each in (east, west)]

    found = answered(leaves, cells_of(leaves), [wide, *hidden], None, named=3)

    assert [one.explained for one in found.causes] == [350]
    assert found.others == 0
    assert [found.by_others, found.unexplained] == [0, 30]


def test_charges_and_credits_that_sum_to_nothing_are_there() -> None:
    rows: list[Row] = [(("S3", "eu"), 500, 900), (("S3", "eu"), -500, 0), (("EC2", "eu"), 10, 10)]
    leaves = leaves_of(["ServiceName", "RegionId"], rows, resources=["a", "b", "c"])

    (cause,) = answered(leaves, cells_of(leaves), _claims(((0, 1),)), None, named=3).causes

    assert cause.before == 0
    assert cause.kind == "more"
