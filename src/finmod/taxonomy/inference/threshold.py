"""From how sure a kind of evidence must be, and what its word is worth: learned on labels that were held out.

Owns the calibration of one kind. Nothing here knows what the kinds are.

A threshold is the lowest score from which on the held-out labels were right often enough in two ways: of all decisions
at or above it the lower end of the Wilson interval reaches the target, and so does the calibrated precision at the
threshold itself, so that many easy decisions cannot carry a few bad ones. Calibrated precision is the isotonic
regression of right on score (pool adjacent violators), each pool by Laplace's rule (right + 1) / (decided + 2). Where
already the lowest score that was seen is good enough, groups of about two thirds of that size decide as well: which
sizes are seen is chance.

Source: M. Ayer et al., "An empirical distribution function for sampling with incomplete information", Annals of
Mathematical Statistics 26 (1955), 641-647; B. Zadrozny and C. Elkan, "Transforming classifier scores into accurate
multiclass probability estimates", KDD 2002.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.taxonomy.inference.frame import Flags, Floats
from finmod.taxonomy.inference.wilson import wilson_lower

_LARGER = 1.5


@dataclass(frozen=True)
class Calibration:
    """What a kind of evidence is worth.

    Attributes:
        scores: Scores from which on the precisions hold, rising.
        precision: Calibrated precision at each of them, never falling.
        threshold: Score from which on it decides; None where no score reaches the target.
    """

    scores: Floats
    precision: Floats
    threshold: float | None

    def precision_at(self, score: Floats) -> Floats:
        """Return the calibrated precision of scores: that of the nearest lower score that is known, else 0."""
        if not len(self.scores):
            return np.zeros(len(score), dtype=np.float64)
        place = np.searchsorted(self.scores, score, side="right") - 1
        return np.asarray(np.where(place >= 0, self.precision[np.maximum(place, 0)], 0.0), dtype=np.float64)

    def reached(self, score: Floats) -> Flags:
        """Return whether scores are sure enough to decide."""
        if self.threshold is None:
            return np.zeros(len(score), dtype=np.bool_)
        return np.asarray(score >= self.threshold, dtype=np.bool_)


def calibrate(score: Floats, right: Flags, target: float, z: float) -> Calibration:
    """Return what held-out decisions of one kind teach.

    Args:
        score: Per decision how sure it was.
        right: Per decision whether it was right.
        target: Precision that must be reached.
        z: Quantile of the interval.
    """
    scores, place = np.unique(score, return_inverse=True)
    count = np.bincount(place, minlength=len(scores))
    hits = np.bincount(place, weights=right, minlength=len(scores))
    precision = _isotonic(hits.tolist(), count.tolist())
    above, hits_above = np.cumsum(count[::-1])[::-1], np.cumsum(hits[::-1])[::-1]
    reached = (wilson_lower(hits_above, above, z) >= target) & (precision >= target)
    threshold = float(scores[np.argmax(reached)]) if reached.any() else None
    if len(reached) and reached[0]:
        # What is missing to 1 is about inverse to the size of a group.
        threshold = scores[0] = 1 - _LARGER * (1 - float(scores[0]))
    return Calibration(scores, precision, threshold)


def _isotonic(hits: list[float], count: list[int]) -> Floats:
    pools: list[tuple[float, int, int]] = []
    for right, decided in zip(hits, count, strict=True):
        pool = (right, decided, 1)
        while pools and pools[-1][0] * pool[1] >= pool[0] * pools[-1][1]:
            before = pools.pop()
            pool = (before[0] + pool[0], before[1] + pool[1], before[2] + pool[2])
        pools.append(pool)
    precision = [(right + 1) / (decided + 2) for right, decided, width in pools for _ in range(width)]
    # Laplace's rule pulls small pools down further than large ones: what is surer is never worth less.
    return np.maximum.accumulate(np.array(precision, dtype=np.float64))
