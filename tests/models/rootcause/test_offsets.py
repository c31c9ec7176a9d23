"""Moves that offset each other are pairs, with what moved where and what is left."""

from __future__ import annotations

from finmod.models.rootcause.causes import root_causes
from tests.rootcause import Row, grid, leaves_of

NAMES = ["ServiceName", "RegionId"]


def _moved(after: int) -> list[Row]:
    """Return a service that left one region for another, where it costs so much."""
    return [*grid(), (("EKS", "eu"), 300, 0), (("EKS", "us"), 0, after)]


def test_a_move_from_one_region_to_another_is_a_pair() -> None:
    found = root_causes(leaves_of(NAMES, _moved(310)))

    (pair,) = found.offsets
    assert found.causes[pair.down].name == (("RegionId", "eu"), ("ServiceName", "EKS"))
    assert found.causes[pair.up].name == (("RegionId", "us"), ("ServiceName", "EKS"))
    assert pair.moved == (("RegionId", "eu", "us"),)
    assert pair.alike == (("ServiceName", "EKS"),)
    assert found.causes[pair.down].explained == -300
    assert found.causes[pair.up].explained == 310
    assert pair.net == 10


def test_a_move_that_more_than_doubles_is_no_pair() -> None:
    assert root_causes(leaves_of(NAMES, _moved(650))).offsets == ()


def test_two_causes_of_one_sign_are_no_pair() -> None:
    found = root_causes(leaves_of(NAMES, grid(("S3", "us", 4.0), ("EC2", "us", 4.0))))

    assert len(found.causes) == 2
    assert found.offsets == ()


def test_each_cause_is_in_one_pair_at_most_the_closest_first() -> None:
    rows = [(values, before, 402 if values == ("SQS", "us") else after) for values, before, after in _moved(310)]
    found = root_causes(leaves_of(NAMES, rows))

    assert len(found.causes) == 3
    (pair,) = found.offsets
    assert pair.moved == (("RegionId", "eu", "us"), ("ServiceName", "EKS", "SQS"))
    assert pair.net == 2
