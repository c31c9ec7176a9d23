"""Changes of a cost: found where they are, and none where there are none."""

from __future__ import annotations

import numpy as np

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour_steps import Change, Odds, find_changes, lasting_change

DAYS = np.arange(120)
CHANCE = np.random.default_rng(8)
DRIVER = 1 + 0.1 * CHANCE.standard_normal(120)
COLUMNS = np.column_stack([DRIVER, np.ones(120)])
ERROR = 0.01 * CHANCE.standard_normal(120)
ODDS = Odds(np.array([0.5, 0.5]), 365.0, 10)


def found(cost: Floats) -> list[tuple[int, int, bool]]:
    changes = find_changes(cost + ERROR, COLUMNS, np.eye(120) * 1e-4, ODDS)
    return [(one.first, one.end, one.lasting) for one in changes]


def test_noise_has_no_changes() -> None:
    assert found(0.5 + 0.5 * DRIVER) == []


def test_a_step_for_good_is_found_on_its_day() -> None:
    assert found(0.5 + 0.5 * DRIVER + 0.2 * (DAYS >= 70)) == [(70, 120, True)]


def test_a_step_of_the_slope_is_one_too() -> None:
    assert found(0.5 + np.where(DAYS >= 70, 0.8, 0.5) * DRIVER) == [(70, 120, True)]


def test_what_passes_is_an_incident() -> None:
    assert found(0.5 + 0.5 * DRIVER + 0.3 * ((DAYS >= 50) & (DAYS < 54))) == [(50, 54, False)]


def test_one_day_is_enough() -> None:
    assert found(0.5 + 0.5 * DRIVER + 0.3 * (DAYS == 50)) == [(50, 51, False)]


def test_the_likeliest_change_comes_first() -> None:
    assert found(0.5 + 0.5 * DRIVER + 0.5 * (DAYS >= 70) + 0.2 * (DAYS == 20)) == [(70, 120, True), (20, 21, False)]


def test_a_lasting_change_is_in_proportion_to_roots_of_sizes() -> None:
    change = lasting_change(100, COLUMNS, np.array([0.81, 0.19]), 0.1)

    assert isinstance(change, Change)
    assert not change.columns[:100].any()
    np.testing.assert_allclose(change.columns[100:, 0], 0.09 * DRIVER[100:])
