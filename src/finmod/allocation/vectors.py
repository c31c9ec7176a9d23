"""Vectors: to whom a pool goes in one period, and in which proportion.

Owns the arithmetic on them. Weights are doubles: they decide where money goes, and are no money themselves; what they
split is split exactly, see ``split.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Vector:
    """Where the cost of a pool goes: each place once, in rising order, with a weight above 0.

    Attributes:
        places: Numbers of targets; the negative number of a pool where it goes on to that.
        weights: Of each place; their sum is the whole.
    """

    places: Ints
    weights: Floats

    def ordered(self, rank: Ints) -> Vector:
        """Return the same places in the order of their ranks."""
        order = np.argsort(rank[self.places], kind="stable")
        return Vector(self.places[order], self.weights[order])

    @property
    def parts(self) -> Floats:
        """Return the weights as shares that sum to 1, up to rounding."""
        return np.asarray(self.weights / self.weights.sum(), dtype=np.float64)

    @property
    def edges(self) -> Floats:
        """Return the cumulative shares: rising, the last one exactly 1."""
        sums = np.cumsum(self.weights)
        return np.asarray(sums / sums[-1], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Partly(Vector):
    """Where a period goes of which a part could not be told, such as hours of a day: that part is nobody's in it.

    Attributes:
        known: Where the part goes that could be told.
        untold: The other part, above 0 and below 1.
    """

    known: Vector
    untold: float


def vector(weights: Mapping[int, float]) -> Vector | None:
    """Return a vector of weights, None where none is above 0."""
    held = sorted((place, weight) for place, weight in weights.items() if weight > 0)
    if not held:
        return None
    places, values = zip(*held, strict=True)
    return Vector(np.array(places, dtype=np.int64), np.array(values, dtype=np.float64))


def from_arrays(places: Ints, weights: Floats) -> Vector | None:
    """Return a vector of places, which may repeat and stand in any order, None where no weight is above 0."""
    if (places[1:] > places[:-1]).all():  # as most come: nothing has to be sorted
        held = weights > 0
        return Vector(places[held], weights[held].astype(np.float64)) if held.any() else None
    numbers, place = np.unique(places, return_inverse=True)
    sums: Floats = np.bincount(place, weights=weights, minlength=len(numbers)).astype(np.float64)
    held = sums > 0
    return Vector(numbers[held], sums[held]) if held.any() else None


def mixed(parts: Iterable[tuple[float, Vector]]) -> Vector | None:
    """Return the sum of vectors, each as large as its weight says, whatever the sum of its own weights."""
    given = [(weight, each) for weight, each in parts if weight > 0]
    if len(given) == 1:
        return given[0][1]
    if not given:
        return None
    places = np.concatenate([each.places for _, each in given])
    return from_arrays(places, np.concatenate([weight * each.parts for weight, each in given]))


def composed(whole: Vector, ways: Mapping[int, Vector]) -> Vector:
    """Return a vector with what goes to some places gone on from there.

    Args:
        whole: The vector.
        ways: Place -> where it goes on to.
    """
    goes_on = np.isin(whole.places, np.array(list(ways), dtype=np.int64))
    parts = whole.parts
    places, weights = [whole.places[~goes_on]], [parts[~goes_on]]
    for place, part in zip(whole.places[goes_on].tolist(), parts[goes_on].tolist(), strict=True):
        places.append(ways[place].places)
        weights.append(part * ways[place].parts)
    return from_arrays(np.concatenate(places), np.concatenate(weights)) or whole


def only(place: int) -> Vector:
    """Return the vector of one place that takes everything."""
    return Vector(np.array([place], dtype=np.int64), np.array([1.0]))


def raised(whole: Vector, least: float) -> Vector:
    """Return a vector in which no place has less than a share; the others give what those get, in proportion.

    Args:
        whole: The vector.
        least: The share. Where all places together cannot have it, all get the same.
    """
    count = len(whole.places)
    if least * count >= 1:
        return Vector(whole.places, np.ones(count))
    parts = whole.parts
    low = np.zeros(count, dtype=bool)
    while True:
        free = 1 - least * low.sum()
        scaled = np.where(low, least, parts * (free / parts[~low].sum()))
        more = ~low & (scaled < least)
        if not more.any():
            return Vector(whole.places, scaled)
        low |= more


def without(whole: Vector, places: Sequence[int]) -> Vector | None:
    """Return a vector without a few places, None where nothing is left."""
    held = np.ones(len(whole.places), dtype=np.bool_)
    for place in places:
        held &= whole.places != place
    return Vector(whole.places[held], whole.weights[held]) if held.any() else None
