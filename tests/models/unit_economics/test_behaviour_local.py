"""Coefficients as they are now: their noise is told, and drawn intervals hold as often as they say."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour_local import ERRORS, PHIS, WALKS, Series, now

COUNT = 90


def readings(seed: int) -> Floats:
    return np.asarray(np.exp(0.1 * np.random.default_rng(seed).standard_normal((COUNT, 2))))


def series(cost: Floats, drivers: Floats, *known: int) -> Series:
    return Series(cost, drivers, 28, 7, 365.25, 10, known)


def noise(seed: int, size: float = 0.01) -> Floats:
    return np.asarray(size * np.random.default_rng(seed).standard_normal(COUNT))


def test_weights_sum_to_one_and_kinds_are_of_the_lists() -> None:
    drivers = readings(1)
    kinds, _ = now(series(0.4 + drivers @ [0.4, 0.2] + noise(2), drivers))

    assert sum(one.weight for one in kinds) == pytest.approx(1)
    assert {one.kind.walk for one in kinds} <= set(WALKS)
    assert {one.kind.phi for one in kinds} <= set(PHIS)
    assert {one.kind.error for one in kinds} <= set(ERRORS)


def test_noise_is_as_large_as_it_is() -> None:
    drivers = readings(1)
    kinds, changes = now(series(0.4 + drivers @ [0.4, 0.2] + noise(2), drivers))

    assert sum(one.weight * one.noise for one in kinds) == pytest.approx(0.01, rel=0.25)
    assert changes == []


def test_noise_that_lingers_is_seen() -> None:
    drivers, error = readings(1), noise(2)
    for day in range(1, COUNT):
        error[day] += 0.6 * error[day - 1]
    kinds, _ = now(series(0.4 + drivers @ [0.4, 0.2] + error, drivers))

    assert sum(one.weight * one.kind.phi for one in kinds) > 0.3


def test_coefficients_that_walk_are_seen() -> None:
    drivers = readings(1)
    walking = 0.4 + np.cumsum(noise(3, 0.02))
    kinds, _ = now(series(0.4 + drivers[:, 0] * walking + 0.2 * drivers[:, 1] + noise(2), drivers))

    assert sum(one.weight * one.kind.walk for one in kinds) > 0.1


def test_known_changes_come_first() -> None:
    drivers = readings(1)
    _, changes = now(series(0.4 + drivers @ [0.4, 0.2] + noise(2), drivers, 30))

    assert [(one.first, one.lasting) for one in changes] == [(30, True)]


def test_intervals_hold_as_often_as_they_say() -> None:
    held = []
    for seed in range(12):
        drivers = readings(seed)
        kinds, _ = now(series(0.4 + drivers @ [0.4, 0.2] + noise(1000 + seed), drivers))
        weights = np.array([one.weight for one in kinds])
        means = np.array([one.mean for one in kinds])
        mean = weights @ means
        spread = weights @ ([np.diag(one.covariance) for one in kinds] + (means - mean) ** 2)
        held += (np.abs(mean - [0.4, 0.2, 0.4]) < 1.645 * np.sqrt(spread)).tolist()

    # Of 150 such series 9 in 10; of 36 numbers no fewer than this but once in thousands of times.
    assert 0.7 <= np.mean(held) <= 1.0
