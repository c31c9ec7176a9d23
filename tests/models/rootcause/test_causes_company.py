"""The sample company's bills: causes that were put in are found, for a few companies; the benchmark asks 40."""

from __future__ import annotations

import numpy as np

from benchmarks.quality.rootcause import judged, leaves_of
from benchmarks.quality.rootcause_world import cases
from finmod.models.rootcause.causes import root_causes


def test_causes_that_were_put_in_are_among_the_first_three() -> None:
    every = [case for seed in (1, 3) for case in cases(seed, 6)]
    answers = [root_causes(leaves_of(case.bill)) for case in every]
    found = [judged(case, [one.name for one in answer.causes]) for case, answer in zip(every, answers, strict=True)]

    assert np.mean([one for each in found for one in each.found]) >= 0.85
    assert np.mean([one.score for one in found]) >= 0.6
    for case, answer in zip(every, answers, strict=True):
        change = int(case.bill.after.sum()) - int(case.bill.before.sum())
        assert answer.change * 10**12 == change
        assert answer.explained + answer.by_others + answer.usual + answer.unexplained == answer.change


def test_a_move_is_told_as_a_pair() -> None:
    (move,) = [case for case in cases(1, 6) if case.causes[0].kind == "move"]

    answer = root_causes(leaves_of(move.bill))

    (pair,) = answer.offsets
    names = {answer.causes[pair.down].name, answer.causes[pair.up].name}
    assert {tuple(move.bill.selected(name)) for name in names} == {tuple(one.leaves) for one in move.causes}
