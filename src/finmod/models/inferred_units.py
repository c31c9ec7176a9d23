"""Whether a unit of a driver costs the same whoever uses it: what shares by drivers take for granted.

Owns the test: does the course of single targets' use explain what the totals of drivers leave over? A cost that follows
the requests of one product more than those of others is not shared rightly by requests.

Only what moves from period to period counts. A price that wanders, or that changes twice, is slow; so is the growth of
one target beside that of others, and over some months the one explains the other to any digit wanted. So noise is taken
to linger as long as noise may, whatever the cost itself says of it: slow misfits are no evidence then. Noise that does
not linger would look like the use of thousands of targets if it is taken to, so that the likeliest noise is asked as
well, and the smaller of both answers counts.

Source of the test: a random effect per target and driver with a likelihood over its variance, Harville (1977),
"Maximum Likelihood Approaches to Variance Component Estimation".
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from finmod.models.inferred_noise import PHIS, Evidence, Floats, residuals

_FLAT: Final = 1e-9
# What rounding leaves of a square of 1.
_ROUNDED: Final = 1e-12
# Variance of the effects as a ratio of that of noise, in units of the largest direction.
_RATIOS: Final = np.concatenate([[0.0], np.geomspace(1e-4, 1e8, 160)])
# Of twice the log likelihood ratio of one number: 90 % of a chi-square distribution of one degree lie below 2.706.
_WITHIN: Final = 2.706 / 2


@dataclass(frozen=True)
class Units:
    """How much the cost of a unit differs from target to target.

    Attributes:
        odds: Natural logarithm of how much likelier the cost is if units differ than if they do not; 0 for no
            evidence, never below.
        least: How far a target's cost of a unit lies from the one that is inferred for all, in the root mean square and
            as a ratio of the latter: where the 90 % interval of it begins.
    """

    odds: float
    least: float


def _directions(columns: Floats) -> tuple[Floats, Floats]:
    """Return the squared sizes of the directions in which columns move, and those directions as columns.

    There are no more of them than periods, of which columns of thousands of targets have few, nor than columns.
    """
    periods, width = columns.shape
    if width > periods:
        squares, directions = np.linalg.eigh(columns @ columns.T)
    else:
        directions, sizes, _ = np.linalg.svd(columns, full_matrices=False)
        squares = sizes**2
    moving = squares > max(_FLAT**2 * periods, _ROUNDED * squares.max(initial=0.0))
    return squares[moving], directions[:, moving]


def uneven_units(cost: Floats, evidence: Evidence, use: Floats) -> Units:
    """Return what the cost says of how much units differ.

    Args:
        cost: n periods, as the evidence was taken from.
        evidence: The likeliest kind of noise.
        use: n x m: what the use of m targets and drivers costs if units do not differ, in units of the cost.
    """
    columns = use[:, use.any(axis=0)]
    both = (_of_noise(cost, replace(evidence, phi=phi), columns) for phi in {evidence.phi, max(PHIS)})
    return min(both, key=lambda units: (units.odds, units.least))


def _of_noise(cost: Floats, evidence: Evidence, columns: Floats) -> Units:
    known, left, tried = residuals(cost, evidence, columns)
    squares, directions = _directions(tried)
    free = len(left) - known
    if not len(squares) or free < len(squares):
        return Units(0.0, 0.0)
    along = (directions.T @ left) ** 2
    rest = max(float(left @ left - along.sum()), _FLAT)
    more = 1 + (_RATIOS / squares.max())[:, None] * squares
    noise = ((along / more).sum(axis=1) + rest) / free
    likelihoods = -(np.log(more).sum(axis=1) + free * np.log(noise)) / 2
    spreads = np.sqrt(_RATIOS / squares.max() * noise)
    best = float(likelihoods.max())
    return Units(best - float(likelihoods[0]), float(spreads[likelihoods > best - _WITHIN].min()))
