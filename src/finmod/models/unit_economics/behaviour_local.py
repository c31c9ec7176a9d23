"""Coefficients as they are now, where they may have changed: what days of another time say of today's.

The cost of period t is ``X[t] @ (b + w[t])`` and noise. ``b`` is the mean of the coefficients over the recent periods,
``w`` is a random walk and the changes of ``behaviour_steps.py``. Both are normal, so that they are part of the noise's
covariance, and ``b`` is found by generalised least squares: dynamic regression, West and Harrison (1997), "Bayesian
Forecasting and Dynamic Models", chapter 9, written as a Gaussian process.

Owns the kinds of noise (how much coefficients walk, how much noise lingers, how far off readings are) and their
weights by marginal likelihood.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import cho_factor, cho_solve, toeplitz
from scipy.stats import chi2

from finmod.models.inferred_noise import Floats
from finmod.models.unit_economics.behaviour_readings import believed, surprises
from finmod.models.unit_economics.behaviour_steps import Change, find_changes, lasting_change

WALKS: Final = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
"""Standard deviation of a period's step of the coefficients, as a ratio of that of noise."""
PHIS: Final = (0.0, 0.3, 0.6)
ERRORS: Final = (0.0, 0.0025, 0.005, 0.0075, 0.01)
"""Standard deviations of a reading's own error: none, to 1 in 100."""
DRIFT=0.1/365
LEAST_SIZE=0.1
PASSES=2
_LEAST_NOISE: Final = 5e-4
_LEAST_WEIGHT: Final = 0.01
_SEARCH_WALK: Final = 0.05
_KNOWN_SIZE: Final = 0.3
# Of what the variance of noise may be, given as many periods: so many equally likely ones.
_VARIANCES: Final = 3
_RIDGE: Final = 1e-6


@dataclass(frozen=True)
class Now:
    """What one kind of noise says of the coefficients: log likelihood ``linear @ b - b @ precision @ b / 2``."""

    precision: Floats
    linear: Floats
    weight: float
    walk: float
    phi: float
    error: float
    noise: float


@dataclass(frozen=True)
class Series:
    """Cost and drivers in units of their own recent means.

    Attributes:
        cost: n periods.
        readings: n x k.
        recent: Number of last periods that are now.
        rhythm: Periods after which a rhythm repeats.
        known: Periods of known changes.
    """

    cost: Floats
    readings: Floats
    recent: int
    rhythm: int
    known: tuple[int, ...]


def with_fixed(readings: Floats) -> Floats:
    """Return the columns of coefficients: drivers, then ones for the fixed part."""
    return np.column_stack([readings, np.ones(len(readings))])


def now(series: Series) -> tuple[list[Now], list[Change]]:
    """Return what each plausible kind of noise says of the coefficients now, and the changes that were found."""
    columns = with_fixed(series.readings)
    count, width = columns.shape
    walk, drift = _walk(count, series.recent), _drift(count, series.recent)
    sizes, level = np.full(width, 1 / width), np.ones(count)
    noise = _noise(series.cost, columns, level)
    for _ in range(PASSES):
        moved = walk * ((columns * (sizes / sizes.sum())) @ columns.T)
        wandering = np.outer(drift, drift) + noise**2 * _SEARCH_WALK**2 * moved
        changes = _changes(series, columns, sizes, wandering + noise**2 * np.diag(level**2))
        added = sum((_effect(one, columns, series.recent) for one in changes), wandering)
        sizes, level, noise = _course(series.cost, columns, added, noise**2 * np.diag(level**2))
    added = sum((_effect(one, columns, series.recent) for one in changes), np.outer(drift, drift))
    surprise = surprises(series.readings, series.rhythm)
    found: list[tuple[float, Now]] = []
    for error in ERRORS:
        used = with_fixed(believed(series.readings, surprise, error))
        moved = walk * ((used * (sizes / sizes.sum())) @ used.T)
        for phi in PHIS:
            lingering = toeplitz(phi ** np.arange(len(used))) * np.outer(level, level)
            for size in WALKS:
                covariance = lingering + size**2 * moved + added / noise**2
                found.append(_fit(series.cost, used, covariance, (size, phi, error)))
    return _weighted(found, len(columns) - columns.shape[1]), changes


def _course(cost: Floats, columns: Floats, moved: Floats, noise: Floats) -> tuple[Floats, Floats, float]:
    """Return how large coefficients are now, the course of the cost (of mean 1, never near 0), and noise beside it."""
    told = np.linalg.solve(moved + noise, np.column_stack([columns, cost]))
    width = columns.shape[1]
    best = np.linalg.solve(columns.T @ told[:, :width], columns.T @ told[:, width])
    fitted = columns @ best + moved @ (told[:, width] - told[:, :width] @ best)
    level = np.maximum(fitted / fitted.mean(), 0.1)
    error = (cost - fitted) / level
    spread = float(np.median(np.abs(error))) * 1.4826
    sizes = np.maximum(best, LEAST_SIZE * best.sum())
    return sizes / sizes.sum(), level, max(spread, _LEAST_NOISE)


def _noise(cost: Floats, columns: Floats, level: Floats) -> float:
    """Return the standard deviation of noise from one period to the next: of changes it knows little."""
    error = (cost - columns @ np.linalg.lstsq(columns, cost, rcond=1e-10)[0]) / level
    steps = np.abs(np.diff(error))
    return max(float(np.median(steps)) * 1.4826 / math.sqrt(2), _LEAST_NOISE)


def _walk(count: int, recent: int) -> Floats:
    """Return the covariance of a random walk of step 1 less its own mean over the recent periods."""
    at = np.arange(count, dtype=np.float64)
    plain = np.minimum(at[:, None], at)
    of_recent = plain[:, -recent:].mean(axis=1)
    return np.asarray(plain - of_recent[:, None] - of_recent + of_recent[-recent:].mean())


def _drift(count: int, recent: int) -> Floats:
    return np.asarray((np.arange(count) - (count - (recent + 1) / 2)) * DRIFT)


def _changes(series: Series, columns: Floats, sizes: Floats, noise: Floats) -> list[Change]:
    known = [lasting_change(first, columns, sizes, _KNOWN_SIZE) for first in series.known]
    return known + find_changes(series.cost, columns, sum((one.columns @ one.columns.T for one in known), noise), sizes)


def _effect(change: Change, columns: Floats, recent: int) -> Floats:
    """Return the covariance of what a change adds: one for good adds nothing on average over the recent periods."""
    added = change.columns
    if change.lasting:
        added = added - columns * (change.columns[-1] / columns[-1] * float(np.mean(np.arange(len(columns))[-recent:] >= change.first)))
    return np.asarray(added @ added.T)


def _fit(cost: Floats, columns: Floats, covariance: Floats, kind: tuple[float, float, float]) -> tuple[float, Now]:
    factor = cho_factor(covariance, lower=True)
    told = cho_solve(factor, np.column_stack([columns, cost]))
    width = columns.shape[1]
    precision, linear = columns.T @ told[:, :width] + _RIDGE * np.eye(width), columns.T @ told[:, width]
    free = len(cost) - width
    squares = max(float(cost @ told[:, width] - linear @ np.linalg.solve(precision, linear)), free * _LEAST_NOISE**2)
    log_likelihood = (
        -float(np.log(np.diag(factor[0])).sum())
        - float(np.linalg.slogdet(precision)[1]) / 2
        - free / 2 * math.log(squares / free)
    )
    return log_likelihood, Now(precision, linear, 0.0, *kind, math.sqrt(squares / free))


def _weighted(found: Sequence[tuple[float, Now]], free: int) -> list[Now]:
    best = max(one for one, _ in found)
    weights = [math.exp(one - best) for one, _ in found]
    kept = [
        (weight, one)
        for weight, (_, one) in zip(weights, found, strict=True)
        if weight >= _LEAST_WEIGHT
    ]
    whole = sum(weight for weight, _ in kept) * _VARIANCES
    ratios = free / chi2.ppf((np.arange(_VARIANCES) + 0.5) / _VARIANCES, free)
    return [
        Now(
            one.precision / one.noise**2 / ratio,
            one.linear / one.noise**2 / ratio,
            weight / whole, one.walk, one.phi, one.error, one.noise,
        )
        for weight, one in kept
        for ratio in ratios
    ]
