"""What the noise around a pool's cost may be, and what each kind of noise says of the coefficients.

Owns the kinds (white or autocorrelated, even or in proportion to the cost, with or without outlying days, with or
without one change of price) and their weights by marginal likelihood. Does not know that coefficients are never
negative: that is the work of ``inferred_posterior.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PHIS: Final = (0.0, 0.2, 0.4, 0.6, 0.75, 0.88, 0.96)
_HEAVY: Final = 4.0
_LEAST_NOISE: Final = 1e-4
_LEAST_WEIGHT: Final = 0.01
_PRICE_SPREAD: Final = 0.2
_PRICE_ODDS: Final = 0.25
_PRICE_LEAST_F: Final = 10.0
_STEPS: Final = 5


@dataclass(frozen=True)
class Evidence:
    """What one kind of noise says: log likelihood of coefficients b is ``linear @ b - b @ precision @ b / 2``.

    Attributes:
        precision: p x p, positive semi-definite.
        linear: p.
        weight: Posterior weight of this kind of noise, the weights of all kinds sum to 1.
        phi: Autocorrelation from one period to the next.
        price: Day of a change of price as an index, and the new price as a ratio of the old one; None for none.
    """

    precision: Floats
    linear: Floats
    weight: float
    phi: float
    price: tuple[int, float] | None


@dataclass(frozen=True)
class _Kind:
    """A kind of noise: regressors and nuisance, standard deviations, and what is known before looking."""

    regressors: Floats
    nuisance: Floats
    scale: Floats
    price: tuple[int, float] | None
    log_prior: float


def evidence(cost: Floats, regressors: Floats) -> list[Evidence]:
    """Return what each plausible kind of noise says of the coefficients.

    Args:
        cost: n periods in order, in units of its own mean: 1 is usual.
        regressors: n x p, each column of a mean of 1.
    """
    found: list[tuple[float, Floats, Floats, float, tuple[int, float] | None]] = []
    for kind in _kinds(cost, regressors):
        for phi in PHIS:
            for degrees in (_HEAVY, math.inf):
                log_weight, precision, linear = _fit(cost, kind, phi, degrees)
                found.append((log_weight + kind.log_prior, precision, linear, phi, kind.price))
    best = max(one[0] for one in found)
    weights = [math.exp(one[0] - best) for one in found]
    whole = sum(weight for weight in weights if weight >= _LEAST_WEIGHT)
    return [
        Evidence(precision, linear, weight / whole, phi, price)
        for (_, precision, linear, phi, price), weight in zip(found, weights, strict=True)
        if weight >= _LEAST_WEIGHT
    ]


def _kinds(cost: Floats, regressors: Floats) -> Iterator[_Kind]:
    even = np.ones(len(cost))
    fitted = _level(cost, regressors)
    none = np.empty((len(cost), 0))
    for scale in (even, fitted):
        yield _Kind(regressors, none, scale, None, math.log(1 - _PRICE_ODDS))
    for day in _price_days(cost, regressors):
        changed, ratio, level = _with_price(cost, regressors, day)
        if ratio <= 0:
            continue
        after = np.arange(len(cost)) >= day
        for scale in (even, level):
            nuisance = (after * (changed @ _solved(changed, cost)) / ratio)[:, None]
            yield _Kind(changed, nuisance, scale, (day, ratio), math.log(_PRICE_ODDS / len(cost)))


def _solved(columns: Floats, cost: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(columns, cost, rcond=1e-10)[0])


def _level(cost: Floats, columns: Floats) -> Floats:
    """Return the fitted cost as a standard deviation in proportion to it: of mean 1, never near 0."""
    fitted = columns @ _solved(columns, cost)
    usual = float(np.mean(np.abs(fitted))) or 1.0
    return np.asarray(np.maximum(fitted / usual, 0.1))


def _whitened(columns: Floats, phi: float) -> Floats:
    first = math.sqrt(1 - phi * phi) * columns[:1]
    return np.concatenate([first, columns[1:] - phi * columns[:-1]])


def _price_days(cost: Floats, regressors: Floats) -> list[int]:
    """Return the days on which a change of price would explain most, where it would explain much."""
    count, width = regressors.shape
    edge = max(7, count // 10)
    days = np.arange(edge, count - edge)
    found: dict[int, None] = {}
    fitted = regressors @ _solved(regressors, cost)
    steps = (np.arange(count)[:, None] >= days) * fitted[:, None]
    for phi in (0.0, 0.75) if len(days) else ():
        basis = np.linalg.qr(_whitened(regressors, phi))[0]
        target, tried = _whitened(cost, phi), _whitened(steps, phi)
        target, tried = target - basis @ (basis.T @ target), tried - basis @ (basis.T @ tried)
        gain = (tried.T @ target) ** 2 / np.maximum((tried**2).sum(axis=0), 1e-12)
        best = int(gain.argmax())
        left = max(float(target @ target - gain[best]), 1e-12) / max(count - width - 1, 1)
        if gain[best] / left > _PRICE_LEAST_F:
            found[int(days[best])] = None
    return list(found)


def _with_price(cost: Floats, regressors: Floats, day: int) -> tuple[Floats, float, Floats]:
    """Return the regressors with the change of price in them, the ratio of prices, and the level of noise."""
    after = np.arange(len(cost)) >= day
    ratio = 1.0
    changed = regressors
    for _ in range(_STEPS):
        step = after * (changed @ _solved(changed, cost)) / ratio
        ratio += float(_solved(np.column_stack([changed, step]), cost)[-1])
        if not ratio > 0:
            return regressors, 0.0, np.ones(len(cost))
        changed = regressors * np.where(after, ratio, 1.0)[:, None]
    return changed, ratio, _level(cost, changed)


def _fit(cost: Floats, kind: _Kind, phi: float, degrees: float) -> tuple[float, Floats, Floats]:
    """Return log marginal likelihood, precision and linear term of the coefficients; the nuisance is integrated out.

    Errors are Student t with so many degrees of freedom, or normal, by iterated weights; coefficients are normal around
    their best values with the information of that distribution.
    """
    width, extra = kind.regressors.shape[1], kind.nuisance.shape[1]
    columns = np.column_stack([kind.regressors, kind.nuisance]) / kind.scale[:, None]
    columns, target = _whitened(columns, phi), _whitened(cost / kind.scale, phi)
    count = len(target)
    prior = np.diag(np.r_[np.full(width, 1e-9), np.full(extra, _PRICE_SPREAD**-2)])
    weights, variance = np.ones(count), 1.0
    for _ in range(_STEPS if math.isfinite(degrees) else 2):
        weighted = columns.T * weights
        best = np.linalg.solve(weighted @ columns + prior * variance, weighted @ target)
        error = target - columns @ best
        variance = max(float(weights @ error**2) / count, _LEAST_NOISE**2)
        if math.isfinite(degrees):
            weights = (degrees + 1) / (degrees + error**2 / variance)
    free = variance * count / max(count - width - extra, 1)
    information = count * (degrees + 1) / (degrees + 3) / weights.sum() if math.isfinite(degrees) else 1.0
    weighted = columns.T * (weights * information / free)
    precision, linear = weighted @ columns + prior, weighted @ target
    log_likelihood = _log_likelihood(error, variance, degrees) + math.log(1 - phi * phi) / 2 - np.log(kind.scale).sum()
    log_likelihood += -float(np.linalg.slogdet(precision)[1]) / 2
    log_likelihood += extra * math.log(1 / _PRICE_SPREAD) - float(best[width:] @ best[width:]) / 2 / _PRICE_SPREAD**2
    if not extra:
        return log_likelihood, precision, linear
    cross = np.linalg.solve(precision[width:, width:], precision[width:, :width]).T
    return (
        log_likelihood,
        precision[:width, :width] - cross @ precision[width:, :width],
        (linear[:width] - cross @ linear[width:]),
    )


def _log_likelihood(error: Floats, variance: float, degrees: float) -> float:
    count = len(error)
    if math.isinf(degrees):
        return -count / 2 * math.log(2 * math.pi * variance) - float(error @ error) / 2 / variance
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi * variance) / 2
    return count * constant - (degrees + 1) / 2 * float(np.log1p(error**2 / variance / degrees).sum())
