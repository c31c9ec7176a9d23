"""Whether a unit of a driver costs the same whoever uses it: what shares by drivers take for granted.

Owns the test: does the course of single targets' use explain what the totals of drivers leave over? A cost that follows
the requests of one product more than those of others is not shared rightly by requests.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Evidence, Floats, residuals

_DIRECTIONS: Final = 8
_PERIODS_PER_DIRECTION: Final = 12
_NEGLIGIBLE: Final = 1e-6


def chance_of_even_units(cost: Floats, evidence: Evidence, use: Floats) -> float:
    """Return the probability of so good a fit by single targets, if a unit costs the same for all: an F test.

    Args:
        cost: n periods, as the evidence was taken from.
        evidence: The likeliest kind of noise.
        use: n x m: use of m targets and drivers, any units.
    """
    from scipy.special import fdtrc  # noqa: PLC0415 - takes 0.2 s to import, which nobody else should wait for

    columns = use[:, use.any(axis=0)]
    known, left, tried = residuals(cost, evidence, columns / columns.mean(axis=0))
    # The largest directions come last; of thousands of targets there are no more of them than periods.
    squares, vectors = np.linalg.eigh(tried @ tried.T)
    moving = int((squares > _NEGLIGIBLE**2 * len(cost)).sum())
    count = min(_DIRECTIONS, len(cost) // _PERIODS_PER_DIRECTION, moving)
    free = len(left) - known - count
    if not count or free <= 0:
        return 1.0
    gain = float(((vectors[:, -count:].T @ left) ** 2).sum())
    rest = float(left @ left) - gain
    return float(fdtrc(count, free, gain / count / (rest / free))) if rest > 0 and math.isfinite(gain) else 0.0
