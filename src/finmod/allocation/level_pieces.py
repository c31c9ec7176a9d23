"""Days that a level is about to cut, and rows that it has made of them.

Owns both records. How a day is cut, and what is done with the rows, stands in ``levels.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from finmod.allocation.definition import Share
from finmod.allocation.vectors import Floats, Ints
from finmod.focus.columns import COSTS

Members = npt.NDArray[np.int32]
"""Numbers of members of a level; 0 for none."""


@dataclass(frozen=True)
class Day:
    """One day of a billing period: its cells, and of each the first and the last place of its members."""

    cells: dict[str, Ints]
    day: date
    share: Share | None
    bounds: Ints
    members: Members
    weights: Floats
    negative: frozenset[int]

    @property
    def period(self) -> int:
        """Return the first day of the billing period, in days since 1970."""
        return int(self.cells["period"][0])

    @property
    def rows(self) -> int:
        """Return the number of rows that it is cut into."""
        return int(np.maximum(self.bounds[:, 1] - self.bounds[:, 0], 1).sum())


@dataclass
class Piece:
    """The rows of a file, cell by cell."""

    period: date
    cells: list[int] = field(default_factory=list)
    members: list[Members] = field(default_factory=list)
    whole: list[Ints] = field(default_factory=list)
    rest: list[Ints] = field(default_factory=list)

    def add(self, cell: int, members: Members, whole: Ints, rest: Ints) -> None:
        """Add a cell: a row per member."""
        self.cells.append(cell)
        self.members.append(members)
        self.whole.append(whole)
        self.rest.append(rest)

    def frame(self) -> dict[str, Any]:
        """Return the rows as columns; millions of a cost have one only where there are some."""
        counts = [len(each) for each in self.members]
        frame: dict[str, Any] = {
            "cell": np.repeat(np.array(self.cells, dtype=np.int32), counts),
            "member": np.concatenate(self.members),
        }
        for cost in range(len(COSTS)):
            frame[f"r{cost}"] = np.concatenate([each[cost] for each in self.rest])
            if any(each[cost].any() for each in self.whole):
                frame[f"w{cost}"] = np.concatenate([each[cost] for each in self.whole])
        return frame
