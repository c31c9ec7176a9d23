"""The doubt about targets: great where a unit costs some more, none where it does not, whatever the price does."""

from __future__ import annotations

import numpy as np
import pytest

from finmod.models.inferred_noise import evidence
from finmod.models.inferred_units import Units, uneven_units


def units(seed: int, per_unit: list[float], price: float = 0.0) -> Units:
    """Return what is told of a world of three targets, whose unit costs so much, at a price that rises so much."""
    random = np.random.default_rng(seed)
    growth = 1 + np.arange(80)[:, None] / 80 * np.array([0.6, 0.2, 0.0])
    use = random.uniform(0.5, 1.5, (80, 3)) * growth
    cost = use @ np.array(per_unit) * (1 + price * np.arange(80) / 80) + random.normal(0, 0.03, 80)
    cost, total = cost / cost.mean(), use.sum(axis=1)
    columns = np.column_stack([total / total.mean(), np.ones(80)])
    return uneven_units(cost, max(evidence(cost, columns), key=lambda one: one.weight), use / total.mean())


def test_units_that_cost_the_same_are_hardly_ever_in_doubt() -> None:
    assert max(units(seed, [1, 1, 1]).odds for seed in range(24)) < 5


def test_units_that_do_not_are_told_with_how_much_they_differ_at_least() -> None:
    found = units(1, [0.5, 1, 2])

    assert found.odds > 50
    # 0.5, 1 and 2 lie 0.64 from their mean of 1.17 in the root mean square: 55 % of it.
    assert 0.2 < found.least < 0.55


@pytest.mark.parametrize("seed", range(4))
def test_a_price_that_rises_slowly_beside_the_growth_of_a_target_is_no_evidence(seed: int) -> None:
    assert units(seed, [1, 1, 1], price=0.1).odds < 5


def test_of_more_targets_than_periods_the_odds_are_told_as_well() -> None:
    random = np.random.default_rng(5)
    use = random.uniform(0.5, 1.5, (60, 200)) * random.gamma(0.3, 1, 200)
    use /= use.sum(axis=1).mean()
    columns = np.column_stack([use.sum(axis=1), np.ones(60)])
    found = []
    for per_unit in (np.ones(200), np.exp(random.normal(0, 1, 200))):
        cost = use @ per_unit + random.normal(0, 0.01, 60)
        kind = max(evidence(cost / cost.mean(), columns), key=lambda one: one.weight)
        found.append(uneven_units(cost / cost.mean(), kind, use).odds)

    assert found[0] < 5
    assert found[1] > 10


def test_targets_that_move_as_one_give_no_reason_for_doubt() -> None:
    total = np.random.default_rng(1).uniform(0.5, 1.5, 80)
    columns = np.column_stack([total / total.mean(), np.ones(80)])
    cost = total + np.random.default_rng(2).normal(0, 0.1, 80)
    use = np.column_stack([0.5 * total, 0.25 * total])

    assert uneven_units(cost, evidence(cost, columns)[0], use) == Units(0, 0)
