"""How the cost of a product behaves now: fixed and variable part, average and marginal cost per unit of its drivers.

The cost of a period is ``fixed + sum over drivers of marginal cost x units`` and noise. Marginal cost per unit of a
driver is d cost / d units with the other drivers as they are. Jointly means that all moving drivers go along in
proportion, as the traffic of a product does: then the cost grows by its variable share of what traffic grows by.

Figures here are floats, for they are estimates of a statistical model; no total is made of them. Readings may be off by
1 in 100, resources may come and go, incidents may pass, days of the week may cost something of their own, noise may
linger: intervals allow for all of it (``behaviour_local.py``). Costs that come in steps of capacity or later than their
units are not allowed for, nor are larger errors of readings (of 3 in 100 they held 4 in 10, and the marginal cost came
out too low), nor drivers that nobody names: what moves along with a driver counts as caused by it. Intervals of 90 %
held the truth of the sample company's products in 88 to 95 % of cases (``benchmarks/quality/cost_behaviour.py``); of
made series of 200 days whose fixed cost has a week of its own in 83 to 90 %, with noise that lingers in 93 % and more.
Days on which a change was found are taken as certain, for which intervals are made a little wider throughout.

Owns the interface. Refusals are in ``behaviour_refusals.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from finmod.models.inferred_noise import Floats
from finmod.models.inferred_refusals import Refusal
from finmod.models.unit_economics.behaviour_local import Now, Series, now
from finmod.models.unit_economics.behaviour_readings import movement
from finmod.models.unit_economics.behaviour_refusals import (
    refused_as_fixed,
    refused_as_still,
    refused_before,
    refused_now,
    refused_part,
    refused_share,
)
from finmod.models.unit_economics.behaviour_result import (
    BehaviourDiagnostics,
    CostBehaviour,
    DriverBehaviour,
    Estimate,
)
from finmod.models.unit_economics.behaviour_steps import Change

LEVEL: Final = 0.9
_DRAWS: Final = 4000
_CONSTANT: Final = 1e-3
MOST_NEGATIVE: Final = 0.1
"""Part of the periods whose cost may be negative, as where a credit is told on one day."""


@dataclass(frozen=True)
class Grain:
    """What a period is, and how much of the past counts.

    Attributes:
        window: Most periods that are looked at, the last ones.
        recent: Periods that are now.
        rhythm: Periods after which a rhythm repeats; 1 for none.
        a_year: Periods in a year.
        longest: Of how many periods an incident is at most.
    """

    window: int
    recent: int
    rhythm: int
    a_year: float
    longest: int


DAILY: Final = Grain(window=182, recent=28, rhythm=7, a_year=365.25, longest=10)
MONTHLY: Final = Grain(window=48, recent=3, rhythm=1, a_year=12.0, longest=1)


UNKNOWN: Final = Estimate(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class _Window:
    """The periods looked at.

    Attributes:
        first: Place of the first one among the caller's.
        cost: n.
        readings: n x all drivers.
        recent: Number of last periods that are now.
        gone: Places in it of periods whose cost was negative, and is what lies between its neighbours.
    """

    first: int
    cost: Floats
    readings: Floats
    recent: int
    gone: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Told:
    """What is known before it is put into words.

    Attributes:
        names: Of all drivers.
        still: Per driver why it is left out; None for those that move.
        draws: Draws x moving drivers, then the fixed part: equally likely coefficients, in units of ``cost``.
        cost: Recent mean cost, with what incidents added.
        level: Of intervals.
    """

    names: Sequence[str]
    still: Sequence[Refusal | None]
    draws: Floats
    cost: float
    level: float


def cost_behaviour(  # noqa: PLR0913 -- each is a question of its own
    cost: Floats,
    readings: Floats,
    *,
    names: Sequence[str],
    grain: Grain = DAILY,
    changes: Sequence[int] = (),
    seed: int = 0,
    level: float = LEVEL,
) -> CostBehaviour:
    """Return how a cost behaves now, with intervals, or why that cannot be told.

    Periods of negative cost, a tenth of all at most, are left out: a credit tells nothing of what units cost. Periods
    at the start in which there is no cost or no use of any driver are left out: the product had not begun. The
    unit of a driver or of the cost changes nothing.

    Args:
        cost: Per period of one product, in order of time and without gaps, one currency.
        readings: periods x drivers, units of each driver of the same product.
        names: Of the drivers.
        grain: What a period is: ``DAILY`` or ``MONTHLY``, or with other windows.
        changes: Places of periods from which the cost is known to behave otherwise, such as a new price.
        seed: Of the draws that intervals come from; the same seed gives the same result.
        level: Of the intervals.

    Raises:
        ValueError: Shapes do not fit each other, or a number is not finite.

    >>> days = np.arange(120)
    >>> orders = 1000 + 300 * (days % 7 < 5) + 10.0 * (days * 37 % 11)
    >>> found = cost_behaviour(400 + 0.25 * orders, orders[:, None], names=["orders"])
    >>> round(found.drivers[0].marginal_cost.value, 2), round(found.fixed_cost.value)
    (0.25, 400)
    """
    cost, readings = np.array(cost, dtype=np.float64, order="C"), np.array(readings, dtype=np.float64, order="C")
    if readings.ndim != 2 or readings.shape != (len(cost), len(names)):  # noqa: PLR2004 - periods x drivers
        message = f"cost of shape {cost.shape}, readings of shape {readings.shape} and {len(names)} names"
        raise ValueError(message)
    if not (np.isfinite(cost).all() and np.isfinite(readings).all()):
        message = "costs and readings have to be finite"
        raise ValueError(message)
    window = _window(cost, readings, grain)
    now_cost, now_readings = window.cost[-window.recent :], window.readings[-window.recent :]
    refusal = refused_before(window.cost, window.readings, names) or refused_now(now_cost, now_readings, names)
    if refusal:
        return _nothing(window, names, level, (refusal,) * len(names))
    moves = movement(window.readings)
    still = tuple(refused_as_still(name, float(size)) for name, size in zip(names, moves, strict=True))
    if all(still):
        return _nothing(window, names, level, still)
    known = tuple(place - window.first for place in changes if 0 < place - window.first < len(window.cost))
    moving, beside = _columns(window.readings, still)
    kinds, found = now(_series(window, grain, [*moving, *beside], known))
    told = _Told(names, still, _folded(_draws(kinds, seed), len(moving)), float(now_cost.mean()), level)
    return _answer(window, told, _diagnostics(window, moves, kinds, found))


def _window(cost: Floats, readings: Floats, grain: Grain) -> _Window:
    begun = np.flatnonzero((cost != 0) & readings.any(axis=1))
    first = max(int(begun[0]) if len(begun) else 0, len(cost) - grain.window)
    seen, recent = cost[first:], min(grain.recent, len(cost) - first)
    gone, known = np.flatnonzero(seen < 0), np.flatnonzero(seen >= 0)
    if len(gone) and len(gone) <= MOST_NEGATIVE * len(seen):
        seen = np.interp(np.arange(len(seen)), known, seen[known])
        return _Window(first, seen, readings[first:], recent, gone.tolist())
    return _Window(first, seen, readings[first:], recent)


def _columns(readings: Floats, still: Sequence[Refusal | None]) -> tuple[list[int], list[int]]:
    """Return places of drivers that move, and of those that at least grow: else what these cause would go to others."""
    moving = [place for place, one in enumerate(still) if one is None]
    grows = np.ptp(readings, axis=0) > _CONSTANT * readings.mean(axis=0)
    return moving, [place for place, one in enumerate(still) if one and grows[place]]


def _folded(draws: Floats, moving: int) -> Floats:
    """Return draws of moving drivers and of all the rest as one: what only grows is not told from what is fixed."""
    return np.column_stack([draws[:, :moving], draws[:, moving:].sum(axis=1)])


def _series(window: _Window, grain: Grain, columns: Sequence[int], known: tuple[int, ...]) -> Series:
    readings = window.readings[:, columns]
    return Series(
        window.cost / window.cost[-window.recent :].mean(),
        readings / readings[-window.recent :].mean(axis=0),
        window.recent,
        grain.rhythm,
        grain.a_year,
        grain.longest,
        known,
        window.gone,
    )


def _draws(kinds: Sequence[Now], seed: int) -> Floats:
    """Return equally likely coefficients in units of the recent mean cost: draws x drivers, then the fixed part."""
    chance = np.random.default_rng(seed)
    counts = np.diff(np.round(np.cumsum([0.0, *(one.weight for one in kinds)]) * _DRAWS)).astype(np.int64)
    parts = []
    for one, count in zip(kinds, counts, strict=True):
        sizes, directions = np.linalg.eigh(one.covariance)
        root = directions * np.sqrt(np.maximum(sizes, 0.0))
        parts.append(one.mean + chance.standard_normal((count, len(one.mean))) @ root.T)
    return np.concatenate(parts)


def _estimate(draws: Floats, level: float) -> Estimate:
    lower, upper = np.quantile(draws, ((1 - level) / 2, (1 + level) / 2))
    return Estimate(float(draws.mean()), float(lower), float(upper))


def _within(free: Estimate, most: float = 1.0) -> Estimate:
    """Return an estimate as it can be: not below 0, nor above the most."""
    return Estimate(*(min(max(one, 0.0), most) for one in (free.value, free.lower, free.upper)))


def _answer(window: _Window, told: _Told, diagnostics: BehaviourDiagnostics) -> CostBehaviour:
    moving = [name for name, one in zip(told.names, told.still, strict=True) if one is None]
    # Shares of what the cost is without incidents, which is all that coefficients add up to.
    shares = told.draws / told.draws.sum(axis=1, keepdims=True)
    together = _estimate(shares[:, :-1].sum(axis=1), told.level)
    whole = refused_share(together.lower, together.upper, moving)
    joint = refused_as_fixed(together.lower, together.upper, moving) or whole
    return CostBehaviour(
        drivers=tuple(
            _behaviour(window, told, shares, place, told.still[place] or joint) for place in range(len(told.names))
        ),
        fixed_cost=_within(_estimate(told.draws[:, -1], told.level), np.inf).times(told.cost),
        variable_share=_within(together),
        left_out=tuple(name for name in told.names if name not in moving),
        level=told.level,
        refusal=whole,
        diagnostics=diagnostics,
    )


def _behaviour(window: _Window, told: _Told, shares: Floats, place: int, joint: Refusal | None) -> DriverBehaviour:
    per_unit = told.cost / float(window.readings[-window.recent :, place].mean())
    moving = [at for at, one in enumerate(told.still) if one is None]
    marginal, jointly, elasticity, refusal = UNKNOWN, UNKNOWN, UNKNOWN, joint
    if place in moving:
        at = moving.index(place)
        share = _estimate(shares[:, at], told.level)
        names, readings = [told.names[one] for one in moving], window.readings[:, moving]
        refusal = joint or refused_part(at, share.lower, share.upper, names, readings)
        elasticity = _within(share)
        marginal = _within(_estimate(told.draws[:, at], told.level), np.inf).times(per_unit)
        jointly = _within(_estimate(told.draws[:, :-1].sum(axis=1), told.level), np.inf).times(per_unit)
    return DriverBehaviour(
        name=told.names[place],
        average_cost=per_unit,
        marginal_cost=marginal,
        joint_marginal_cost=jointly,
        elasticity=elasticity,
        refusal=refusal,
        joint_refusal=joint,
    )


def _nothing(window: _Window, names: Sequence[str], level: float, refusals: Sequence[Refusal | None]) -> CostBehaviour:
    recent_cost, recent = window.cost[-window.recent :].sum(), window.readings[-window.recent :].sum(axis=0)
    return CostBehaviour(
        drivers=tuple(
            DriverBehaviour(
                name=name,
                average_cost=float(recent_cost / units) if units > 0 else None,
                marginal_cost=UNKNOWN,
                joint_marginal_cost=UNKNOWN,
                elasticity=UNKNOWN,
                refusal=refusal,
                joint_refusal=refusal,
            )
            for name, units, refusal in zip(names, recent.tolist(), refusals, strict=True)
        ),
        fixed_cost=UNKNOWN,
        variable_share=UNKNOWN,
        left_out=tuple(names),
        level=level,
        refusal=refusals[0],
        diagnostics=None,
    )


def _diagnostics(window: _Window, moves: Floats, kinds: Sequence[Now], found: Sequence[Change]) -> BehaviourDiagnostics:
    weights = np.array([one.weight for one in kinds])
    noise, walk, phi, error = weights @ np.array(
        [(one.noise, one.kind.walk, one.kind.phi, one.kind.error) for one in kinds]
    )
    return BehaviourDiagnostics(
        periods=len(window.cost),
        first=window.first,
        recent=window.recent,
        noise=float(noise),
        walk=float(walk),
        autocorrelation=float(phi),
        reading_error=float(error),
        movement=tuple(moves.tolist()),
        correlations=_correlations(window.readings),
        left_out=len(window.gone),
        changes=tuple((window.first + one.first, window.first + one.end, one.lasting) for one in found),
    )


def _correlations(readings: Floats) -> Floats:
    beside = readings - readings.mean(axis=0)
    sizes = np.sqrt((beside**2).sum(axis=0))
    product = np.outer(sizes, sizes)
    return np.asarray(np.divide(beside.T @ beside, product, out=np.full_like(product, np.nan), where=product > 0))
