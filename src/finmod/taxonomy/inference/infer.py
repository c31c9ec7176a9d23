"""Missing tags inferred from siblings: what the labelled resources say about those without a label, or nothing.

Owns the order of the work, and which labels are held out when. Pure: a frame in, a frame out, chance from a seed alone.

Method. Every resource stands in groups: same team, account, parent, words of the name, day of creation, days of use, or
alike in daily use. A group speaks for a value where the lower end of the Wilson interval of its purity is high, where
most members are labelled and where the value is rarer outside. What each kind of group is worth is measured on labels
held out in turn (k-fold cross-validation), and each kind decides from the score on at which that precision is reached.
Kinds must agree. A resource that stands in a group which is seldom labelled, or which a shared value leads, gets no
value: labels are not missing by chance there, so that held-out labels do not speak for it.

The precision that is told is measured a level further out (nested cross-validation): for each part the kinds are
calibrated anew on the other parts, with the labels of this one counted for nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.decide import Decisions, decide, learn
from finmod.taxonomy.inference.explain import REASONS, Answers, explain
from finmod.taxonomy.inference.frame import Flags, Ints, ResourceFrame, parent_path, resource_frame
from finmod.taxonomy.inference.hold_out import held_out_decisions
from finmod.taxonomy.inference.listen import listen, surroundings
from finmod.taxonomy.inference.options import InferenceOptions
from finmod.taxonomy.inference.report import InferenceReport, count_by, counted_precision, coverage, why_nothing
from finmod.taxonomy.inference.wilson import Z_95

__all__ = [
    "REASONS",
    "Inference",
    "InferenceOptions",
    "InferenceReport",
    "ResourceFrame",
    "infer",
    "parent_path",
    "resource_frame",
]


@dataclass(frozen=True)
class Inference(Answers):
    """The answers, in the order of the frame.

    Attributes:
        report: How good they are.
    """

    report: InferenceReport


def infer(frame: ResourceFrame, options: InferenceOptions | None = None) -> Inference:
    """Return an answer for each resource without a label.

    Args:
        frame: All resources, labelled or not; the order of rows does not matter.
        options: How to infer.

    Raises:
        UserError: FM2050 an option makes no sense.
    """
    chosen = options or InferenceOptions()
    chosen.check()
    ordered, order = frame.sorted()
    known, around = _known(ordered, chosen), surroundings(ordered)
    evidence = listen(around, known, chosen.demand)
    labelled, unlabelled = (np.flatnonzero(side) for side in (known.label != NONE, known.label == NONE))
    held_out = held_out_decisions(around, evidence, known, chosen)[labelled]
    precision = counted_precision(_judged(held_out, known.label[labelled]), Z_95)
    problem = why_nothing(chosen.target, precision, len(labelled), z=Z_95, folds=chosen.folds)
    worth = learn(evidence.opinions, evidence.stratum, known.label, evidence.open(labelled), (chosen.target, Z_95))
    decided = decide(evidence.opinions, worth, evidence.stratum, unlabelled)
    decided = _without(decided, evidence.barred[unlabelled] | (problem is not None))
    answers = explain(ordered, known, evidence, decided, nothing=problem is not None)
    report = InferenceReport(
        target=chosen.target,
        folds=chosen.folds,
        seed=chosen.seed,
        precision=precision,
        held_out=coverage(held_out != NONE, ordered.cost[labelled]),
        unlabelled=coverage(answers.inferred, ordered.cost[unlabelled]),
        abstained=count_by(answers.reason),
        problem=problem,
    )
    return _in_order(answers, np.argsort(order[unlabelled], kind="stable"), report)


def _in_order(answers: Answers, place: Ints, report: InferenceReport) -> Inference:
    columns = {name: getattr(answers, name)[place] for name in Answers.__dataclass_fields__}
    return Inference(**columns, report=report)


def _known(frame: ResourceFrame, options: InferenceOptions) -> Known:
    names = tuple(sorted({value for value in frame.label.tolist() if value is not None}))
    number = {value: place for place, value in enumerate(names)}
    label = np.array([number.get(value, NONE) for value in frame.label.tolist()], dtype=np.int64)
    drawn = np.array([_draw(options.seed, key) % options.folds for key in frame.key.tolist()], dtype=np.int64)
    return Known(
        label=label,
        names=names,
        fold=np.where(label == NONE, options.folds, drawn),
        folds=options.folds,
        mute=np.array([value in options.shared_values for value in names] or [False], dtype=np.bool_),
    )


def _draw(seed: int, key: str) -> int:
    """Return a number that depends on seed and key alone, so that no other row moves it."""
    return int.from_bytes(blake2b(f"{seed} {key}".encode("utf-8", "surrogatepass"), digest_size=7).digest(), "big")


def _judged(decided: Ints, label: Ints) -> Flags:
    """Return of each decision whether it was right."""
    made = decided != NONE
    return np.asarray(decided[made] == label[made], dtype=np.bool_)


def _without(decided: Decisions, barred: Flags) -> Decisions:
    return Decisions(
        np.where(barred, NONE, decided.value),
        np.where(barred, 0.0, decided.confidence),
        np.where(barred, NONE, decided.lead),
        decided.agrees & ~barred,
        decided.split & ~barred,
    )
