"""Held-out decisions: none depends on a label of its own part, so that what they show is honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.frame import Ints
from finmod.taxonomy.inference.hold_out import held_out_decisions
from finmod.taxonomy.inference.infer import ResourceFrame
from finmod.taxonomy.inference.listen import listen, surroundings
from finmod.taxonomy.inference.options import InferenceOptions
from tests.taxonomy.inference.estates import unclean_estate

OPTIONS = InferenceOptions(target=0.9)


def decided(frame: ResourceFrame, known: Known) -> Ints:
    """Return the held-out decisions with some labels."""
    around = surroundings(frame)
    return held_out_decisions(around, listen(around, known, OPTIONS.demand), known, OPTIONS)


def known_of(frame: ResourceFrame, folds: int = 5) -> Known:
    """Return the labels of an estate, dealt out to the parts in turn."""
    names = tuple(sorted({label for label in frame.label.tolist() if label is not None}))
    label = np.array([NONE if one is None else names.index(one) for one in frame.label.tolist()], dtype=np.int64)
    fold = np.where(label == NONE, folds, np.arange(len(label)) % folds)
    return Known(label=label, names=names, fold=fold, folds=folds, mute=np.zeros(len(names), dtype=np.bool_))


def test_no_decision_depends_on_a_label_of_its_own_part() -> None:
    frame, _ = unclean_estate(3, count=900, wrong=0.06)
    known = known_of(frame)
    before = decided(frame, known)
    for part in range(known.folds):
        inside = np.flatnonzero(known.fold == part)
        label = known.label.copy()
        label[inside] = np.random.default_rng(part).permutation(label[inside])
        after = decided(frame, replace(known, label=label))
        assert after[inside].tolist() == before[inside].tolist()
    assert np.count_nonzero(before != NONE) > 200


def test_wrong_labels_of_one_part_change_what_is_decided_of_others() -> None:
    frame, _ = unclean_estate(3, count=900, wrong=0.06)
    known = known_of(frame)
    label = np.where(known.fold == 0, (known.label + 1) % len(known.names), known.label)
    others = (known.fold > 0) & (known.label != NONE)
    assert (decided(frame, replace(known, label=label))[others] != decided(frame, known)[others]).any()


def test_one_label_and_none_decide_nothing() -> None:
    frame, _ = unclean_estate(1, count=30)
    known = known_of(frame)
    for kept in (0, 1):
        label = np.where(np.cumsum(known.label != NONE) <= kept, known.label, NONE)
        few = replace(known, label=label, fold=np.where(label == NONE, known.folds, known.fold))
        assert (decided(frame, few) == NONE).all()
