"""Coefficients that are never negative and may be exactly 0: draws from what is known of them.

Owns the prior (each coefficient is 0 or half-normal, never all are 0) and the draws: every subset of coefficients that
are not 0, each weighted by its evidence, each sampled by the sequential method of Geweke, Hajivassiliou and Keane on
quasi-random numbers. Nothing of it iterates, so nothing can fail to converge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finmod.models.inferred_noise import Evidence, Floats

_PRESENT: Final = 0.8
"""Probability, before looking, that a driver costs anything."""
_SPREAD: Final = 1.0
"""Of a coefficient before looking, in units of the mean cost: 1 is a driver that explains all of it."""
_SCOUTS: Final = 32
_DRAWS: Final = 256
_KEPT: Final = 2000
_LEAST_SUBSET: Final = 1e-3
_TINY: Final = 1e-300


@dataclass(frozen=True)
class _Normals:
    """A normal distribution per kind of noise and subset, padded: what is left out has mean 0 and variance 1.

    Attributes:
        kind: g, places of kinds of noise.
        present: g x p, which coefficients are not 0.
        mean: g x p.
        lower: g x p x p, lower triangular; lower @ lower.T is the covariance.
        log_weight: g, log evidence but for the probability that all are positive.
    """

    kind: NDArray[np.intp]
    present: NDArray[np.bool_]
    mean: Floats
    lower: Floats
    log_weight: Floats


def posterior_draws(kinds: Sequence[Evidence], *, seed: int) -> Floats:
    """Return equally likely coefficients, draws x p, none of them negative; the same ones for the same seed."""
    of_kind = np.array([kind.weight for kind in kinds])
    normals = _normals(kinds)
    share = _weights(_truncated(normals, _SCOUTS, seed)[1], normals.kind, of_kind).sum(axis=1)
    kept = share > _LEAST_SUBSET
    normals = _Normals(*(part[kept] for part in astuple(normals)))
    draws, log_weights = _truncated(normals, _DRAWS, seed + 1)
    edges = np.cumsum(_weights(log_weights, normals.kind, of_kind).ravel())
    picked = np.searchsorted(edges, (np.arange(_KEPT) + 0.5) / _KEPT * edges[-1])
    return np.asarray(draws.reshape(-1, draws.shape[2])[np.minimum(picked, edges.size - 1)])


def _weights(log_weights: Floats, kind: NDArray[np.intp], of_kind: Floats) -> Floats:
    """Return the weight of each draw; those of one kind of noise sum to its weight."""
    most = np.full(len(of_kind), -np.inf)
    np.maximum.at(most, kind, log_weights.max(axis=1))
    weights = np.exp(log_weights - most[kind, None])
    whole = np.bincount(kind, weights.sum(axis=1), len(of_kind))
    return np.asarray(weights * (of_kind[kind] / whole[kind])[:, None])


def _normals(kinds: Sequence[Evidence]) -> _Normals:
    width = len(kinds[0].linear)
    subsets = (np.arange(1, 2**width)[:, None] >> np.arange(width) & 1).astype(bool)
    precision = np.array([kind.precision for kind in kinds])[:, None]
    linear = np.array([kind.linear for kind in kinds])[:, None]
    both = subsets[:, :, None] & subsets[:, None, :]
    precision = np.where(both, precision, 0.0) + np.eye(width) * np.where(subsets, _SPREAD**-2, 1.0)[:, None]
    linear = np.where(subsets, linear, 0.0)
    covariance = np.linalg.inv(precision)
    mean = np.einsum("gsij,gsj->gsi", covariance, linear)
    lower = np.linalg.cholesky((covariance + covariance.swapaxes(2, 3)) / 2)
    present = subsets.sum(axis=1)
    log_weight = (
        np.log(np.einsum("gsii->gsi", lower)).sum(axis=2)
        + np.einsum("gsi,gsi->gs", mean, linear) / 2
        + present * np.log(2 / _SPREAD * _PRESENT)
        + (width - present) * np.log(1 - _PRESENT)
    )
    every = len(kinds) * len(subsets)
    return _Normals(
        np.repeat(np.arange(len(kinds)), len(subsets)),
        np.tile(subsets, (len(kinds), 1)),
        mean.reshape(every, width),
        np.asarray(lower.reshape(every, width, width)),
        log_weight.reshape(every),
    )


def _truncated(normals: _Normals, count: int, seed: int) -> tuple[Floats, Floats]:
    """Return draws g x count x p, none negative, and their log weights g x count."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - takes 0.2 s to import, which nobody else should wait for

    every, width = normals.mean.shape
    uniform = _spread_out(count, width, seed)
    z = np.zeros((every, count, width))
    draws = np.zeros_like(z)
    log_weights = np.repeat(normals.log_weight[:, None] - np.log(count), count, axis=1)
    for place in range(width):
        mean = normals.mean[:, place, None] + np.einsum("gj,gdj->gd", normals.lower[:, place, :place], z[..., :place])
        spread = normals.lower[:, place, place, None]
        present = normals.present[:, place, None]
        positive = np.maximum(ndtr(mean / spread), _TINY)
        drawn = -ndtri(np.maximum(uniform[:, place] * positive, _TINY))
        z[..., place] = np.where(present, np.maximum(drawn, -mean / spread), 0.0)
        draws[..., place] = np.where(present, np.maximum(mean + spread * z[..., place], 0.0), 0.0)
        log_weights += np.where(present, np.log(positive), 0.0)
    return draws, log_weights


def _spread_out(count: int, width: int, seed: int) -> Floats:
    """Return count x width numbers between 0 and 1 that leave no gaps: an additive recurrence, shifted by the seed."""
    ratio = 1.0
    for _ in range(40):
        ratio = (1 + ratio) ** (1 / (width + 1))
    steps = ratio ** -np.arange(1.0, width + 1)
    shift = np.random.default_rng(seed).random(width)
    return np.asarray((shift + np.arange(1, count + 1)[:, None] * steps) % 1.0)
