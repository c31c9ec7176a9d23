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
"""How much of the noise may linger from one period to the next; 0.96 is nearly a wandering price."""
_HEAVY: Final = 4.0
"""Degrees of freedom of Student's t for noise with days far out: fees on the first of a month, incidents, credits."""
_MODEL_ERROR: Final = 0.0025
"""How far off the model may be in itself, as part of the cost: no number of periods makes evidence better than that."""
_LEAST_NOISE: Final = 5e-4
_LEAST_WEIGHT: Final = 0.01
_PRICE_SPREAD: Final = 0.2
_PRICE_ODDS: Final = 0.25
_PRICE_LEAST_F: Final = 10.0
_WEEK: Final = 7
_WEEK_SPREAD: Final = 0.03
_NO_WEEK: Final = math.log(0.7)
_A_WEEK: Final = math.log(0.3)
_STEPS: Final = 5
_RIDGE: Final = 1e-6
_FAR_OUT: Final = 0.3
_FLAT: Final = 1e-9


@dataclass(frozen=True)
class Kind:
    """A kind of noise, but for how it lingers and how often it is far out.

    Attributes:
        regressors: n x p, with a change of price in them.
        nuisance: n x q: what else may move the cost, such as the days of a week.
        spread: Standard deviation of the coefficients of ``nuisance`` before looking.
        scale: Per period the standard deviation of noise, in any unit.
        price: Period of a change of price, and the new price as a ratio of the old one; None for none.
        log_prior: Log probability before looking.
    """

    regressors: Floats
    nuisance: Floats
    spread: float
    scale: Floats
    price: tuple[int, float] | None
    log_prior: float


@dataclass(frozen=True)
class Evidence:
    """What one kind of noise says: log likelihood of coefficients b is ``linear @ b - b @ precision @ b / 2``.

    Attributes:
        precision: p x p, positive semi-definite.
        linear: p.
        weight: Posterior weight of this kind of noise, the weights of all kinds sum to 1.
        kind: The kind of noise.
        phi: Autocorrelation from one period to the next.
        degrees: Degrees of freedom of Student's t; infinite for normal noise.
    """

    precision: Floats
    linear: Floats
    weight: float
    kind: Kind
    phi: float
    degrees: float


def evidence(cost: Floats, regressors: Floats) -> list[Evidence]:
    """Return what each plausible kind of noise says of the coefficients.

    Args:
        cost: n periods in order, in units of its own mean: 1 is usual.
        regressors: n x p, each column of a mean of 1.
    """
    found = [
        (*_fit(cost, kind, phi, degrees), kind, phi, degrees)
        for kind in _kinds(cost, regressors)
        for phi in PHIS
        for degrees in (_HEAVY, math.inf)
    ]
    best = max(one[0] for one in found)
    weights = [math.exp(one[0] - best) for one in found]
    whole = sum(weight for weight in weights if weight >= _LEAST_WEIGHT)
    return [
        Evidence(precision, linear, weight / whole, kind, phi, degrees)
        for (_, precision, linear, kind, phi, degrees), weight in zip(found, weights, strict=True)
        if weight >= _LEAST_WEIGHT
    ]


def _kinds(cost: Floats, regressors: Floats) -> Iterator[Kind]:
    days, even = np.arange(len(cost)), np.ones(len(cost))
    steady = math.log(1 - _PRICE_ODDS)
    fitted = _level(cost, regressors)
    weekly, odds = _weekly_scale(cost, regressors, fitted)
    none = np.empty((len(cost), 0))
    week = (days[:, None] % _WEEK == np.arange(_WEEK)) * 1.0 - 1 / _WEEK
    for nuisance, spread, log_odds in ((none, 1.0, _NO_WEEK), (week, _WEEK_SPREAD, _A_WEEK)):
        for scale, scale_odds in ((even, 0.0), (fitted, 0.0), (weekly, odds)):
            yield Kind(regressors, nuisance, spread, scale, None, steady + log_odds + scale_odds)
    for day in _price_days(cost, regressors):
        changed, ratio, level = _with_price(cost, regressors, day)
        if ratio <= 0:
            continue
        weekly, odds = _weekly_scale(cost, changed, level)
        step = ((days >= day) * (changed @ _solved(changed, cost)) / ratio)[:, None]
        for scale, scale_odds in ((even, 0.0), (level, 0.0), (weekly, odds)):
            log_prior = math.log(_PRICE_ODDS / len(cost)) + scale_odds
            yield Kind(changed, step, _PRICE_SPREAD, scale, (day, ratio), log_prior)


def _weekly_scale(cost: Floats, columns: Floats, level: Floats) -> tuple[Floats, float]:
    """Return standard deviations by day of the week beside the level, and the log odds that a fit of them costs."""
    error = np.abs(cost - columns @ _solved(columns, cost)) / level
    weekday = np.arange(len(cost)) % _WEEK
    usual = float(np.median(error)) or 1.0
    by_day = np.array([np.median(error[weekday == day]) for day in range(_WEEK)]) / usual
    return level * np.clip(by_day, 0.3, 3.0)[weekday], -(_WEEK - 1) / 2 * math.log(len(cost) / _WEEK)


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


def _fit(cost: Floats, kind: Kind, phi: float, degrees: float) -> tuple[float, Floats, Floats]:
    """Return log marginal likelihood, precision and linear term of the coefficients; the nuisance is integrated out.

    Errors are Student t with so many degrees of freedom, or normal, by iterated weights; coefficients are normal around
    their best values with the information of that distribution.
    """
    width, extra = kind.regressors.shape[1], kind.nuisance.shape[1]
    columns, target, weights, variance, best = _weighted(cost, kind, phi, degrees)
    error, count = target - columns @ best, len(target)
    prior = np.diag(np.r_[np.full(width, _RIDGE), np.full(extra, kind.spread**-2)])
    free = variance * count / max(count - width - extra, 1)
    information = count * (degrees + 1) / (degrees + 3) / weights.sum() if math.isfinite(degrees) else 1.0
    weighted = columns.T * (weights * information / free)
    precision, linear = weighted @ columns + prior, weighted @ target
    log_likelihood = (
        kind.log_prior
        + _log_likelihood(error, variance, degrees)
        + math.log(1 - phi * phi) / 2
        - np.log(kind.scale).sum()
    )
    log_likelihood += -float(np.linalg.slogdet(precision)[1]) / 2
    log_likelihood += extra * math.log(1 / kind.spread) - float(best[width:] @ best[width:]) / 2 / kind.spread**2
    if extra:
        cross = np.linalg.solve(precision[width:, width:], precision[width:, :width]).T
        linear = linear[:width] - cross @ linear[width:]
        precision = precision[:width, :width] - cross @ precision[width:, :width]
    return log_likelihood, *_doubted(precision, linear, kind.regressors)


def _weighted(cost: Floats, kind: Kind, phi: float, degrees: float) -> tuple[Floats, Floats, Floats, float, Floats]:
    """Return columns and cost without autocorrelation and level, weights, variance and best coefficients."""
    columns = np.column_stack([kind.regressors, kind.nuisance]) / kind.scale[:, None]
    columns, target = _whitened(columns, phi), _whitened(cost / kind.scale, phi)
    width, extra = kind.regressors.shape[1], kind.nuisance.shape[1]
    prior = np.diag(np.r_[np.full(width, _RIDGE), np.full(extra, kind.spread**-2)])
    weights, variance = np.ones(len(target)), 1.0
    for _ in range(_STEPS if math.isfinite(degrees) else 2):
        weighted = columns.T * weights
        best = np.linalg.solve(weighted @ columns + prior * variance, weighted @ target)
        error = target - columns @ best
        variance = max(float(weights @ error**2) / len(target), _LEAST_NOISE**2)
        if math.isfinite(degrees):
            weights = (degrees + 1) / (degrees + error**2 / variance)
    return columns, target, weights, variance, np.asarray(best)


def residuals(cost: Floats, evidence: Evidence, others: Floats) -> tuple[int, Floats, Floats]:
    """Return the number of columns of a kind of noise, and what they leave over of cost and of other columns.

    All of it in periods without autocorrelation, of one variance; those far out are left out.
    """
    kind = evidence.kind
    columns, target, weights, *_ = _weighted(cost, kind, evidence.phi, evidence.degrees)
    price = np.ones(len(cost))
    if kind.price:
        price[kind.price[0] :] = kind.price[1]
    tried = _whitened(others * (price / kind.scale)[:, None], evidence.phi)
    usual = weights > _FAR_OUT * weights.max()
    columns, target, tried = columns[usual], target[usual], tried[usual]
    basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = basis[:, sizes > _FLAT * sizes[0]]
    return basis.shape[1], target - basis @ (basis.T @ target), tried - basis @ (basis.T @ tried)


def _doubted(precision: Floats, linear: Floats, regressors: Floats) -> tuple[Floats, Floats]:
    """Return what is left of the evidence if the model itself is off by a small part of the cost, in any direction."""
    best = np.linalg.solve(precision, linear)
    off = _MODEL_ERROR**2 * len(regressors) * np.linalg.inv(regressors.T @ regressors + _RIDGE * np.eye(len(linear)))
    precision = np.linalg.inv(np.linalg.inv(precision) + off)
    return (precision + precision.T) / 2, precision @ best


def _log_likelihood(error: Floats, variance: float, degrees: float) -> float:
    count = len(error)
    if math.isinf(degrees):
        return -count / 2 * math.log(2 * math.pi * variance) - float(error @ error) / 2 / variance
    constant = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi * variance) / 2
    return count * constant - (degrees + 1) / 2 * float(np.log1p(error**2 / variance / degrees).sum())
