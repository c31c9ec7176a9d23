"""Draws of coefficients that are never negative, held against integrals that are known or taken on a grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from finmod.models.inferred_noise import Evidence, Floats, Kind
from finmod.models.inferred_posterior import posterior_draws

ONES = np.ones((30, 1))
KIND = Kind(ONES, ONES[:, :0], 1.0, ONES[:, 0], None, 0.0)


def told(precision: list[list[float]], best: list[float], weight: float = 1.0) -> Evidence:
    matrix = np.array(precision)
    return Evidence(matrix, matrix @ np.array(best), weight, KIND, 0.0, math.inf)


def on_a_grid(one: Evidence) -> tuple[Floats, Floats]:
    """Return mean and probability of 0 of two coefficients: each is 0 by 1 in 5, else half-normal; never both are 0."""
    axis = (np.arange(4000) + 0.5) / 1000
    weights: list[float] = []
    points: list[Floats] = []
    prior = 0.8 * math.sqrt(2 / math.pi) * np.exp(-(axis**2) / 2) / 1000
    for place in (0, 1):
        line = np.zeros((len(axis), 2))
        line[:, place] = axis
        points.append(line)
        weights.extend(0.2 * prior)
    rough = (np.arange(400) + 0.5) / 100
    coarse = 0.8 * math.sqrt(2 / math.pi) * np.exp(-(rough**2) / 2) / 100
    square = np.stack(np.meshgrid(rough, rough, indexing="ij"), axis=-1).reshape(-1, 2)
    points.append(square)
    weights.extend(np.outer(coarse, coarse).ravel())
    every = np.concatenate(points)
    chance = np.array(weights) * np.exp(every @ one.linear - np.einsum("ni,ij,nj->n", every, one.precision, every) / 2)
    chance /= chance.sum()
    return chance @ every, np.array([chance[every[:, place] == 0].sum() for place in (0, 1)])


@pytest.mark.parametrize(
    "one",
    [
        told([[40.0, 0.0], [0.0, 40.0]], [0.6, 0.1]),
        told([[40.0, 30.0], [30.0, 40.0]], [0.6, 0.1]),
        told([[40.0, 30.0], [30.0, 40.0]], [0.9, -0.3]),
        told([[9.0, -7.0], [-7.0, 9.0]], [0.2, 0.3]),
    ],
)
def test_draws_have_the_mean_and_the_zeros_of_the_integral(one: Evidence) -> None:
    draws = posterior_draws([one], seed=1)
    mean, zeros = on_a_grid(one)

    assert (draws >= 0).all()
    assert draws.mean(axis=0) == pytest.approx(mean, abs=0.01)
    assert (draws == 0).mean(axis=0) == pytest.approx(zeros, abs=0.02)


def test_what_is_known_well_is_drawn_as_it_is() -> None:
    draws = posterior_draws([told([[1e6, 0.0, 0.0], [0.0, 1e4, 0.0], [0.0, 0.0, 1e6]], [0.5, 0.2, -0.4])], seed=1)

    assert draws.mean(axis=0) == pytest.approx([0.5, 0.2, 0.0], abs=0.002)
    assert draws.std(axis=0) == pytest.approx([0.001, 0.01, 0.0], rel=0.1, abs=1e-5)


def test_kinds_of_noise_are_mixed_by_their_weights() -> None:
    kinds = [told([[1e6]], [0.3], 0.25), told([[1e6]], [0.7], 0.75)]
    draws = posterior_draws(kinds, seed=1)

    assert (draws[:, 0] > 0.5).mean() == pytest.approx(0.75, abs=0.01)


def test_the_same_seed_draws_the_same() -> None:
    kinds = [told([[40.0, 30.0], [30.0, 40.0]], [0.6, 0.1])]

    assert posterior_draws(kinds, seed=3).tobytes() == posterior_draws(kinds, seed=3).tobytes()
    assert posterior_draws(kinds, seed=3).tobytes() != posterior_draws(kinds, seed=4).tobytes()
