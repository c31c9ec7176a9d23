"""Invented pools of known causes: who used what on which day, what it cost, and whose the cost truly was.

Owns the worlds that inferred shares are judged on. Each has growth, a week, noise of one kind, and one trait that the
model is not told of; drivers that cost nothing, a fixed part and a new price come and go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NOISES: Final = ("white", "lingering", "uneven", "outliers")
TRAITS: Final = ("plain", "plain", "plain", "plain", "fee", "drift", "batch", "bent")
_SATURDAY: Final = 5


@dataclass(frozen=True)
class World:
    """A pool and its truth.

    Attributes:
        cost: n days.
        use: n x t x k: use of each target by driver.
        driver_shares: Per driver its true part of what drivers cause.
        day_shares: n x t: whose each day's cost truly was; the fixed part goes with the rest.
        noise: One of ``NOISES``.
        trait: One of ``TRAITS``: plain; a fee on every 30th day; prices that wander; work at weekends that no driver
            knows; cost that grows by less than use does.
        changed: Whether there is a new price from some day on.
        fixed: Part of the cost that is fixed.
    """

    cost: Floats
    use: Floats
    driver_shares: Floats
    day_shares: Floats
    noise: str
    trait: str
    changed: bool
    fixed: float

    @property
    def totals(self) -> Floats:
        """Return n x k: each driver's total over all targets."""
        return np.asarray(self.use.sum(axis=1))

    @property
    def target_shares(self) -> Floats:
        """Return each target's true part of the whole cost."""
        return np.asarray(self.cost @ self.day_shares / self.cost.sum())

    @property
    def correlation(self) -> float:
        """Return the largest correlation of two drivers, as a size."""
        return float(np.abs(np.triu(np.corrcoef(self.totals.T), 1)).max())


def make_world(seed: int, *, together: float = 0.0, unrelated: bool = False) -> World:
    """Return the world of a seed.

    Args:
        seed: The same seed gives the same world.
        together: 0 leaves drivers as they are, 1 gives all of them one course over time.
        unrelated: Whether the cost follows nothing at all.
    """
    chance = np.random.default_rng([seed, 77])
    days, drivers, targets = int(chance.integers(60, 181)), int(chance.integers(2, 6)), int(chance.integers(5, 15))
    weekend = np.isin((np.arange(days) + chance.integers(7)) % 7, (_SATURDAY, _SATURDAY + 1))
    use = _use(chance, days, drivers, targets, weekend)
    totals = use.sum(axis=1)
    common = (totals / totals.mean(axis=0)).mean(axis=1, keepdims=True)
    course = (totals / totals.mean(axis=0)) ** (1 - together) * common**together
    use *= (course / totals)[:, None]
    shares = chance.dirichlet(np.ones(drivers))
    silent = chance.random(drivers) < 0.3  # noqa: PLR2004 - of ten drivers three cost nothing
    silent[chance.integers(drivers)] = False
    shares = np.where(silent, 0.0, shares) / shares[~silent].sum()
    per_unit = shares / use.sum(axis=1).mean(axis=0)
    fixed = float(chance.uniform(0.05, 0.4)) if chance.random() < 1 / 2 else 0.0
    day_shares = use @ per_unit
    explained = day_shares.sum(axis=1)
    day_shares /= explained[:, None]
    plain = World(np.empty(0), use, shares, day_shares, "", "plain", changed=False, fixed=fixed)
    world = _with_cost(chance, plain, np.ones(days) if unrelated else explained, weekend)
    return replace(world, use=use * np.exp(chance.normal(8.0, 2.0, drivers)))


def _use(chance: np.random.Generator, days: int, drivers: int, targets: int, weekend: NDArray[np.bool_]) -> Floats:
    """Return use of targets that grow, rest at weekends and have days of their own; some drivers are stocks."""
    size = chance.dirichlet(np.full(targets, 0.6), size=drivers).T
    growth = np.exp(chance.normal(0.3, 0.3, targets) * np.arange(days)[:, None] / 365)
    rest = chance.uniform(0.55, 1.05, targets) ** weekend[:, None]
    is_flow = chance.random(drivers) < 0.7  # noqa: PLR2004 - of ten drivers three are stocks without a week
    rhythm = growth[..., None] * rest[..., None] ** is_flow
    common = np.sqrt(chance.choice([0.0, 0.3, 0.6, 0.8]))
    waves = common * _lingering(chance, days, 1, 0.6) + np.sqrt(1 - common**2) * _lingering(chance, days, drivers, 0.6)
    shock = np.exp(chance.uniform(0.05, 0.2) * waves)
    own = np.exp(0.08 * chance.standard_normal((days, targets, drivers)))
    return np.asarray(size * rhythm * own * shock[:, None])


def _lingering(chance: np.random.Generator, days: int, width: int, phi: float) -> Floats:
    """Return days x width of variance 1 that linger from day to day."""
    found = chance.standard_normal((days, width))
    for day in range(1, days):
        found[day] = phi * found[day - 1] + np.sqrt(1 - phi**2) * found[day]
    return found


def _with_cost(chance: np.random.Generator, world: World, explained: Floats, weekend: NDArray[np.bool_]) -> World:
    days, noise, trait = len(explained), str(chance.choice(NOISES)), str(chance.choice(TRAITS))
    if trait == "bent":
        explained = explained ** chance.uniform(0.8, 0.95)
    mean = world.fixed / (1 - world.fixed) + explained
    changed = bool(chance.random() < 1 / 4)
    price = np.where(np.arange(days) >= int(days * chance.uniform(0.33, 0.67)), chance.uniform(0.75, 1.2), 1.0)
    size = chance.uniform(0.01, 0.06)
    error = chance.standard_normal(days)
    if noise == "lingering":
        error = _lingering(chance, days, 1, chance.uniform(0.3, 0.85))[:, 0]
    elif noise == "uneven":
        error = error * mean / mean.mean() * np.where(weekend, 2.0, 1.0)
    elif noise == "outliers":
        error = error * np.where(chance.random(days) < 0.04, 8.0, 1.0)  # noqa: PLR2004 - a day a month
    cost = mean + size * mean.mean() * error
    if trait == "fee":
        cost = cost + np.where(np.arange(days) % 30 == 0, chance.uniform(0.3, 1.0), 0.0)
    elif trait == "drift":
        cost = cost * np.exp(0.003 * np.cumsum(chance.standard_normal(days)))
    elif trait == "batch":
        cost = cost + np.where(weekend, chance.uniform(0.01, 0.04), 0.0)
    return replace(world, cost=1000 * cost * (price if changed else 1), noise=noise, trait=trait, changed=changed)
