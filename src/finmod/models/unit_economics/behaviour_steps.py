"""Days on which a cost begins to behave otherwise, for good or for some days: new resources, incidents, price cuts.

Owns the search: the likeliest change is taken up, one after another, as long as one is likelier than none. A change is
normal around 0 before looking, so that what it may be is part of the noise in all that follows; nothing is cut out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats

STEP_SIZES: Final = (0.03, 0.1, 0.3)
"""Standard deviations, before looking, of a change for good, in units of the mean cost."""
_PULSE_SIZE: Final = 0.3
_LONGEST: Final = 10
"""A change that is taken back within so many periods is an incident."""
_STEPS_A_YEAR: Final = 12.0
_PULSES_A_YEAR: Final = 12.0
_YEAR: Final = 365.0
_MOST: Final = 24


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        first: Its first period.
        end: The period after its last one.
        lasting: Whether it is for good: then coefficients change, else the level.
        columns: n x m, what it may have added to the cost, each by a standard normal number.
    """

    first: int
    end: int
    lasting: bool
    columns: Floats


def find_changes(cost: Floats, columns: Floats, noise: Floats, sizes: Floats) -> list[Change]:
    """Return the changes that are likelier than none.

    Args:
        cost: n periods, of a mean of about 1.
        columns: n x p, what coefficients are of.
        noise: n x n, covariance of noise without any change.
        sizes: p, how large coefficients are; changes are in proportion to their roots.
    """
    found: list[Change] = []
    covariance = noise
    level = columns @ sizes
    for _ in range(_MOST):
        projected = _without(covariance, columns)
        left = projected @ cost
        best = max(
            (*_steps(projected, left, columns, sizes), *_pulses(projected, left, level)), key=lambda one: one[0]
        )
        if best[0] <= 0:
            break
        found.append(best[1])
        covariance = covariance + best[1].columns @ best[1].columns.T
    return found


def lasting_change(first: int, columns: Floats, sizes: Floats, size: float) -> Change:
    """Return a change for good from a period on, of a standard deviation in units of the mean cost."""
    after = np.arange(len(columns)) >= first
    spread = size * np.sqrt(sizes / sizes.sum())
    return Change(first, len(columns), True, after[:, None] * columns * spread)  # noqa: FBT003 - a field


def _without(covariance: Floats, columns: Floats) -> Floats:
    """Return the inverse covariance of what no constant coefficients explain."""
    inverse = np.linalg.inv(covariance)
    told = inverse @ columns
    return np.asarray(inverse - told @ np.linalg.solve(columns.T @ told, told.T))


def _steps(projected: Floats, left: Floats, columns: Floats, sizes: Floats) -> Iterator[tuple[float, Change]]:
    """Yield per size the best day of a change for good, with the log of how much likelier it is than none."""
    base = np.sqrt(sizes / sizes.sum())
    scaled = columns * base
    # Of all periods from each on: what a period adds to those after it, summed backwards.
    later = np.triu(projected, 1) @ scaled
    added = scaled[:, :, None] * later[:, None] + later[:, :, None] * scaled[:, None]
    added += np.diag(projected)[:, None, None] * scaled[:, :, None] * scaled[:, None]
    precision = added[::-1].cumsum(axis=0)[::-1]
    linear = (scaled * left[:, None])[::-1].cumsum(axis=0)[::-1]
    odds = np.log(_STEPS_A_YEAR / _YEAR / len(STEP_SIZES))
    for size in STEP_SIZES:
        gain = odds + _gain(precision[1:], linear[1:], size)
        day = int(gain.argmax())
        yield float(gain[day]), lasting_change(day + 1, columns, sizes, size)


def _gain(precision: Floats, linear: Floats, size: float) -> Floats:
    """Return the log likelihood ratio of effects of that size to none, for each of many places."""
    inner = np.eye(precision.shape[-1]) + size**2 * precision
    solved = np.linalg.solve(inner, linear[..., None])[..., 0]
    return np.asarray(size**2 * (linear * solved).sum(axis=-1) / 2 - np.linalg.slogdet(inner)[1] / 2)


def _pulses(projected: Floats, left: Floats, level: Floats) -> Iterator[tuple[float, Change]]:
    """Yield per length the best days of a passing change."""
    count = len(level)
    square = np.zeros((count + 1, count + 1))
    square[1:, 1:] = (projected * np.outer(level, level)).cumsum(axis=0).cumsum(axis=1)
    line = np.r_[0.0, (left * level).cumsum()]
    odds = np.log(_PULSES_A_YEAR / _YEAR / _LONGEST)
    for length in range(1, min(_LONGEST, count - 1) + 1):
        first = np.arange(count - length + 1)
        end = first + length
        precision = square[end, end] - square[first, end] - square[end, first] + square[first, first]
        linear = line[end] - line[first]
        inner = 1 + _PULSE_SIZE**2 * precision
        gain = odds + _PULSE_SIZE**2 * linear**2 / inner / 2 - np.log(inner) / 2
        day = int(gain.argmax())
        span = (np.arange(count) >= day) & (np.arange(count) < day + length)
        columns = (span * level * _PULSE_SIZE)[:, None]
        if length > 1:
            # An incident is not of one size on all of its days.
            columns = np.column_stack([columns, np.diag(span * level * _PULSE_SIZE / 4)[:, span]])
        yield float(gain[day]), Change(day, day + length, False, columns)  # noqa: FBT003 - a field
