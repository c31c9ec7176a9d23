"""What would have been decided about labelled resources, had their labels not been there.

Owns the outer round of the nested cross-validation. What is learned in the inner one stands in decide.py.

Source: S. Varma and R. Simon, "Bias in error estimation when using cross-validation for model selection", BMC
Bioinformatics 7 (2006), 91.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known
from finmod.taxonomy.inference.decide import decide, learn
from finmod.taxonomy.inference.frame import Ints
from finmod.taxonomy.inference.listen import Evidence, Surroundings, listen
from finmod.taxonomy.inference.options import InferenceOptions
from finmod.taxonomy.inference.wilson import Z_95


def held_out_decisions(around: Surroundings, evidence: Evidence, known: Known, options: InferenceOptions) -> Ints:
    """Return the value decided for each resource while its part is held out; -1 where none is, or it has no label.

    What the kinds say of a part has not counted its labels: that is what ``evidence`` holds. What they are worth is
    learned on the other parts, from what they say without both. So no decision depends on a label of its own part.

    Args:
        around: What the resources stand in.
        evidence: What the kinds say.
        known: The labels and their parts.
        options: The target, and what a group must have.
    """
    result = np.full(len(known.label), NONE, dtype=np.int64)
    labelled = np.flatnonzero(known.label != NONE)
    for part in range(known.folds):
        inside = known.fold[labelled] == part
        rows, others = evidence.open(labelled[inside]), labelled[~inside]
        if len(rows) and len(others):
            unseen = listen(around, replace(known, hidden=part), options.demand)
            aim = (options.target, Z_95)
            worth = learn(unseen.opinions, unseen.stratum, known.label, unseen.open(others), aim)
            result[rows] = decide(evidence.opinions, worth, evidence.stratum, rows).value
    return result
