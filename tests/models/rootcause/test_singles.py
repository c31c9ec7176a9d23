"""One resource is a cause where it alone moved, and none where it was replaced or all moved with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from finmod.models.rootcause.answer import RootCauses
from finmod.models.rootcause.causes import root_causes
from finmod.models.rootcause.leaves import Leaves
from tests.rootcause import Row, leaves_of

NAMES = ["ServiceName", "RegionId"]
_ELSE: list[Row] = [((service, "eu"), 1000, 1000) for service in ("EC2", "RDS", "SQS", "EKS")]


def _leaves(*buckets: tuple[str | None, int, int], rest: Sequence[Row] = _ELSE) -> Leaves:
    """Return buckets of S3 beside services that stand still, each of a resource of its own."""
    rows: list[Row] = [(("S3", "us"), before, after) for _, before, after in buckets]
    names = [*(name for name, _, _ in buckets), *(f"i-{at}" for at in range(len(rest)))]
    return leaves_of(NAMES, [*rows, *rest], resources=names)


def _names(found: RootCauses) -> list[tuple[tuple[str, str | None], ...]]:
    return [one.name for one in found.causes]


def test_a_resource_that_alone_moved_in_a_combination_is_the_cause() -> None:
    found = root_causes(_leaves(("logs", 100, 500), ("media", 100, 101), ("backup", 100, 99)))

    (cause,) = found.causes
    assert cause.name[-1] == ("ResourceId", "logs")
    assert [cause.before, cause.after, cause.explained] == [100, 500, 400]
    assert cause.leaves == 1
    assert cause.concentration == 1
    assert cause.alike == (("ServiceName", "S3"),)
    assert found.explained + found.usual + found.unexplained == found.change == 400


@pytest.mark.parametrize("after", [0, 20])
def test_a_resource_that_alone_ended_or_fell_is_the_cause(after: int) -> None:
    found = root_causes(_leaves(("logs", 300, after), ("media", 300, 300), ("backup", 300, 300)))

    assert [one.name[-1] for one in found.causes] == [("ResourceId", "logs")]


def test_a_resource_that_is_new_beside_others_is_the_cause() -> None:
    found = root_causes(_leaves(("logs", 0, 500), ("media", 100, 100), ("backup", 100, 100)))

    assert [(one.name[-1], one.kind) for one in found.causes] == [(("ResourceId", "logs"), "new")]


def test_where_all_resources_moved_alike_the_combination_is_the_cause() -> None:
    found = root_causes(_leaves(("logs", 900, 2700), ("media", 50, 150), ("backup", 60, 180)))

    assert _names(found) == [(("RegionId", "us"),)]


def test_where_a_resource_is_all_of_a_combination_the_combination_is_the_cause() -> None:
    found = root_causes(_leaves(("logs", 1000, 3000), ("media", 2, 2)))

    assert _names(found) == [(("RegionId", "us"),)]


def test_a_resource_that_was_replaced_by_another_is_no_cause() -> None:
    found = root_causes(_leaves(("old", 400, 0), ("new", 0, 400), ("media", 100, 100)))

    assert found.causes == ()


def test_what_has_no_resource_is_never_the_one_that_moved() -> None:
    found = root_causes(_leaves((None, 100, 500), ("media", 100, 100), ("backup", 100, 100)))

    assert _names(found) == [(("RegionId", "us"),)]


def test_what_has_no_resource_does_not_hide_one_that_moved_less() -> None:
    rows: list[Row] = [((f"s{at % 4}", f"r{at % 3}"), 100, 100) for at in range(120)]
    moved = [*rows[:-2], (rows[-2][0], 100, 800), (rows[-1][0], 100, 600)]
    names = [*(f"i-{at}" for at in range(118)), None, "logs"]

    found = root_causes(leaves_of(NAMES, moved, resources=names))

    assert ("ResourceId", "logs") in [one.name[-1] for one in found.causes]


def test_a_resource_that_no_combination_names_is_found_by_itself() -> None:
    rows: list[Row] = [((f"s{at % 4}", f"r{at % 3}"), 100, 100) for at in range(120)]
    moved = [*rows[:-1], (rows[-1][0], 100, 600)]
    leaves = leaves_of(NAMES, moved, resources=[f"i-{at}" for at in range(120)])

    (cause,) = root_causes(leaves).causes

    assert cause.name[-1] == ("ResourceId", "i-119")
    assert cause.explained == 500


def test_a_resource_in_several_cells_is_one_cause() -> None:
    rows: list[Row] = [((f"s{at % 4}", f"r{at % 3}"), 100, 100) for at in range(48)]
    # The same cluster in four services, of three regions; its moves sum.
    moved = [(name, before, 500 if at in {0, 13, 26, 39} else after) for at, (name, before, after) in enumerate(rows)]
    names = ["cluster" if at in {0, 13, 26, 39} else f"i-{at}" for at in range(48)]

    found = root_causes(leaves_of(NAMES, moved, resources=names))

    assert _names(found) == [(("ResourceId", "cluster"),)]
    assert found.causes[0].explained == 1600


def test_chance_in_many_small_resources_is_no_cause() -> None:
    chance = np.random.default_rng(7)
    rows: list[Row] = [
        ((f"s{at % 5}", f"r{at % 7}"), 100, round(100 * float(np.exp(0.2 * chance.standard_normal()))))
        for at in range(2000)
    ]

    assert root_causes(leaves_of(NAMES, rows, resources=[f"i-{at}" for at in range(2000)])).causes == ()


def test_what_is_expected_of_a_resource_comes_from_who_knows_it() -> None:
    leaves = _leaves(("logs", 100, 500), ("media", 100, 100), ("backup", 100, 100))
    told = replace(leaves, expected=np.array([500.0, 100, 100, *(1000.0,) * 4]))

    assert root_causes(told).causes == ()
    (cause,) = root_causes(replace(leaves, expected=np.array([100.0, 100, 100, *(1000.0,) * 4]))).causes
    assert cause.name[-1] == ("ResourceId", "logs")
    assert cause.expected == Decimal(100)


def test_a_resource_is_found_where_nothing_else_tells_leaves_apart() -> None:
    rows: list[Row] = [(("S3", "us"), 100, 100)] * 19
    leaves = leaves_of(NAMES, [*rows, (("S3", "us"), 100, 300)], resources=[f"i-{at}" for at in range(20)])

    assert _names(root_causes(leaves)) == [(("ResourceId", "i-19"),)]
