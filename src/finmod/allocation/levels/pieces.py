"""Days that a level is about to cut, what weighs on them, and rows that it has made of them.

Owns these records. How a day is cut, and what is done with the rows, stands in ``cut.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from finmod.allocation.definition import Share
from finmod.allocation.shares import EPOCH
from finmod.allocation.vectors import Floats, Ints
from finmod.focus.columns import COSTS

Members = npt.NDArray[np.int32]
"""Numbers of members of a level; 0 for none."""

MEMBER: Final = 0xFFFFFFFF
"""Bits of a member's number in a key."""


@dataclass(frozen=True)
class Weights:
    """What weighs on a day: of each cell the first and the last place of its members, and these with their weights.

    Attributes:
        bounds: A row per cell.
        members: Sorted by parent and number.
        parts: Their weights, none of them 0.
        negative: Parents of which a member weighs below 0: these have no members here.
    """

    bounds: Ints
    members: Members
    parts: Floats
    negative: frozenset[int]

    @property
    def rows(self) -> int:
        """Return the number of rows that the cells are cut into."""
        return int(np.maximum(self.bounds[:, 1] - self.bounds[:, 0], 1).sum())


@dataclass(frozen=True)
class Day:
    """One day of a billing period: its cells, and what weighs on it as it was read.

    Attributes:
        cells: Columns of the cells.
        share: What holds on it.
        keys: Parent << 32 | member, in any order; one can stand there twice.
        weights: Of each key.
    """

    cells: dict[str, Ints]
    share: Share | None
    keys: Ints
    weights: Floats

    @property
    def period(self) -> date:
        """Return the first day of the billing period."""
        return EPOCH + timedelta(days=int(self.cells["period"][0]))

    @property
    def day(self) -> date:
        """Return the day."""
        return EPOCH + timedelta(days=int(self.cells["day"][0]))

    def weighed(self) -> Weights:
        """Return what weighs on the cells."""
        keys, weights = _summed(self.keys, self.weights)
        owners, members = keys >> 32, (keys & MEMBER).astype(np.int32)
        wrong = owners[weights < 0]
        held = weights != 0
        if len(wrong) or not held.all():
            held &= ~np.isin(owners, wrong)
            owners, members, weights = owners[held], members[held], weights[held]
        bounds = np.searchsorted(owners, np.stack([self.cells["parent"], self.cells["parent"] + 1])).T
        return Weights(bounds, members, weights, frozenset(wrong.tolist()))


def _summed(keys: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Return keys in rising order, each once, with the sum of their weights.

    Sorting here takes a third of the time that the engine takes to group a million rows that repeat nothing.
    """
    order = np.argsort(keys, kind="stable")
    keys, weights = keys[order], weights[order]
    if not (keys[1:] == keys[:-1]).any():
        return keys, weights
    # Added up in the order of their size: the engine gives them in any, and the last digit of a sum depends on it.
    order = np.lexsort((weights, keys))
    keys, weights = keys[order], weights[order]
    once, place = np.unique(keys, return_inverse=True)
    return once, np.bincount(place.reshape(-1), weights=weights, minlength=len(once)).astype(np.float64)


@dataclass
class Piece:
    """The rows of a file, cell by cell.

    Attributes:
        period: First day of the billing period.
        rows: Number of the rows that come.
        frame: The rows as columns: ``cell``, ``member``, per cost what is below a million of the currency, in units of
            1e-12, and the millions, where some row has any.
    """

    period: date
    rows: int
    frame: dict[str, npt.NDArray[Any]] = field(init=False)
    _filled: int = 0

    def __post_init__(self) -> None:
        """Make room: to join what many cells brought would take as long as the cut itself."""
        self.frame = {name: np.empty(self.rows, dtype=np.int32) for name in ("cell", "member")}
        self.frame |= {f"r{cost}": np.empty(self.rows, dtype=np.int64) for cost in range(len(COSTS))}

    def add(self, cell: int, members: Members, whole: Ints | None, rest: Ints) -> None:
        """Add a cell: a row per member, costs as from ``split_any``."""
        span = slice(self._filled, self._filled + len(members))
        self._filled = span.stop
        self.frame["cell"][span], self.frame["member"][span] = cell, members
        for cost in range(len(COSTS)):
            self.frame[f"r{cost}"][span] = rest[cost]
            if whole is not None and whole[cost].any():
                self.frame.setdefault(f"w{cost}", np.zeros(self.rows, dtype=np.int64))[span] = whole[cost]
