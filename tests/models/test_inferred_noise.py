"""Kinds of noise: the right one gets the weight, and no evidence is better than the model may be wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from finmod.models.inferred_noise import Evidence, Floats, evidence

DAYS = 140


def regressors() -> Floats:
    """Return one driver and the fixed part."""
    return np.column_stack([1 + np.random.default_rng(1).normal(0, 0.2, DAYS), np.ones(DAYS)])


def weight(kinds: list[Evidence], **wanted: object) -> float:
    """Return the weight of kinds of noise with such attributes."""
    found = [
        one.weight
        for one in kinds
        if all({"degrees": one.degrees, "price": one.kind.price is not None, "week": one.kind.nuisance.shape[1] > 1,
                "phi": one.phi}[name] == value for name, value in wanted.items())
    ]  # fmt: skip
    return sum(found)


def noise(seed: int = 2) -> Floats:
    return np.asarray(np.random.default_rng(seed).normal(0, 0.03, DAYS))


def test_weights_sum_to_one() -> None:
    kinds = evidence(regressors() @ np.array([0.6, 0.4]) + noise(), regressors())

    assert sum(one.weight for one in kinds) == pytest.approx(1)
    assert all(np.linalg.eigvalsh(one.precision).min() > 0 for one in kinds)


def test_plain_noise_is_taken_for_plain() -> None:
    kinds = evidence(regressors() @ np.array([0.6, 0.4]) + noise(), regressors())

    assert weight(kinds, degrees=math.inf) > 0.7
    assert weight(kinds, price=False) > 0.7
    assert weight(kinds, week=False) > 0.7
    assert sum(one.weight * one.phi for one in kinds) < 0.2


def test_days_far_out_are_taken_for_such() -> None:
    cost = regressors() @ np.array([0.6, 0.4]) + noise()
    cost[::30] += 1.0
    kinds = evidence(cost, regressors())

    assert weight(kinds, degrees=4.0) > 0.99
    assert np.linalg.solve(kinds[0].precision, kinds[0].linear) == pytest.approx([0.6, 0.4], abs=0.05)


def test_work_of_weekends_is_taken_for_such() -> None:
    cost = regressors() @ np.array([0.6, 0.4]) + noise() / 3 + 0.05 * (np.arange(DAYS) % 7 > 4)

    assert weight(evidence(cost, regressors()), week=True) > 0.99


def test_a_new_price_is_taken_for_such() -> None:
    cost = regressors() @ np.array([0.6, 0.4]) * np.where(np.arange(DAYS) < 80, 1.0, 1.2) + noise()
    kinds = evidence(cost, regressors())

    assert weight(kinds, price=True) > 0.99
    price = max(kinds, key=lambda one: one.weight).kind.price
    assert price
    assert price[0] == 80
    assert price[1] == pytest.approx(1.2, abs=0.02)


def test_evidence_is_never_better_than_the_model_may_be_wrong() -> None:
    kinds = evidence(regressors() @ np.array([0.6, 0.4]), regressors())
    spread = np.sqrt(np.linalg.inv(kinds[0].precision)[0, 0])

    assert spread == pytest.approx(0.0025 / regressors()[:, 0].std(), rel=0.1)
