"""Shares of a pool that nobody measures: its cost explained by drivers, with intervals, or a refusal in words.

The cost of period d is ``fixed + sum over k of coefficient[k] * total[d, k]`` and noise; nothing of it is negative. A
target's share is what its use explains of that; the fixed part goes along in proportion. Figures here are floats: a
statistical model estimates shares, and money is split by them elsewhere, exactly.

Owns the interface, the diagnostics and the refusals. Kinds of noise are in ``inferred_noise.py``, coefficients with
their uncertainty in ``inferred_posterior.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from finmod.errors import counted, printable
from finmod.models.inferred_noise import Evidence, Floats, evidence
from finmod.models.inferred_posterior import posterior_draws

LEVEL: Final = 0.9
WIDEST: Final = 0.4
"""The widest interval of a driver's cost share that is still an answer: from 0.3 to 0.7."""
LEAST_PERIODS: Final = 20
PERIODS_PER_DRIVER: Final = 8
MOST_DRIVERS: Final = 8

_CONSTANT: Final = 1e-6
_UNMOVED: Final = 0.05
_TOGETHER: Final = 0.8
_TARGET_DRAWS: Final = 250
_CHUNK: Final = 4_000_000


@dataclass(frozen=True)
class Refusal:
    """Why shares are not inferred.

    Attributes:
        code: Stable code, see docs/errors.md.
        text: What was found, a clause without a full stop.
    """

    code: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Diagnostics:
    """What the answer rests on.

    Attributes:
        periods: Number of periods looked at.
        effective_periods: The number of independent ones that tell as much, given the autocorrelation of noise.
        autocorrelation: Of the noise, from one period to the next; 0 for none.
        condition: Condition number of drivers and fixed part, each in units of its own length; 1 is best.
        correlation: The largest correlation of two drivers, as a size; 0 for a single driver.
        together: Places of these two; None for a single driver.
        r_squared: Part of the variance of cost that is explained; below 0 where the mean would explain more.
        unmoved: Probability that the cost moves with none of the drivers.
        price_change: First period of a new price, and that price as a ratio of the old one; None where there is none.
    """

    periods: int
    effective_periods: float
    autocorrelation: float
    condition: float
    correlation: float
    together: tuple[int, int] | None
    r_squared: float
    unmoved: float
    price_change: tuple[int, float] | None


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
        used = use[(use @ self.coefficients).sum(axis=1) > 0]
        spent = cost[(use @ self.coefficients).sum(axis=1) > 0]
        draws = self.draws[:: max(1, len(self.draws) // _TARGET_DRAWS)]
        step = max(1, _CHUNK // max(1, used.shape[0] * used.shape[1]))
        parts = [_over_all(used, spent, draws[at : at + step]) for at in range(0, len(draws), step)]
        every = np.concatenate(parts)
        shares = _over_all(used, spent, self.coefficients[None])[0]
        lower, upper = np.quantile(every, _edges(self.level), axis=0)
        wrong = float(np.abs(every - shares).sum(axis=1).mean()) / 2
        return TargetShares(shares, np.minimum(lower, shares), np.maximum(upper, shares), wrong)


def _over_all(use: Floats, cost: Floats, coefficients: Floats) -> Floats:
    """Return draws x targets: the share of the whole cost by each row of coefficients."""
    explained = np.einsum("ntk,mk->mnt", use, coefficients)
    whole = explained.sum(axis=2)
    per_unit = np.divide(cost, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.asarray(np.einsum("mnt,mn->mt", explained, per_unit) / cost.sum())


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
    refusal = _too_few(totals) or _unusable(cost, totals, named)
    if refusal:
        return _nothing(totals.shape[1], level, refusal)
    scaled = _scaled(cost, totals)
    kinds = evidence(scaled.cost, scaled.regressors)
    draws = posterior_draws(kinds, seed=seed)
    return _estimated(scaled, kinds, draws, named, level)


def _too_few(totals: Floats) -> Refusal | None:
    needed = max(LEAST_PERIODS, PERIODS_PER_DRIVER * (int(totals.any(axis=0).sum()) + 1))
    if len(totals) >= needed:
        return None
    return Refusal(
        "FM2250", f"cost and drivers are known of {counted(len(totals), 'period')} where {needed} are needed"
    )


def _unusable(cost: Floats, totals: Floats, names: Sequence[str]) -> Refusal | None:
    """Return why nothing can be estimated, before anything is."""
    used = int(totals.any(axis=0).sum())
    if cost.sum() <= 0:
        return Refusal("FM2251", "the cost of all periods is not above 0 in sum")
    if not used:
        return Refusal("FM2251", f"{_listed(names)} is 0 throughout")
    if used > MOST_DRIVERS:
        return Refusal("FM2251", f"there are {used} drivers where {MOST_DRIVERS} can be told apart at most")
    for name, column in zip(names, totals.T, strict=True):
        if (column < 0).any():
            return Refusal("FM2251", f"{name} is negative in {int((column < 0).sum())} of {len(column)} periods")
        if column.any() and np.ptp(column) < _CONSTANT * column.mean():
            return Refusal("FM2252", f"{name} is the same in every period, so it cannot be told from a fixed cost")
    return None


def _listed(names: Sequence[str]) -> str:
    return printable(" or ".join(names))


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
        return _nothing(len(names), level, _unmoved(names))
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
        refusal=_refusal(diagnostics, lower, upper, names),
        diagnostics=diagnostics,
        draws=parts * sizes * scaled.per_unit,
    )


def _diagnostics(scaled: _Scaled, kinds: Sequence[Evidence], fitted: Floats, unmoved: float) -> Diagnostics:
    cost, regressors = scaled.cost, scaled.regressors
    phi = sum(kind.weight * kind.phi for kind in kinds)
    changed = [kind for kind in kinds if kind.price]
    price = max(changed, key=lambda kind: kind.weight).price if sum(kind.weight for kind in changed) > 1 / 2 else None
    explained = regressors @ fitted
    if price:
        explained = explained * np.where(np.arange(len(cost)) >= price[0], price[1], 1.0)
    spread = float(((cost - cost.mean()) ** 2).sum())
    correlation, together = _closest(scaled)
    return Diagnostics(
        periods=len(cost),
        effective_periods=len(cost) * (1 - phi) / (1 + phi),
        autocorrelation=phi,
        condition=float(np.linalg.cond(regressors / np.linalg.norm(regressors, axis=0))),
        correlation=correlation,
        together=together,
        r_squared=1 - float(((cost - explained) ** 2).sum()) / spread if spread > 0 else 0.0,
        unmoved=unmoved,
        price_change=price,
    )


def _closest(scaled: _Scaled) -> tuple[float, tuple[int, int] | None]:
    """Return the largest correlation of two drivers and their places."""
    if len(scaled.used) == 1:
        return 0.0, None
    sizes = np.triu(np.abs(np.corrcoef(scaled.regressors[:, :-1].T)), 1)
    first, second = divmod(int(sizes.argmax()), len(sizes))
    places = sorted((int(scaled.used[first]), int(scaled.used[second])))
    return float(sizes[first, second]), (places[0], places[1])


def _unmoved(names: Sequence[str]) -> Refusal:
    return Refusal("FM2253", f"the cost does not move with {_listed(names)}: it may as well be fixed")


def _refusal(found: Diagnostics, lower: Floats, upper: Floats, names: Sequence[str]) -> Refusal | None:
    if found.unmoved > _UNMOVED:
        return _unmoved(names)
    widths = upper - lower
    place = int(widths.argmax())
    if widths[place] <= WIDEST:
        return None
    told = (
        f"{printable(names[place])} may explain {lower[place] * 100:.0f} to {upper[place] * 100:.0f} % of it, "
        f"and more than {WIDEST * 100:.0f} points tell nothing"
    )
    if found.together and found.correlation > _TOGETHER and place in found.together:
        both = " and ".join(printable(names[one]) for one in found.together)
        return Refusal("FM2254", f"{both} move together (correlation {found.correlation:.3f}): {told}")
    return Refusal("FM2255", f"the cost moves for other reasons too much: {told}")
