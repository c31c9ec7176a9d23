"""When shares are not inferred, and why in words: what the data cannot tell is not told.

Owns the limits, the diagnostics that they look at and the texts. Codes are explained in docs/errors.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from finmod.errors import counted, printable
from finmod.models.inferred_noise import Floats

WIDEST: Final = 0.4
"""The widest interval of a driver's cost share that is still an answer: from 0.3 to 0.7."""
SAME: Final = 0.99
"""Drivers with a correlation of so much are refused whatever the cost does: a model that is off a little tells lies."""
LEAST_EXPLAINED: Final = 0.5
"""The least part of the cost that has to move with drivers: the rest is shared by a rule, not by what is known."""
LEAST_PERIODS: Final = 20
PERIODS_PER_DRIVER: Final = 8
MOST_DRIVERS: Final = 8

_ONE: Final = 1 - 1e-6
"""Drivers with a correlation of so much are one: nothing can be reckoned of both."""
_CONSTANT: Final = 1e-6
_UNMOVED: Final = 0.05
_TOGETHER: Final = 0.8


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
        correlations: Of drivers with each other, drivers x drivers; 0 where a driver has no use.
        multiple: Per driver, its correlation with the others taken together; 0 where it has no use.
        explained: Part of the cost that drivers explain.
        r_squared: Part of the variance of cost that is explained; below 0 where the mean would explain more.
        unmoved: Probability that the cost moves with none of the drivers.
        price_change: First period of a new price, and that price as a ratio of the old one; None where there is none.
    """

    periods: int
    effective_periods: float
    autocorrelation: float
    condition: float
    correlations: Floats
    multiple: Floats
    explained: float
    r_squared: float
    unmoved: float
    price_change: tuple[int, float] | None


def refusal_before(cost: Floats, totals: Floats, names: Sequence[str]) -> Refusal | None:
    """Return why nothing can be estimated, before anything is; None for no reason."""
    needed = max(LEAST_PERIODS, PERIODS_PER_DRIVER * (int(totals.any(axis=0).sum()) + 1))
    if len(totals) < needed:
        count = counted(len(totals), "period")
        return Refusal("FM2250", f"cost and drivers are known of {count} where {needed} are needed")
    return _unusable(cost, totals, names)


def _unusable(cost: Floats, totals: Floats, names: Sequence[str]) -> Refusal | None:
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


def refused_as_unmoved(names: Sequence[str]) -> Refusal:
    """Return the refusal of a cost that may as well be fixed."""
    return Refusal("FM2253", f"the cost does not move with {_listed(names)}: it may as well be fixed")


def refused_as_one(correlations: Floats, multiple: Floats, names: Sequence[str]) -> Refusal | None:
    """Return the refusal of drivers that are one and the same but for their units; None where none are.

    Args:
        correlations: Of drivers with each other.
        multiple: Of each driver with the others taken together.
        names: Of the drivers.
    """
    same = int(multiple.argmax())
    if multiple[same] < _ONE:
        return None
    return Refusal("FM2254", _moving_together(correlations, multiple, same, names))


def refusal_after(found: Diagnostics, lower: Floats, upper: Floats, names: Sequence[str]) -> Refusal | None:
    """Return why what was estimated must not be used; None for no reason.

    Args:
        found: What the estimate rests on.
        lower: Per driver, where the interval of its share begins.
        upper: Where it ends.
        names: Of the drivers.
    """
    if found.unmoved > _UNMOVED:
        return refused_as_unmoved(names)
    wide = int((upper - lower).argmax())
    same = int(found.multiple.argmax())
    if found.multiple[same] >= SAME:
        return Refusal("FM2254", _moving_together(found.correlations, found.multiple, same, names))
    if upper[wide] - lower[wide] > WIDEST:
        told = (
            f"{printable(names[wide])} may explain {lower[wide] * 100:.0f} to {upper[wide] * 100:.0f} % of it, "
            f"and more than {WIDEST * 100:.0f} points tell nothing"
        )
        if found.multiple[wide] > _TOGETHER:
            together = _moving_together(found.correlations, found.multiple, wide, names)
            return Refusal("FM2254", f"{together}: {told}")
        return Refusal("FM2255", f"the cost moves for other reasons too much: {told}")
    if found.explained < LEAST_EXPLAINED:
        return Refusal("FM2256", f"no more than {found.explained * 100:.0f} % of the cost moves with {_listed(names)}")
    return None


def _moving_together(correlations: Floats, multiple: Floats, place: int, names: Sequence[str]) -> str:
    others = np.abs(correlations[place])
    others[place] = 0
    other = int(others.argmax())
    if others[other] > _TOGETHER:
        both = " and ".join(printable(names[one]) for one in sorted((place, other)))
        return f"{both} move together (correlation {correlations[place, other]:.3f})"
    return f"{printable(names[place])} moves with the others taken together (correlation {multiple[place]:.3f})"
