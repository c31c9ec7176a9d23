"""Daily use that moves together: found beside what is common to all, alike in any size, and never across accounts."""

from __future__ import annotations

import numpy as np

from finmod.taxonomy.inference.infer import InferenceOptions, infer
from tests.taxonomy.inference.rows import Rows

DAYS = np.arange(31)
WEEKENDS = np.where(DAYS % 7 < 5, 1.0, 0.5)


def shape(peak: int, size: float, noise: np.random.Generator) -> list[float]:
    """Return daily use with weekends, a peak of its own and noise."""
    moved = WEEKENDS * (1 + 2 * np.exp(-(((DAYS - peak) / 2) ** 2)))
    return [float(use) for use in size * moved * noise.uniform(0.97, 1.03, 31)]


def moving(count: int = 60, missing: int = 3) -> Rows:
    """Return a mixed account in which each of four products has its own peak."""
    chance, rows = np.random.default_rng(1), Rows()
    for peak, value in zip((4, 11, 18, 25), ("search", "ads", "pay", "maps"), strict=True):
        for place in range(count + missing):
            label = value if place < count else None
            use = shape(peak, float(chance.uniform(0.1, 1000)), chance)
            rows.add(label, int(label is not None), missing=int(label is None), account="lab", usage=use)
    return rows


def test_use_that_moves_together_tells_the_value_whatever_its_size() -> None:
    found = infer(moving().frame())
    assert found.value.tolist() == ["search"] * 3 + ["ads"] * 3 + ["pay"] * 3 + ["maps"] * 3
    assert found.why[0] == (
        "10 of 10 labelled resources in account 'lab' whose daily use is most like its own are 'search'"
    )


def test_what_all_have_in_common_tells_nothing() -> None:
    chance, rows = np.random.default_rng(1), Rows()
    for place in range(300):
        use = [float(one) for one in WEEKENDS * chance.uniform(0.97, 1.03, 31)]
        rows.add(("search", "ads", "pay")[place % 3], 1, account="lab", usage=use)
    rows.add(None, 0, missing=5, account="lab", usage=list(map(float, WEEKENDS)))
    assert not infer(rows.frame()).inferred.any()


def test_use_in_another_account_tells_nothing() -> None:
    rows = moving(missing=0)
    rows.add(None, 0, missing=2, account="other", usage=shape(4, 1.0, np.random.default_rng(2)))
    assert set(infer(rows.frame()).value) == {None}


def test_use_that_never_moves_and_few_days_tell_nothing() -> None:
    rows = Rows().add("search", 80, account="lab", usage=[1.0] * 31).add("ads", 80, account="lab", usage=[2.0] * 31)
    rows.add(None, 0, missing=2, account="lab", usage=[1.0] * 31)
    assert set(infer(rows.frame()).reason) == {"no evidence"}
    short = moving()
    for row in short.rows:
        row["usage"] = row["usage"][:6]
    assert set(infer(short.frame()).reason) == {"no evidence"}


def test_a_large_account_is_compared_with_a_part_of_it() -> None:
    rows = moving(count=300, missing=2)
    found = infer(rows.frame(), InferenceOptions(seed=2))
    assert found.value.tolist() == ["search"] * 2 + ["ads"] * 2 + ["pay"] * 2 + ["maps"] * 2


def test_neighbours_that_nobody_labels_tell_nothing() -> None:
    chance, rows = np.random.default_rng(1), moving(missing=0)
    for _ in range(40):
        rows.add(None, 0, missing=1, account="lab", usage=shape(4, 5.0, chance))
    found = infer(rows.frame())
    assert found.report.unlabelled.decided < 40
    crowd = moving(count=6, missing=0)
    for _ in range(80):
        crowd.add(None, 0, missing=1, account="lab", usage=shape(4, 5.0, chance))
    assert not infer(crowd.frame(), InferenceOptions(target=0.5)).inferred.any()
