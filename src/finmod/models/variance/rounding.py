"""Money in whole units of 1e-12: rounding, and sums that lose nothing.

Owns when 64 bits have room.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from finmod.models.variance.cells import Floats, Ints, Units

_ROOM: Final = 2**62


def narrow(units: Units) -> Units:
    """Return units as int64 where they and sums of two of them have room, which is many times as fast."""
    if units.dtype != object:
        return units
    fits = not units.size or max(abs(int(units.min())), abs(int(units.max()))) < _ROOM
    return units.astype(np.int64) if fits else units


def whole(values: Floats) -> Units:
    """Return values rounded to whole units, halves to even."""
    near = np.rint(values)
    if not near.size or np.abs(near).max() < _ROOM:
        return near.astype(np.int64)
    return np.array([int(each) for each in near.ravel().tolist()], dtype=object).reshape(near.shape)


def sums_by(number: Ints, units: Units, count: int) -> Units:
    """Return exact sums of units by number, of one column or of several.

    By halves of 32 bits, which doubles add without error up to a million rows or so.
    """
    if units.ndim > 1:
        return np.stack([sums_by(number, column, count) for column in units.T], axis=1)
    if units.dtype == object or len(units) > 2**20:
        found = np.zeros(count, dtype=object)
        np.add.at(found, number, units.astype(object))
        return narrow(found)
    high = units >> 32
    parts = [np.bincount(number, weights=each, minlength=count) for each in (high, units - (high << 32))]
    exact = [part.astype(np.int64).astype(object) for part in parts]
    return narrow(exact[0] * 2**32 + exact[1])
