"""The threshold: easy decisions do not carry bad ones, few show nothing, and what was not seen is worth nothing."""

from __future__ import annotations

import numpy as np

from finmod.taxonomy.inference.threshold import Calibration, calibrate
from finmod.taxonomy.inference.wilson import Z_95


def learned(*parts: tuple[float, int, int]) -> Calibration:
    """Return what decisions teach, given as (score, right, wrong)."""
    score = np.concatenate([np.full(right + wrong, at) for at, right, wrong in parts])
    right = np.concatenate([np.arange(right + wrong) < right for _, right, wrong in parts])
    return calibrate(score, right, 0.95, Z_95)


def test_the_lowest_score_that_is_right_often_enough_is_the_threshold() -> None:
    assert learned((0.5, 2, 4), (0.7, 40, 0), (0.9, 60, 0)).threshold == 0.7


def test_many_easy_decisions_do_not_carry_a_few_bad_ones() -> None:
    # Of all 1,010 decisions 99.5 % are right; of the ten at 0.4 one half.
    assert learned((0.4, 5, 5), (0.9, 1000, 0)).threshold == 0.9


def test_few_decisions_show_nothing_though_all_are_right() -> None:
    assert learned((0.9, 72, 0)).threshold is None
    assert learned((0.9, 73, 0)).threshold is not None


def test_no_decision_teaches_nothing() -> None:
    nothing = learned((0.9, 0, 0))
    assert nothing.threshold is None
    assert nothing.precision_at(np.array([0.9])).tolist() == [0.0]
    assert not nothing.reached(np.array([0.9])).any()


def test_what_is_surer_is_never_worth_less() -> None:
    found = learned((0.4, 9, 1), (0.5, 6, 4), (0.6, 10, 0), (0.7, 3, 0))
    assert (np.diff(found.precision) >= 0).all()
    # Pools of 15 of 20 and of 13 of 13, each by Laplace's rule.
    assert found.precision.tolist() == [16 / 22, 16 / 22, 14 / 15, 14 / 15]


def test_a_score_far_below_every_one_that_was_seen_is_worth_nothing() -> None:
    found = learned((0.6, 100, 0))
    assert found.precision_at(np.array([0.39, 0.41, 0.9])).tolist() == [0.0, 101 / 102, 101 / 102]
    assert found.reached(np.array([0.39, 0.41, 0.9])).tolist() == [False, True, True]


def test_below_a_threshold_that_others_failed_nothing_decides() -> None:
    found = learned((0.55, 5, 5), (0.6, 100, 0))
    assert found.reached(np.array([0.55, 0.59, 0.6])).tolist() == [False, False, True]
