"""Inference judged by the invented company's truth, and by estates with unclean labels.

More companies and estates are judged by ``python -m benchmarks.quality.tag_inference``.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from finmod.taxonomy.inference.infer import Inference, InferenceOptions, infer
from finmod.taxonomy.inference.report import Precision, counted_precision
from finmod.taxonomy.inference.wilson import Z_95
from tests.taxonomy.inference.company import PLATFORM, Company, make_company
from tests.taxonomy.inference.estates import unclean_estate

SEEDS = (1, 4)
SHARED = InferenceOptions(shared_values=frozenset({PLATFORM}))


@cache
def company(seed: int) -> Company:
    return make_company(seed)


@cache
def inferred(seed: int, dimension: str, *, names: bool) -> Inference:
    return infer(company(seed).frame(dimension, names=names), SHARED)


def true_precision(found: Inference, truth: dict[str, Any], dimension: str) -> Precision:
    """Return how many of the inferred values are true."""
    pairs = [(truth[key].values[dimension], value) for key, value in zip(found.key, found.value, strict=True) if value]
    return counted_precision(np.array([true == value for true, value in pairs], dtype=np.bool_), Z_95)


def agree(one: Precision, other: Precision) -> bool:
    """Return whether two precisions may be the same: their intervals meet."""
    return one.low <= other.high and other.low <= one.high


@pytest.mark.parametrize("names", [True, False], ids=["names", "hidden"])
@pytest.mark.parametrize("seed", SEEDS)
def test_inferred_products_are_true_and_most_gaps_of_products_are_closed(seed: int, names: bool) -> None:  # noqa: FBT001
    found, truth = inferred(seed, "product", names=names), company(seed).truth
    true = true_precision(found, truth, "product")
    assert true.share is not None
    assert true.share >= 0.95
    assert found.report.precision.low >= 0.95
    own = [value for key, value in zip(found.key, found.value, strict=True) if truth[key].platform is None]
    assert sum(value is not None for value in own) / len(own) > (0.9 if names else 0.8)


@pytest.mark.parametrize("names", [True, False], ids=["names", "hidden"])
@pytest.mark.parametrize("seed", SEEDS)
def test_no_product_is_inferred_where_the_truth_says_shared(seed: int, names: bool) -> None:  # noqa: FBT001
    found, truth = inferred(seed, "product", names=names), company(seed).truth
    shared = [value for key, value in zip(found.key, found.value, strict=True) if truth[key].platform]
    assert len(shared) > 500
    assert set(shared) == {None}


@pytest.mark.parametrize("names", [True, False], ids=["names", "hidden"])
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_inferred_for_platforms_whose_tag_is_not_understood(seed: int, names: bool) -> None:  # noqa: FBT001
    made = company(seed)
    frame = made.frame("product", names=names)
    frame.label[frame.label == PLATFORM] = None
    found = infer(frame)
    shared = {value for key, value in zip(found.key, found.value, strict=True) if made.truth[key].platform}
    assert shared == {None}


@pytest.mark.parametrize("names", [True, False], ids=["names", "hidden"])
@pytest.mark.parametrize("dimension", ["team", "environment"])
@pytest.mark.parametrize("seed", SEEDS)
def test_inferred_teams_and_environments_are_true(seed: int, dimension: str, names: bool) -> None:  # noqa: FBT001
    found = inferred(seed, dimension, names=names)
    true = true_precision(found, company(seed).truth, dimension)
    assert true.decided > 0
    assert true.low >= 0.95
    assert agree(found.report.precision, true)


def test_no_team_of_a_product_is_guessed_from_its_product() -> None:
    # A product has four teams, and nothing on the bill tells which.
    for seed in SEEDS:
        found, truth = inferred(seed, "team", names=True), company(seed).truth
        own = {value for key, value in zip(found.key, found.value, strict=True) if truth[key].platform is None}
        assert own == {None}


@pytest.mark.parametrize("names", [True, False], ids=["names", "hidden"])
def test_the_reported_precision_is_the_true_one_within_its_interval(names: bool) -> None:  # noqa: FBT001
    for seed in SEEDS:
        found = inferred(seed, "product", names=names)
        assert agree(found.report.precision, true_precision(found, company(seed).truth, "product"))


def test_of_unclean_estates_the_reported_precision_is_the_true_one_too() -> None:
    reported, true = [], []
    for seed in range(4):
        frame, truth = unclean_estate(seed)
        found = infer(frame)
        right = [truth[key] == value for key, value in zip(found.key, found.value, strict=True) if value]
        true.append(counted_precision(np.array(right, dtype=np.bool_), Z_95))
        reported.append(found.report.precision)
        assert true[-1].decided > 300
    assert all(agree(one, other) for one, other in zip(reported, true, strict=True))
    shares = [sum(one.right for one in side) / sum(one.decided for one in side) for side in (reported, true)]
    assert shares[1] >= 0.95
    assert abs(shares[0] - shares[1]) < 0.005
    # Not everything is right: the agreement is no accident of perfect labels.
    assert shares[0] < 0.999
