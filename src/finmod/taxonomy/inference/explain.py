"""The answer for each resource as columns: value, confidence, reason, and why in words.

Owns which reason comes first. Sentences stand in words.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.decide import Decisions
from finmod.taxonomy.inference.frame import Flags, Floats, Ints, ResourceFrame, Texts
from finmod.taxonomy.inference.listen import Evidence
from finmod.taxonomy.inference.words import Words

Reason = Literal["shared", "seldom labelled", "contradiction", "unsure", "no evidence", "target"]

REASONS: dict[Reason, str] = {
    "shared": "it stands in a group that a shared value leads",
    "seldom labelled": "it stands in a group that is seldom labelled, which may be shared",
    "contradiction": "there is evidence for two values",
    "unsure": "there is evidence, which held-out labels do not prove to be sure enough",
    "no evidence": "no group of labelled resources is like it",
    "target": "no evidence of any kind reaches the target precision",
}
"""Why a resource gets no value: of one resource. The command line says it of several."""


@dataclass(frozen=True)
class Answers:
    """One entry per resource without a label. Labelled resources are not in it.

    Attributes:
        key: The resource.
        value: The inferred value, always to be shown as inferred; None where there is none.
        confidence: Calibrated precision of the leading evidence on held-out labels; NaN without a value.
        reason: A ``Reason``; None with a value.
        why: The evidence, or what is missing, in words with text of the bill: escape as any other.
    """

    key: Texts
    value: Texts
    confidence: Floats
    reason: Texts
    why: Texts

    @cached_property
    def inferred(self) -> Flags:
        """Return per resource whether there is a value."""
        return np.array([each is not None for each in self.value.tolist()], dtype=np.bool_)


@dataclass(frozen=True)
class Explainer:
    """Says why, resource by resource.

    Attributes:
        evidence: What the kinds say.
        words: The sentences.
        places: Per kind and resource the place of the group that speaks.
        scores: Per kind and resource how sure it is.
    """

    evidence: Evidence
    words: Words
    places: Ints
    scores: Floats

    def barred(self, row: int) -> tuple[Reason, str]:
        """Return reason and words of a resource for which nothing may be inferred."""
        kind, place = int(self.evidence.warned[row]), int(self.evidence.warned_at[row])
        voices = self.evidence.voices[kind][0]
        shared = 2 * voices.muted[place] >= voices.support[place] > 0
        return "shared" if shared else "seldom labelled", self.words.warns(kind, place)

    def undecided(self, row: int, *, split: bool, nothing: bool) -> tuple[Reason, str]:
        """Return reason and words of a resource whose evidence does not suffice."""
        if split:
            return "contradiction", self.words.contradicted(row)
        kind = int(np.argmax(self.scores[:, row]))
        if self.scores[kind, row] > 0:
            return "target" if nothing else "unsure", self.words.unsure(kind, int(self.places[kind, row]))
        return "no evidence", REASONS["no evidence"]


def explain(
    frame: ResourceFrame,
    known: Known,
    evidence: Evidence,
    decided: Decisions,
    *,
    nothing: bool,
) -> Answers:
    """Return the answers for the resources without a label, in the order of the frame.

    Args:
        frame: All resources, in the order of their keys.
        known: The labels.
        evidence: What the kinds say.
        decided: The decisions, one per resource without a label.
        nothing: Whether nothing is decided because the target is not reached.
    """
    rows = np.flatnonzero(known.label == NONE)
    places = np.stack([one.place for one in evidence.opinions])
    scores = np.stack([one.score for one in evidence.opinions])
    words = Words(frame, known.names, evidence.voices)
    explainer = Explainer(evidence, words, places, scores)
    count = len(rows)
    value, reason, why = (np.full(count, None, dtype=np.object_) for _ in range(3))
    barred = evidence.barred
    inferred = decided.value != NONE
    for at, (row, lead) in enumerate(zip(rows.tolist(), decided.lead.tolist(), strict=True)):
        if inferred[at]:
            value[at] = known.names[decided.value[at]]
            why[at] = words.decided(lead, places[:, row], decided.agrees[:, at])
        elif barred[row]:
            reason[at], why[at] = explainer.barred(row)
        else:
            reason[at], why[at] = explainer.undecided(row, split=bool(decided.split[at]), nothing=nothing)
    confidence = np.where(inferred, decided.confidence, np.nan)
    return Answers(frame.key[rows], value, confidence, reason, why)
