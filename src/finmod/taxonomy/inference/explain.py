"""The verdict on each resource as columns: value, confidence, reason, evidence.

Owns which reason comes first. Sentences stand in words.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.frame import Flags, Floats, Ints, ResourceFrame, Texts
from finmod.taxonomy.inference.listen import Said
from finmod.taxonomy.inference.verdict import Decisions
from finmod.taxonomy.inference.words import Words

REASONS = {
    "shared": "it, its account or its like is declared shared",
    "seldom labelled": "it stands in a group that is seldom labelled, which may be shared",
    "contradiction": "there is evidence for two values",
    "unsure": "there is evidence, which held-out labels do not prove to be sure enough",
    "no evidence": "no group of labelled resources is like it",
    "target": "no evidence of any kind reaches the target precision",
}
"""Why a resource gets no value."""


@dataclass(frozen=True)
class Verdicts:
    """One entry per resource, see ``Inference``."""

    key: Texts
    value: Texts
    inferred: Flags
    confidence: Floats
    reason: Texts
    kind: Texts
    hits: Ints
    support: Ints
    evidence: Texts


@dataclass(frozen=True)
class Explainer:
    """Says why, resource by resource.

    Attributes:
        said: What the kinds say.
        words: The sentences.
        places: Per kind and resource the place of the group that speaks.
        scores: Per kind and resource how sure it is.
    """

    said: Said
    words: Words
    places: Ints
    scores: Floats

    def barred(self, row: int) -> tuple[str, str]:
        """Return reason and words of a resource for which nothing may be inferred."""
        if self.said.declared[row]:
            return "shared", REASONS["shared"]
        kind, place = int(self.said.warned[row]), int(self.said.warned_at[row])
        voices = self.said.sayings[kind][0]
        shared = 2 * voices.muted[place] >= voices.support[place] > 0
        return "shared" if shared else "seldom labelled", self.words.warns(kind, place)

    def undecided(self, row: int, *, split: bool, nothing: bool) -> tuple[str, str]:
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
    said: Said,
    decided: Decisions,
    *,
    nothing: bool,
) -> Verdicts:
    """Return the verdicts on the resources without a label, in the order of the frame.

    Args:
        frame: All resources, in the order of their keys.
        known: The labels.
        said: What the kinds say.
        decided: The decisions, one per resource without a label.
        nothing: Whether nothing is decided because the target is not reached.
    """
    rows = np.flatnonzero(known.label == NONE)
    places = np.stack([one.place for one in said.opinions])
    scores = np.stack([one.score for one in said.opinions])
    words = Words(frame, known.names, said.sayings)
    explainer = Explainer(said, words, places, scores)
    count = len(rows)
    value, reason, kind, evidence = (np.full(count, None, dtype=np.object_) for _ in range(4))
    hits, support = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    inferred = decided.value != NONE
    for at, (row, lead) in enumerate(zip(rows.tolist(), decided.lead.tolist(), strict=True)):
        if inferred[at]:
            value[at], kind[at] = known.names[decided.value[at]], said.opinions[lead].kind
            place, voices = places[lead, row], said.sayings[lead][0]
            hits[at], support[at] = voices.hits[place], voices.support[place]
            evidence[at] = words.decided(lead, places[:, row], decided.agrees[:, at])
        elif said.barred[row]:
            reason[at], evidence[at] = explainer.barred(row)
        else:
            reason[at], evidence[at] = explainer.undecided(row, split=bool(decided.split[at]), nothing=nothing)
    confidence = np.where(inferred, decided.confidence, np.nan)
    return Verdicts(frame.key[rows], value, inferred, confidence, reason, kind, hits, support, evidence)
