"""Missing tags inferred from siblings: what the labelled resources say about those without a label, or nothing.

Owns the order of the work and the verdict on each resource. Pure: a frame in, a frame out, chance from a seed alone.

Method. Every resource stands in groups: same team, account, parent, words of the name, day of creation, days of use, or
alike in daily use. A group speaks for a value where the lower end of the Wilson interval of its purity is high, where
most members are labelled and where the value is rarer outside. What each kind of group is worth is measured on labels
held out in turn (k-fold cross-validation), and each kind decides from the score on at which that precision is reached.
Kinds must agree. A resource that stands in a group which is seldom labelled, or which a shared value leads, gets no
value: labels are not missing by chance there, so that held-out labels do not speak for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.explain import REASONS, Verdicts, explain
from finmod.taxonomy.inference.frame import Flags, Floats, Ints, ResourceFrame, Texts, parent_path, resource_frame
from finmod.taxonomy.inference.listen import Said, listen
from finmod.taxonomy.inference.options import InferenceOptions
from finmod.taxonomy.inference.report import (
    InferenceReport,
    KindReport,
    count_by,
    counted_precision,
    coverage,
    why_nothing,
)
from finmod.taxonomy.inference.verdict import STRATA, Decisions, Worth, decide, learn
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
class Inference:
    """One entry per resource without a label, in the order of the frame. Labelled resources are not in it.

    Attributes:
        key: The resource.
        value: The inferred value; None where there is none.
        inferred: Whether there is one: such a value is always to be shown as inferred.
        confidence: Calibrated precision of the leading evidence on held-out labels; NaN without a value.
        reason: A key of ``REASONS``; None with a value.
        kind: The leading kind of evidence; None without a value.
        hits: Labelled resources of the leading group that have the value; 0 without a value.
        support: Labelled resources of that group.
        evidence: The evidence, or what is missing, in words with text of the bill: escape as any other.
        report: How good it is.
    """

    key: Texts
    value: Texts
    inferred: Flags
    confidence: Floats
    reason: Texts
    kind: Texts
    hits: Ints
    support: Ints
    evidence: Texts
    report: InferenceReport


def infer(frame: ResourceFrame, options: InferenceOptions | None = None) -> Inference:
    """Return a verdict on each resource without a label.

    Args:
        frame: All resources, labelled or not; the order of rows does not matter.
        options: How to infer.

    Raises:
        UserError: FM2050 an option makes no sense.
    """
    chosen = options or InferenceOptions()
    chosen.check()
    ordered, order = frame.sorted()
    known = _known(ordered, chosen)
    said = listen(ordered, known, chosen)
    aim = (chosen.target, Z_95)
    labelled, unlabelled = (np.flatnonzero(side) for side in (known.label != NONE, known.label == NONE))
    held_out = _hold_out(said, known, aim)
    precision = counted_precision(_judged(held_out, known.label[labelled]), Z_95)
    problem = why_nothing(chosen.target, precision, len(labelled), Z_95)
    worth = learn(said.opinions, said.stratum, known.label, said.open(labelled), aim)
    decided = decide(said.opinions, worth, said.stratum, unlabelled)
    decided = _without(decided, said.barred[unlabelled] | (problem is not None))
    verdicts = explain(ordered, known, said, decided, nothing=problem is not None)
    report = InferenceReport(
        target=chosen.target,
        folds=chosen.folds,
        seed=chosen.seed,
        precision=precision,
        held_out=coverage(held_out != NONE, ordered.cost[labelled]),
        unlabelled=coverage(verdicts.inferred, ordered.cost[unlabelled]),
        abstained=count_by(verdicts.reason),
        kinds=_kinds(said, worth, known, decided.lead),
        problem=problem,
    )
    return _in_order(verdicts, np.argsort(order[unlabelled], kind="stable"), report)


def _in_order(verdicts: Verdicts, place: Ints, report: InferenceReport) -> Inference:
    columns = {name: getattr(verdicts, name)[place] for name in Verdicts.__dataclass_fields__}
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


def _hold_out(said: Said, known: Known, aim: tuple[float, float]) -> Ints:
    """Return the decision on each labelled resource, with thresholds of the other parts; -1 where there is none."""
    result = np.full(len(known.label), NONE, dtype=np.int64)
    labelled = np.flatnonzero(known.label != NONE)
    for part in range(known.folds):
        inside = known.fold[labelled] == part
        rows = said.open(labelled[inside])
        worth = learn(said.opinions, said.stratum, known.label, said.open(labelled[~inside]), aim)
        result[rows] = decide(said.opinions, worth, said.stratum, rows).value
    return np.asarray(result[labelled], dtype=np.int64)


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


def _kinds(said: Said, worth: Worth, known: Known, lead: Ints) -> tuple[KindReport, ...]:
    """Return what each kind was worth, where it had an opinion about a held-out label."""
    heard, unlabelled = said.open(np.flatnonzero(known.label != NONE)), np.flatnonzero(known.label == NONE)
    found = []
    for place, (one, parts) in enumerate(zip(said.opinions, worth, strict=True)):
        for number, calibration in enumerate(parts):
            rows = heard[(one.value[heard] != NONE) & (said.stratum[heard] == number)]
            if len(rows):
                led = (lead == place) & (said.stratum[unlabelled] == number)
                found.append(
                    KindReport(
                        kind=one.kind,
                        accounts=STRATA[number],
                        held_out=counted_precision(one.value[rows] == known.label[rows], Z_95),
                        threshold=calibration.threshold,
                        inferred=int(np.count_nonzero(led)),
                    )
                )
    return tuple(found)
