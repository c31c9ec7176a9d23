"""Shares of a pool that nobody measures: its cost explained by drivers, with intervals, or a refusal in words.

The cost of period d is ``fixed + sum over k of coefficient[k] * total[d, k]`` and noise; nothing of it is negative. A
target's share is what its use explains of that; the fixed part goes along in proportion. Figures here are floats: a
statistical model estimates shares, and money is split by them elsewhere, exactly.

Owns the interface and the estimate. Kinds of noise are in ``inferred_noise.py``, coefficients with their uncertainty in
``inferred_posterior.py``, refusals in ``inferred_refusals.py``, the doubt about targets in ``inferred_units.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finmod.models.inferred_noise import Evidence, Floats, evidence
from finmod.models.inferred_posterior import posterior_draws
from finmod.models.inferred_refusals import (
    Diagnostics,
    Refusal,
    refusal_after,
    refusal_before,
    refused_as_one,
    refused_as_unmoved,
)
from finmod.models.inferred_units import uneven_units

LEVEL: Final = 0.9
_RIDGE: Final = 1e-9
_UNEVEN: Final = 1e4
"""How much likelier the cost has to be if units differ."""
_TARGET_DRAWS: Final = 250


@dataclass(frozen=True)
class TargetShares:
    """Shares of a pool's cost over all periods.

    Attributes:
        shares: Per target; they sum to 1.
        lower: Per target, where its interval begins.
        upper: Where it ends.
        misallocated: Expected part of the cost that these shares give to the wrong target.
    """

    shares: Floats
    lower: Floats
    upper: Floats
    misallocated: float


@dataclass(frozen=True)
class Doubt:
    """Why shares of targets may be wrong although those of drivers are not.

    Attributes:
        code: Stable code, see docs/errors.md.
        text: What was found, a clause without a full stop.
        least: How far a target's cost of a unit lies from the one that is inferred for all at least, in the root mean
            square and as a ratio of the latter: where the 90 % interval of it begins.
    """

    code: str
    text: str
    least: float


@dataclass(frozen=True, kw_only=True)
class Inferred:
    """What drivers explain of a pool's cost.

    Attributes:
        coefficients: Cost per unit of each driver, at the prices before a change; NaN where nothing was estimated, as
            is everything below.
        fixed: Cost per period that no driver explains.
        shares: Each driver's part of the explained cost; they sum to 1.
        lower: Per driver, where the interval of its share begins.
        upper: Where it ends.
        explained: Part of the cost that drivers explain, 0 to 1; the rest is fixed.
        level: Probability that an interval holds the true share.
        refusal: Why these shares must not be used; None where they may.
        diagnostics: None where nothing was estimated.
        draws: Draws x drivers: equally likely coefficients.
        basis: Cost in units of its mean size, the likeliest kind of noise, and that size; None where nothing was
            estimated.
    """

    coefficients: Floats
    fixed: float
    shares: Floats
    lower: Floats
    upper: Floats
    explained: float
    level: float
    refusal: Refusal | None
    diagnostics: Diagnostics | None
    draws: Floats
    basis: tuple[Floats, Evidence, float] | None = field(default=None, repr=False)

    def weights(self, use: Floats) -> Floats:
        """Return each target's share of each period, periods x targets, NaN where a period has no use that counts.

        Args:
            use: periods x targets x drivers, none negative.
        """
        explained = use @ self.coefficients
        whole = explained.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(explained, whole, out=np.full_like(explained, np.nan), where=whole > 0))

    def target_shares(self, use: Floats, cost: Floats) -> TargetShares:
        """Return shares of the whole cost and their intervals; periods without use that counts are left out.

        Args:
            use: periods x targets x drivers, none negative.
            cost: Per period, any unit; its sum is not 0.
        """
        counts = (use @ self.coefficients).sum(axis=1) > 0
        used, spent = use[counts], cost[counts]
        every = _over_all(used, spent, self.draws[:: max(1, len(self.draws) // _TARGET_DRAWS)])
        shares = _over_all(used, spent, self.coefficients[None])[0]
        lower, upper = np.quantile(every, _edges(self.level), axis=0)
        wrong = float(np.abs(every - shares).sum(axis=1).mean()) / 2
        return TargetShares(shares, np.minimum(lower, shares), np.maximum(upper, shares), wrong)

    def doubt(self, use: Floats) -> Doubt | None:
        """Return why shares of targets are doubtful although those of drivers are not; None for no reason.

        A unit of a driver is taken to cost the same whoever uses it. Where the use of single targets explains what the
        totals leave over from period to period, it does not, and intervals tell less than the truth.

        Args:
            use: periods x targets x drivers, of the same periods as the cost was.
        """
        if not self.basis or use.shape[1] == 1:
            return None
        cost, kind, usual = self.basis
        units = uneven_units(cost, kind, (use * (self.coefficients / usual)).reshape(len(use), -1))
        if units.odds < np.log(_UNEVEN):
            return None
        return Doubt("FM2257", "a unit of its drivers does not cost the same for all targets", units.least)


def _over_all(use: Floats, cost: Floats, coefficients: Floats) -> Floats:
    """Return draws x targets: the share of the whole cost by each row of coefficients."""
    whole = coefficients @ use.sum(axis=1).T
    per_unit = np.divide(cost, whole, out=np.zeros_like(whole), where=whole > 0)
    parts = [
        each[:, None] * (per_unit @ by_driver)
        for each, by_driver in zip(coefficients.T, np.moveaxis(use, 2, 0), strict=True)
    ]
    return np.asarray(sum(parts) / cost.sum())


@dataclass(frozen=True)
class _Scaled:
    """Cost and drivers in units of their own means.

    Attributes:
        cost: n periods.
        regressors: n x p: drivers with any use, in an order that does not depend on the caller's; then ones.
        used: Per column of these drivers, its place among the caller's.
        usual: The mean size of cost.
        per_unit: Per driver of the caller what turns a cost of the scaled into one per unit; 0 without use.
    """

    cost: Floats
    regressors: Floats
    used: NDArray[np.intp]
    usual: float
    per_unit: Floats


def infer_shares(
    cost: Floats, totals: Floats, *, names: Sequence[str] = (), seed: int = 0, level: float = LEVEL
) -> Inferred:
    """Return how much of a pool's cost each driver explains, with intervals, or why that cannot be told.

    The unit of a driver or of the cost changes nothing, nor does the order of drivers. A driver that is 0 throughout
    explains nothing. What stays undecided between a driver and the fixed part widens the intervals.

    Args:
        cost: Per period, in order of time; may be negative at times, not in sum.
        totals: periods x drivers, each driver's total over all targets.
        names: What refusals call the drivers.
        seed: Of the draws; the same seed gives the same result.
        level: Of the intervals.

    Raises:
        ValueError: Shapes do not fit each other, or a number is not finite.

    >>> requests, stored = np.array([[3.0, 5, 4, 9, 7, 6, 8] * 4, [1.0, 2, 3, 4] * 7])
    >>> found = infer_shares(10 + 3 * requests + 4 * stored, np.column_stack([requests, stored]))
    >>> found.shares.round(2).tolist(), round(found.fixed)
    ([0.64, 0.36], 10)
    """
    cost, totals = np.array(cost, dtype=np.float64, order="C"), np.array(totals, dtype=np.float64, order="C")
    if totals.ndim != 2 or cost.shape != totals.shape[:1]:  # noqa: PLR2004 - periods x drivers
        message = f"cost of shape {cost.shape} and driver totals of shape {totals.shape}"
        raise ValueError(message)
    if not (np.isfinite(cost).all() and np.isfinite(totals).all()):
        message = "costs and driver totals have to be finite"
        raise ValueError(message)
    named = tuple(names) or tuple(f"driver {place + 1}" for place in range(totals.shape[1]))
    refusal = refusal_before(cost, totals, named)
    if refusal:
        return _nothing(totals.shape[1], level, refusal)
    scaled = _scaled(cost, totals)
    refusal = refused_as_one(*_together(scaled), named)
    if refusal:
        return _nothing(totals.shape[1], level, refusal)
    kinds = evidence(scaled.cost, scaled.regressors)
    draws = posterior_draws(kinds, seed=seed)
    return _estimated(scaled, kinds, draws, named, level)


def _nothing(width: int, level: float, refusal: Refusal) -> Inferred:
    unknown = np.full(width, np.nan)
    return Inferred(
        coefficients=unknown,
        fixed=float("nan"),
        shares=unknown,
        lower=unknown,
        upper=unknown,
        explained=float("nan"),
        level=level,
        refusal=refusal,
        diagnostics=None,
        draws=np.empty((0, width)),
    )


def _scaled(cost: Floats, totals: Floats) -> _Scaled:
    used = np.flatnonzero(totals.any(axis=0))
    usual, means = float(np.abs(cost).mean()), totals.mean(axis=0)
    used = used[np.lexsort(totals[:, used] / means[used])]
    regressors = np.column_stack([totals[:, used] / means[used], np.ones(len(cost))])
    per_unit = np.divide(usual, means, out=np.zeros_like(means), where=means > 0)
    return _Scaled(cost / usual, regressors, used, usual, per_unit)


def _edges(level: float) -> tuple[float, float]:
    return (1 - level) / 2, (1 + level) / 2


def _estimated(
    scaled: _Scaled, kinds: Sequence[Evidence], draws: Floats, names: Sequence[str], level: float
) -> Inferred:
    explaining = draws[draws[:, :-1].sum(axis=1) > 0]
    unmoved = 1 - len(explaining) / len(draws)
    if not len(explaining):
        return _nothing(len(names), level, refused_as_unmoved(names))
    sizes = explaining[:, :-1].sum(axis=1, keepdims=True)
    parts = np.zeros((len(explaining), len(names)))
    parts[:, scaled.used] = explaining[:, :-1] / sizes
    shares, size, fixed = parts.mean(axis=0), float(sizes.mean()), float(explaining[:, -1].mean())
    lower, upper = np.quantile(parts, _edges(level), axis=0)
    diagnostics = _diagnostics(scaled, kinds, np.append(size * shares[scaled.used], fixed), unmoved)
    return Inferred(
        coefficients=shares * size * scaled.per_unit,
        fixed=fixed * scaled.usual,
        shares=shares,
        lower=np.minimum(lower, shares),
        upper=np.maximum(upper, shares),
        explained=size / (size + fixed),
        level=level,
        refusal=refusal_after(diagnostics, lower, upper, names),
        diagnostics=diagnostics,
        draws=parts * sizes * scaled.per_unit,
        basis=(scaled.cost, max(kinds, key=_weight), scaled.usual),
    )


def _diagnostics(scaled: _Scaled, kinds: Sequence[Evidence], fitted: Floats, unmoved: float) -> Diagnostics:
    cost, regressors = scaled.cost, scaled.regressors
    phi = sum(one.weight * one.phi for one in kinds)
    changed = [one for one in kinds if one.kind.price]
    price = max(changed, key=_weight).kind.price if sum(map(_weight, changed)) > 1 / 2 else None
    explained = regressors @ fitted
    if price:
        explained = explained * np.where(np.arange(len(cost)) >= price[0], price[1], 1.0)
    spread = float(((cost - cost.mean()) ** 2).sum())
    correlations, multiple = _together(scaled)
    return Diagnostics(
        periods=len(cost),
        effective_periods=len(cost) * (1 - phi) / (1 + phi),
        autocorrelation=phi,
        condition=float(np.linalg.cond(regressors / np.linalg.norm(regressors, axis=0))),
        correlations=correlations,
        multiple=multiple,
        explained=float(fitted[:-1].sum() / fitted.sum()),
        r_squared=1 - float(((cost - explained) ** 2).sum()) / spread if spread > 0 else 0.0,
        unmoved=unmoved,
        price_change=price,
    )


def _weight(one: Evidence) -> float:
    return one.weight


def _together(scaled: _Scaled) -> tuple[Floats, Floats]:
    """Return the correlations of drivers with each other, and of each with all others."""
    count = len(scaled.per_unit)
    correlations, multiple = np.zeros((count, count)), np.zeros(count)
    found = np.atleast_2d(np.corrcoef(scaled.regressors[:, :-1].T))
    correlations[np.ix_(scaled.used, scaled.used)] = found
    alone = 1 / np.diag(np.linalg.inv(found + _RIDGE * np.eye(len(found))))
    multiple[scaled.used] = np.sqrt(np.clip(1 - alone, 0.0, 1.0))
    return correlations, multiple
