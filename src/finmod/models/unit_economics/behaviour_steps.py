"""Periods in which a cost begins to behave otherwise, for good or for a while: new resources, incidents, new prices.

Owns the search: the likeliest change is taken up, one after another, as long as one is likelier than none. A change is
normal around 0 before looking, so that what it may have been is part of the noise in all that follows; nothing is cut
out, and nothing is taken as certain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour_algebra import inverse, outer

SIZES: Final = (0.03, 0.1, 0.3)
"""Standard deviations, before looking, of a change for good, in units of the mean cost."""
_PULSE_SIZE: Final = 0.3
_UNEVEN: Final = 0.25
"""An incident is not of one size on all of its days: so much of it is each day's own."""
_CHANGES_A_YEAR: Final = 12.0
"""Before looking, of each sort."""
_MOST: Final = 24
_RIDGE: Final = 1e-10


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        first: Its first period.
        end: The period after its last one; the number of periods where it is for good.
        lasting: Whether it is for good: then coefficients change, else the level.
        columns: n x m: what it may have added to the cost, each column times a standard normal number.
        spread: Per coefficient the standard deviation of its change, where it is for good; 0 where it passes.
    """

    first: int
    end: int
    lasting: bool
    columns: Floats
    spread: Floats


@dataclass(frozen=True)
class Odds:
    """What changes are like before looking.

    Attributes:
        sizes: Per coefficient about how large it is, none is 0, sum 1. Changes are in proportion to their roots, as
            those of a sum of many resources are.
        a_year: Periods in a year.
        longest: Of how many periods at most a passing change is.
    """

    sizes: Floats
    a_year: float
    longest: int


def lasting_change(first: int, columns: Floats, sizes: Floats, size: float) -> Change:
    """Return a change for good from a period on, of a standard deviation in units of the mean cost."""
    after = np.arange(len(columns)) >= first
    spread = np.asarray(size * np.sqrt(sizes))
    return Change(first=first, end=len(columns), lasting=True, columns=after[:, None] * columns * spread, spread=spread)


def log_odds(change: Change, odds: Odds) -> float:
    """Return the log of how likely one change of that sort is to begin in one period, before looking."""
    return math.log(_CHANGES_A_YEAR / odds.a_year / (len(SIZES) if change.lasting else odds.longest))


def find_changes(cost: Floats, columns: Floats, noise: Floats, odds: Odds) -> list[Change]:
    """Return the changes that are likelier than none, the likeliest first; 24 at most.

    Args:
        cost: n periods, of a mean of about 1.
        columns: n x p, what coefficients are of.
        noise: n x n, covariance of noise without any change.
        odds: What changes are like before looking.
    """
    found: list[Change] = []
    inverted = inverse(noise)
    for _ in range(_MOST):
        projected = _without(inverted, columns)
        left = projected @ cost
        tried = (*_steps(projected, left, columns, odds), *_pulses(projected, left, columns @ odds.sizes, odds))
        gain, best = max(tried, key=_first)
        if gain <= 0:
            break
        found.append(best)
        inverted = _with(inverted, best.columns)
    return found


def _first(tried: tuple[float, Change]) -> float:
    return tried[0]


def _with(inverted: Floats, columns: Floats) -> Floats:
    """Return the inverse covariance where columns, each times a standard normal number, are part of the noise too."""
    told = inverted @ columns
    root = np.linalg.cholesky(np.eye(columns.shape[1]) + columns.T @ told)
    return inverted - outer(np.linalg.solve(root, told.T).T)


def _without(inverted: Floats, columns: Floats) -> Floats:
    """Return the inverse covariance of what no constant coefficients explain."""
    told = inverted @ columns
    gram = columns.T @ told
    # Two drivers may be one and the same but for their units.
    gram += _RIDGE * np.trace(gram) * np.eye(len(gram))
    return inverted - outer(np.linalg.solve(np.linalg.cholesky(gram), told.T).T)


def _steps(projected: Floats, left: Floats, columns: Floats, odds: Odds) -> Iterator[tuple[float, Change]]:
    """Yield per size the best period of a change for good, with the log of how much likelier it is than none."""
    scaled = columns * np.sqrt(odds.sizes)
    # Of all periods from each one on: what a period adds to those after it, summed backwards.
    later = np.triu(projected, 1) @ scaled
    added = scaled[:, :, None] * later[:, None] + later[:, :, None] * scaled[:, None]
    added += np.diag(projected)[:, None, None] * scaled[:, :, None] * scaled[:, None]
    precision = added[::-1].cumsum(axis=0)[::-1]
    linear = (scaled * left[:, None])[::-1].cumsum(axis=0)[::-1]
    before = np.log(_CHANGES_A_YEAR / odds.a_year / len(SIZES))
    for size in SIZES:
        gain = before + _gain(precision[1:], linear[1:], size)
        best = int(gain.argmax())
        yield float(gain[best]), lasting_change(best + 1, columns, odds.sizes, size)


def _gain(precision: Floats, linear: Floats, size: float) -> Floats:
    """Return the log likelihood ratio of effects of that size to none, for each of many places."""
    inner = np.eye(precision.shape[-1]) + size**2 * precision
    solved = np.linalg.solve(inner, linear[..., None])[..., 0]
    return np.asarray(size**2 * (linear * solved).sum(axis=-1) / 2 - np.linalg.slogdet(inner)[1] / 2)


def _pulses(projected: Floats, left: Floats, level: Floats, odds: Odds) -> Iterator[tuple[float, Change]]:
    """Yield per length the best periods of a passing change."""
    count = len(level)
    square = np.zeros((count + 1, count + 1))
    square[1:, 1:] = (projected * np.outer(level, level)).cumsum(axis=0).cumsum(axis=1)
    line = np.r_[0.0, (left * level).cumsum()]
    before, none = np.log(_CHANGES_A_YEAR / odds.a_year / odds.longest), np.zeros_like(odds.sizes)
    for length in range(1, min(odds.longest, count - 1) + 1):
        first = np.arange(count - length + 1)
        end = first + length
        precision = square[end, end] - square[first, end] - square[end, first] + square[first, first]
        linear = line[end] - line[first]
        inner = 1 + _PULSE_SIZE**2 * precision
        gain = before + _PULSE_SIZE**2 * linear**2 / inner / 2 - np.log(inner) / 2
        best = int(gain.argmax())
        inside = np.eye(count)[:, best : best + length] * (level * _PULSE_SIZE)[:, None]
        columns = np.column_stack([inside.sum(axis=1), inside[:, : length if length > 1 else 0] * _UNEVEN])
        yield float(gain[best]), Change(first=best, end=best + length, lasting=False, columns=columns, spread=none)
