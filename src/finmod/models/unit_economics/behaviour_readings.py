"""Readings of drivers: how much they move, and what of a reading to believe.

A reading with an error of its own makes its driver look cheaper than it is (attenuation). Owns the course of a driver
(trend and rhythm), which a single error does not move, and how far a reading is drawn towards it: regression
calibration, Carroll, Ruppert, Stefanski and Crainiceanu (2006), "Measurement Error in Nonlinear Models", chapter 4.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats

_KNOT_PERIODS: Final = 14
_RIDGE: Final = 1e-8
# As much of the movement is taken up by the course as it has columns; of short series not nearly all.
_LEAST_FREE: Final = 0.1


def movement(readings: Floats) -> Floats:
    """Return per driver the standard deviation beside its trend, as a ratio of its mean; 0 where the mean is 0.

    A trend bends every 14 periods. What only follows a trend looks like any other cost that does so.
    """
    means = readings.mean(axis=0)
    beside = _beside(np.divide(readings, means, out=np.zeros_like(readings), where=means > 0), rhythm=1)
    return np.asarray(np.sqrt((beside**2).mean(axis=0)))


def surprises(readings: Floats, rhythm: int) -> Floats:
    """Return how far each reading is from its driver's course, in natural logarithms, periods x drivers.

    Args:
        readings: periods x drivers, none negative. Of a driver that is 0 at times the result is 0 throughout.
        rhythm: Periods after which a course repeats, 7 for days of a week; 1 for no rhythm.
    """
    found = np.zeros_like(readings)
    above = np.flatnonzero((readings > 0).all(axis=0))
    found[:, above] = _beside(np.log(readings[:, above]), rhythm)
    return found


def _beside(values: Floats, rhythm: int) -> Floats:
    basis = _course(len(values), rhythm)
    gram = basis.T @ basis + _RIDGE * len(values) * np.eye(basis.shape[1])
    left = values - basis @ np.linalg.solve(gram, basis.T @ values)
    return np.asarray(left / np.sqrt(max(1 - basis.shape[1] / len(values), _LEAST_FREE)))


def _course(count: int, rhythm: int) -> Floats:
    """Return columns of a trend that bends every 14 periods, and of a rhythm where there are two of it or more."""
    at = np.arange(count, dtype=np.float64)
    knots = np.linspace(0, count - 1, max(count // _KNOT_PERIODS, 1) + 1)
    trend = np.maximum(1 - np.abs(at[:, None] - knots) / (knots[1] - knots[0]), 0.0)
    week = (at[:, None] % rhythm == np.arange(1, rhythm)) * 1.0
    return np.column_stack([trend, week]) if count > 2 * rhythm else trend


def believed(readings: Floats, surprise: Floats, error: float) -> Floats:
    """Return the readings, drawn towards their course as far as errors of that size move them on average.

    Args:
        readings: periods x drivers.
        surprise: From ``surprises``.
        error: Standard deviation of a reading's own error, as a ratio of the reading.
    """
    moving = np.flatnonzero(surprise.any(axis=0))
    if not error or not len(moving):
        return readings
    seen = surprise[:, moving]
    sizes, directions = np.linalg.eigh(seen.T @ seen / len(seen) + _RIDGE * np.eye(len(moving)))
    kept = directions * np.maximum(1 - error**2 / sizes, 0.0) @ directions.T
    result = readings.copy()
    result[:, moving] *= np.exp(seen @ (kept - np.eye(len(moving))))
    return result
