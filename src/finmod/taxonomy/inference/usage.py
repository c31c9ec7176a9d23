"""Usage together: the resources of an account whose daily use moves most alike.

Owns the shapes of daily use and the neighbours. How their labels count is judged as of any group.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Demand, Known, Voices, judge, unjudged
from finmod.taxonomy.inference.frame import Ints, ResourceFrame, Usage

KIND = "usage"
_NEAREST, _LEAST_ALIKE, _FEWEST_DAYS, _MOST_COMPARED, _BLOCK = 10, 0.7, 7, 500, 2048
_STILL = 1e-6


@dataclass(frozen=True)
class Neighbours:
    """Who uses what on the same days.

    Attributes:
        row: The resource.
        near: Resource x 10: its nearest, -1 where fewer are near.
    """

    row: Ints
    near: Ints


def nearest(frame: ResourceFrame) -> Neighbours:
    """Return the ten nearest of each resource whose use moves.

    Near means: in the same account, and the correlation of daily use is at least 0.7 after what is common to the
    account (its weekends, say) was taken out. In accounts of more than 500 resources so many are compared with, the
    same ones whatever the order of rows.
    """
    rows: list[Ints] = []
    found: list[Ints] = []
    for members, shapes in _accounts(frame):
        compared = _compared(frame, members)
        for start in range(0, len(members), _BLOCK):
            part = slice(start, start + _BLOCK)
            rows.append(members[part])
            found.append(_wide(_nearest(shapes[part], shapes[compared], members[part], members[compared])))
    row = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    return Neighbours(row, np.concatenate([np.zeros((0, _NEAREST), dtype=np.int64), *found]))


def count_neighbours(neighbours: Neighbours, known: Known, demand: Demand) -> Voices:
    """Return what the neighbours say about each resource, those that are held out with it left out."""
    return judge(_voices(neighbours.row, neighbours.near, known), known, demand)


def _accounts(frame: ResourceFrame) -> Iterator[tuple[Ints, Usage]]:
    """Yield rows and shapes of each account's resources whose use moves."""
    if frame.usage is None or frame.usage.shape[1] < _FEWEST_DAYS:
        return
    usage = np.nan_to_num(frame.usage, nan=0.0, posinf=0.0, neginf=0.0)
    # Squares of large amounts would not fit into the frame's own type.
    mean = usage.mean(axis=1, dtype=np.float64, keepdims=True)
    moves = (mean[:, 0] > 0) & (usage.std(axis=1, dtype=np.float64) > _STILL * mean[:, 0])
    places: dict[tuple[object, object], list[int]] = {}
    for row, key in enumerate(zip(frame.source, frame.account, strict=True)):
        if moves[row] and key[1] is not None:
            places.setdefault(key, []).append(row)
    for members in places.values():
        if len(members) > 1:
            rows = np.array(members, dtype=np.int64)
            yield rows, _shapes((usage[rows] / mean[rows]).astype(np.float32))


def _shapes(relative: Usage) -> Usage:
    """Return the shapes without what is common to them, each of length 1; of length 0 where nothing is left."""
    own = relative - np.median(relative, axis=0)
    own -= own.mean(axis=1, keepdims=True)
    length = np.sqrt((own * own).sum(axis=1, keepdims=True))
    return np.where(length > _STILL, own / np.maximum(length, _STILL), 0).astype(np.float32)


def _compared(frame: ResourceFrame, members: Ints) -> Ints:
    """Return the places of those that others are compared with: all, or a choice that depends on keys alone."""
    if len(members) <= _MOST_COMPARED:
        return np.arange(len(members), dtype=np.int64)
    drawn = [crc32(frame.key[row].encode("utf-8", "surrogatepass")) for row in members.tolist()]
    return np.sort(np.argsort(np.array(drawn), kind="stable")[:_MOST_COMPARED]).astype(np.int64)


def _nearest(some: Usage, others: Usage, rows: Ints, other_rows: Ints) -> Ints:
    """Return per resource the rows of the most alike, -1 where fewer are alike."""
    alike = some @ others.T
    alike[rows[:, None] == other_rows[None, :]] = -1
    count = min(_NEAREST, alike.shape[1])
    best = np.argpartition(-alike, count - 1, axis=1)[:, :count]
    return np.where(np.take_along_axis(alike, best, axis=1) >= _LEAST_ALIKE, other_rows[best], NONE)


def _wide(near: Ints) -> Ints:
    missing = _NEAREST - near.shape[1]
    return np.pad(near, ((0, 0), (0, missing)), constant_values=NONE) if missing else near


def _voices(row: Ints, near: Ints, known: Known) -> Voices:
    there = near != NONE
    label = np.where(there, known.label[near], NONE)
    held = (known.fold[near] == known.fold[row][:, None]) & (known.fold[row] < known.folds)[:, None]
    held |= known.fold[near] == known.hidden
    heard = np.where(held, NONE, label)
    same = (heard[:, :, None] == heard[:, None, :]) & (heard != NONE)[:, :, None]
    votes = same.sum(axis=2)
    best = np.argmax(votes, axis=1)
    every = np.arange(len(row))
    score, warns = unjudged(len(row))
    hits = votes[every, best] if len(row) else np.zeros(0, dtype=np.int64)
    return Voices(
        row=row,
        group=row,
        value=np.where(hits > 0, heard[every, best], NONE).astype(np.int64),
        hits=hits.astype(np.int64),
        support=(heard != NONE).sum(axis=1).astype(np.int64),
        muted=((heard != NONE) & known.mute[np.maximum(heard, 0)]).sum(axis=1).astype(np.int64),
        members=there.sum(axis=1).astype(np.int64),
        labelled=(label != NONE).sum(axis=1).astype(np.int64),
        score=score,
        warns=warns,
    )
