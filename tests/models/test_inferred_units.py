"""The doubt about targets: probabilities are even where units cost the same, tiny where they do not."""

from __future__ import annotations

import numpy as np

from finmod.models.inferred_noise import evidence
from finmod.models.inferred_units import chance_of_even_units


def chance(seed: int, per_unit: list[float]) -> float:
    """Return the probability of a world of three targets, whose unit costs so much."""
    random = np.random.default_rng(seed)
    use = random.uniform(0.5, 1.5, (80, 3))
    cost = use @ np.array(per_unit) + random.normal(0, 0.1, 80)
    total = use.sum(axis=1)
    columns = np.column_stack([total / total.mean(), np.ones(80)])
    kinds = evidence(cost / cost.mean(), columns)
    return chance_of_even_units(cost / cost.mean(), max(kinds, key=lambda one: one.weight), use)


def test_probabilities_are_spread_evenly_where_a_unit_costs_the_same() -> None:
    found = np.sort([chance(seed, [1, 1, 1]) for seed in range(24)])

    assert np.abs(found - (np.arange(24) + 0.5) / 24).max() < 0.25


def test_the_probability_is_tiny_where_a_unit_does_not() -> None:
    assert chance(1, [0.5, 1, 2]) < 1e-9


def test_targets_that_move_as_one_give_no_reason_for_doubt() -> None:
    total = np.random.default_rng(1).uniform(0.5, 1.5, 80)
    columns = np.column_stack([total / total.mean(), np.ones(80)])
    cost = total + np.random.default_rng(2).normal(0, 0.1, 80)
    use = np.column_stack([0.5 * total, 0.25 * total])

    assert chance_of_even_units(cost, evidence(cost, columns)[0], use) == 1
