"""The sample company's products: intervals hold its truth, loosely, for a few companies; the benchmark asks 100."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.quality.cost_behaviour import answered, judged
from benchmarks.quality.cost_behaviour_world import cases

_CHARGES = 12_000


def test_intervals_hold_the_truth_of_a_few_companies() -> None:
    # Of each company a third of the products, so that it is quick.
    some = [case for seed in (1, 2) for case in list(cases(seed, charges=_CHARGES))[seed::3]]
    every = [one for case in some for one in judged(case, answered(case))]
    told = [one for one in every if not one.refused]

    assert {one.driver for one in every if one.refused == "FM2342"} == {"stored_gb"}
    assert len(told) > 25
    assert 0.75 <= np.mean([one.held for one in told]) <= 1
    assert np.median([one.upper - one.lower for one in told]) < 0.15


def test_the_truth_of_a_product_sums_to_its_cost() -> None:
    for case in cases(1, charges=_CHARGES, months=1):
        month = case.cost[-case.recent :].sum()
        of_parts = (case.marginal * case.readings[-case.recent :].sum(axis=0)).sum() / (1 - case.fixed)

        assert case.variable.sum() + case.fixed == pytest.approx(1)
        # Readings are off by up to 1 % each day, and incidents are beside the parts.
        assert of_parts < month * 1.01
