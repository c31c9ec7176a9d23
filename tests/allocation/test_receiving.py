"""Pools as targets: what a share gives to what a pool is called as, that pool gets."""

from __future__ import annotations

from datetime import date

import numpy as np

from finmod.allocation.receiving import Receiving
from finmod.allocation.targets import Targets
from finmod.allocation.vectors import from_arrays
from finmod.taxonomy.definition import Span

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def fed(receiving: Receiving, weights: dict[int, float], day: date = JULY) -> dict[int, float]:
    whole = from_arrays(np.array([*weights]), np.array([*weights.values()]))
    assert whole is not None
    found = receiving.fed(whole, day)
    assert (np.diff(found.places) > 0).all()
    return dict(zip(found.places.tolist(), found.weights.tolist(), strict=True))


def test_pools_stand_in_the_place_of_the_targets_that_they_are() -> None:
    targets = Targets(("product", "team"))
    search, k8s, web, net = (
        targets.number(each) for each in (("search", None), ("k8s", None), ("k8s", "web"), ("net", None))
    )
    receiving = Receiving(targets, ((1, ("k8s", None), Span()), (2, ("net", None), Span(since=AUGUST))), (AUGUST,))
    # A finer target is the pool's too.
    assert fed(receiving, {search: 5.0, k8s: 2.0, web: 1.0}) == {-1: 3.0, search: 5.0}
    # Before it begins a pool is a target like any other.
    assert fed(receiving, {search: 5.0, k8s: 2.0, net: 4.0}) == {-1: 2.0, search: 5.0, net: 4.0}
    assert fed(receiving, {search: 5.0, k8s: 2.0, net: 4.0}, AUGUST) == {-2: 4.0, -1: 2.0, search: 5.0}
    assert fed(receiving, {k8s: 2.0}) == {-1: 2.0}
    # A target that gets its number later counts as well.
    late = targets.number(("k8s", "api"))
    assert fed(receiving, {search: 1.0, late: 7.0}) == {-1: 7.0, search: 1.0}
