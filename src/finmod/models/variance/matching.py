"""Which cells can be compared factor by factor, and which effect has the whole change of those that cannot.

Owns the rules of what is new, ended, moved or counted in another unit. A cell that is there in one month alone moved,
where its resource, or without one its account's use of the service, is there in both: that is mix. Otherwise its
resource is new or ended, and its service where nothing else of it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from finmod.models.variance.cells import OTHER, PRICED, Cells, Flags, Floats, Ints, Side
from finmod.models.variance.effects import PLACE

# A price that changes so much, while quantity changes the other way, was given for another unit.
_WILD: Final = 50.0
_SAME: Final = 2.0


def kinds(cells: Cells) -> Ints:
    """Return the kind of each cell: ``PRICED`` of those that are compared factor by factor, or an effect's place."""
    there = [_told(side) for side in (cells.before, cells.after)]
    priced = cells.kind == PRICED
    kind = np.where(priced & ~there[0] & ~there[1], OTHER, cells.kind)
    odd = [priced & ~told & (side.amount != 0) for told, side in zip(there, (cells.before, cells.after), strict=True)]
    kind = np.where(odd[0] | odd[1], OTHER, kind)
    for new, old, effect in ((1, 0, "new"), (0, 1, "ended")):
        alone = (kind == PRICED) & there[new] & ~there[old]
        seen = priced & there[old]
        moved = alone & _moves(cells, seen)
        gone = alone & ~moved
        has_service = _among(cells.service, cells.service[seen])
        kind = np.where(gone & has_service, PLACE[f"{effect}_resources"], kind)
        kind = np.where(gone & ~has_service, PLACE[f"{effect}_services"], kind)
    kind = np.where((kind == PRICED) & _counts_otherwise(cells, there[0] & there[1]), PLACE["unit_change"], kind)
    # What is not known of a cost must not look as if a price or a rate had fallen.
    kind = np.where(cells.lacks, OTHER, kind)
    return _grouped(cells, kind, there)


def _told(side: Side) -> Flags:
    """Return which cells have a quantity above 0."""
    return np.asarray(np.nan_to_num(side.quantity, nan=0.0) > 0, dtype=np.bool_)


def _moves(cells: Cells, seen: Flags) -> Flags:
    of_resource = _among(cells.resource, cells.resource[seen & (cells.resource >= 0)])
    return np.asarray(of_resource | (cells.resource < 0), dtype=np.bool_)


def _among(numbers: Ints, some: Ints) -> Flags:
    held = np.zeros(int(numbers.max(initial=-1)) + 2, dtype=np.bool_)
    held[some] = True
    held[-1] = False
    return np.asarray(held[numbers], dtype=np.bool_)


def _grouped(cells: Cells, kind: Ints, there: Sequence[Flags]) -> Ints:
    """Return kinds in which what has no other cell of its group to be compared with is new or ended."""
    priced = kind == PRICED
    before, after = (group_sums(cells, side.quantity, priced) for side in (cells.before, cells.after))
    for alone, old, effect in (
        (priced & (before <= 0) & (after > 0), 0, "new"),
        (priced & (after <= 0) & (before > 0), 1, "ended"),
    ):
        seen = _among(cells.service, cells.service[(cells.kind == PRICED) & there[old]])
        kind = np.where(alone & seen, PLACE[f"{effect}_resources"], kind)
        kind = np.where(alone & ~seen, PLACE[f"{effect}_services"], kind)
    return np.asarray(kind, dtype=np.int64)


def group_sums(cells: Cells, values: Floats, among: Flags) -> Floats:
    """Return for each cell the sum of some cells of its group; 0 where there is none, and of cells without a group."""
    known = np.where(among & (cells.group >= 0), np.nan_to_num(values, nan=0.0), 0.0)
    sums = np.bincount(np.maximum(cells.group, 0), weights=known, minlength=1)
    return np.asarray(np.where(cells.group >= 0, sums[np.maximum(cells.group, 0)], 0.0), dtype=np.float64)


def _counts_otherwise(cells: Cells, both: Flags) -> Flags:
    with np.errstate(divide="ignore", invalid="ignore"):
        quantity = np.log(cells.after.quantity / cells.before.quantity)
        price = np.log(
            np.abs(cells.after.original / cells.after.quantity) / np.abs(cells.before.original / cells.before.quantity)
        )
        wild = (np.abs(price) > np.log(_WILD)) & (np.abs(price + quantity) < np.log(_SAME))
    return np.asarray(both & wild, dtype=np.bool_)
