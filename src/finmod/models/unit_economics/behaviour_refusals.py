"""When the behaviour of a cost is not told, and why in words: what the data cannot tell is not told.

Owns the limits and the texts. Codes are explained in docs/errors.md. What shares of a pool refuse for the same reasons
is in ``inferred_refusals.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from finmod.errors import counted, printable
from finmod.models.inferred_noise import Floats
from finmod.models.inferred_refusals import LEAST_PERIODS, MOST_DRIVERS, PERIODS_PER_DRIVER, WIDEST, Refusal
from finmod.models.unit_economics.behaviour_local import ERRORS

LEAST_MOVEMENT: Final = 1.5 * max(ERRORS)
"""What moves less than this beside its trend may as well be off its trend by reading."""
_TOGETHER: Final = 0.8
_LEAST_FALL: Final = 0.01
"""By how many per cent a cost falls for 1 % more of a driver, if it does; less is noise about a fixed cost."""


def refused_before(cost: Floats, readings: Floats, names: Sequence[str]) -> Refusal | None:
    """Return why nothing can be estimated of these periods; None for no reason."""
    needed = max(LEAST_PERIODS, PERIODS_PER_DRIVER * (readings.shape[1] + 1))
    if readings.shape[1] > MOST_DRIVERS:
        found = f"there are {readings.shape[1]} drivers where {MOST_DRIVERS} can be told apart at most"
        return Refusal("FM2341", found)
    if len(cost) < needed:
        found = f"cost and drivers are known of {counted(len(cost), 'period')} where {needed} are needed"
        return Refusal("FM2340", found)
    if (cost < 0).any():
        return Refusal("FM2341", f"the cost is negative in {int((cost < 0).sum())} of {len(cost)} periods")
    for name, column in zip(names, readings.T, strict=True):
        if (column < 0).any():
            found = f"{printable(name)} is negative in {int((column < 0).sum())} of {len(column)} periods"
            return Refusal("FM2341", found)
    return None


def refused_now(cost: Floats, readings: Floats, names: Sequence[str]) -> Refusal | None:
    """Return why nothing can be told of now, given the recent periods; None for no reason."""
    if cost.sum() <= 0:
        return Refusal("FM2341", f"the cost of the last {counted(len(cost), 'period')} is 0")
    still = [name for name, column in zip(names, readings.T, strict=True) if not column.any()]
    if still:
        found = f"{_listed(still, 'and')} is 0 throughout the last {counted(len(cost), 'period')}"
        return Refusal("FM2341", found)
    return None


def refused_as_still(name: str, movement: float) -> Refusal | None:
    """Return why a driver cannot be told from what is fixed; None where it moves enough."""
    if movement >= LEAST_MOVEMENT:
        return None
    found = (
        f"{printable(name)} moves by {movement * 100:.1f} % beside its trend, so it cannot be told from a fixed cost"
    )
    return Refusal("FM2342", found)


def refused_as_fixed(lower: float, upper: float, names: Sequence[str]) -> Refusal | None:
    """Return the refusal of marginal costs where the cost may not move with any driver; None where it does.

    Args:
        lower: Where the interval of the variable share begins, which may be below 0.
        upper: Where it ends.
        names: Of the drivers.
    """
    if lower > 0 or upper <= -_LEAST_FALL or upper - lower > WIDEST:
        return None
    most = f"{max(upper, 0) * 100:.0f} % of it at most is variable"
    return Refusal("FM2344", f"the cost does not move with {_listed(names, 'or')}: it may as well be fixed ({most})")


def refused_share(lower: float, upper: float, names: Sequence[str]) -> Refusal | None:
    """Return why the variable share of all moving drivers must not be used; None for no reason."""
    if upper <= -_LEAST_FALL:
        return _falling(_listed(names, "and"), upper)
    if upper - lower > WIDEST:
        return _wide(_listed(names, "and"), lower, upper)
    return None


def refused_part(place: int, lower: float, upper: float, names: Sequence[str], readings: Floats) -> Refusal | None:
    """Return why one driver's marginal cost must not be used; None for no reason.

    Args:
        place: Of the driver.
        lower: Where the interval of its share of the cost begins, which may be below 0.
        upper: Where it ends.
        names: Of the moving drivers.
        readings: periods x moving drivers.
    """
    name = printable(names[place])
    if upper - lower > WIDEST:
        other, correlation = _nearest(readings, place)
        if abs(correlation) > _TOGETHER:
            both = f"{name} and {printable(names[other])} move together (correlation {correlation:.3f})"
            return Refusal("FM2343", f"{both}: {_told(name, lower, upper)}")
        return _wide(name, lower, upper)
    return _falling(name, upper) if upper <= -_LEAST_FALL else None


def _wide(name: str, lower: float, upper: float) -> Refusal:
    return Refusal("FM2345", f"the cost moves for other reasons too much: {_told(name, lower, upper)}")


def _falling(name: str, upper: float) -> Refusal:
    return Refusal("FM2346", f"the cost falls with more {name}, by {-upper:.2f} % or more for each 1 %")


def _told(name: str, lower: float, upper: float) -> str:
    points = f"{min(upper - lower, 1.0) * 100:.0f} points"
    return f"the interval of what {name} causes is {points} of the cost wide, and {WIDEST * 100:.0f} at most tell much"


def _nearest(readings: Floats, place: int) -> tuple[int, float]:
    if readings.shape[1] == 1:
        return place, 0.0
    correlations = np.atleast_2d(np.corrcoef(readings.T))[place]
    correlations[place] = 0.0
    other = int(np.abs(correlations).argmax())
    return other, float(correlations[other])


def _listed(names: Sequence[str], word: str) -> str:
    return printable(f" {word} ".join(names))
