"""What the labels of a group say about a member whose own label is not looked at.

Owns the count with parts held out, and when a group may speak. Which groups there are stands in groups.py.

A group speaks for a value where enough of its members are labelled, nearly all of those have the value, and resources
outside have it clearly less often: a value that everything has says nothing about a group. How sure it is, is the lower
end of the Wilson score interval of "hits of support".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from finmod.taxonomy.inference.frame import Flags, Floats, Ints
from finmod.taxonomy.inference.wilson import wilson_lower, wilson_upper

NONE = -1
# From so many other members on, a group without labels is no accident.
_FEWEST_WARNING = 4


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of each resource.

    Attributes:
        label: Number of the known value, -1 where there is none.
        names: Names of the values, by number.
        fold: Part in which a labelled resource is held out; ``folds`` for resources without a label.
        folds: Number of parts.
        mute: Per value whether it is shared: it counts like any other and is never inferred.
        hidden: A part whose labels count for nobody, -1 for none: what is learned then has not seen them.
    """

    label: Ints
    names: tuple[str, ...]
    fold: Ints
    folds: int
    mute: Flags
    hidden: int = NONE

    @property
    def values(self) -> int:
        """Return the number of values, at least 1: it divides."""
        return max(len(self.names), 1)

    @property
    def asked(self) -> list[int]:
        """Return the parts whose resources are spoken of, with ``folds``: what has no label teaches nothing."""
        return [part for part in range(self.folds + 1) if self.hidden == NONE or part not in {self.hidden, self.folds}]

    def outside(self) -> Ints:
        """Return part x value: how many labelled resources outside of the part have the value; the last row has all.

        Those of the hidden part are in no row.
        """
        labelled = self.label != NONE
        every = np.bincount(self.label[labelled], minlength=self.values)
        cells = self.fold[labelled] * self.values + self.label[labelled]
        held = np.bincount(cells, minlength=(self.folds + 1) * self.values).reshape(self.folds + 1, self.values)
        return np.asarray(self.left(every[:, None], held.T).T, dtype=np.int64)

    def left(self, count: Ints, held: Ints) -> Ints:
        """Return thing x part: how many labels are left where the part is held out; the last part holds nothing.

        Args:
            count: Thing x 1: its labels.
            held: Thing x part: those of each part, with or without a last part of 0.
        """
        held = np.pad(held, ((0, 0), (0, self.folds + 1 - held.shape[1])))
        left = count - held
        if self.hidden != NONE:
            others = np.arange(self.folds + 1) != self.hidden
            left[:, others] -= held[:, [self.hidden]]
        return np.asarray(left, dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Demand:
    """What a group must have before it speaks.

    Attributes:
        support: Fewest labelled members.
        purity: Least share of those that have the same value.
        labelled: Least share of all members that are labelled.
        z: Quantile of the intervals.
    """

    support: int
    purity: float
    labelled: float
    z: float


@dataclass(frozen=True)
class Voices:
    """What groups say, one entry per membership or neighbourhood.

    Attributes:
        row: The resource that is spoken of.
        group: The group; of neighbours the resource itself.
        value: The value that most labelled members have, -1 where none is labelled.
        hits: Labelled members with that value.
        support: Labelled members.
        muted: Labelled members with a shared value.
        members: All other members.
        labelled: Labelled ones among these, whether held out or not.
        score: Wilson's lower end of hits of support; 0 where the group may not speak.
        warns: Whether clearly fewer than the demanded share are labelled, or half of the labels are of shared values.
    """

    row: Ints
    group: Ints
    value: Ints
    hits: Ints
    support: Ints
    muted: Ints
    members: Ints
    labelled: Ints
    score: Floats
    warns: Flags

    def silenced(self) -> Voices:
        """Return the same with nothing that may decide; what warns goes on warning."""
        return replace(self, score=np.zeros(len(self.row), dtype=np.float64))


def count_groups(row: Ints, group: Ints, known: Known, demand: Demand) -> Voices:
    """Return what each group says about each member, with the member's own part held out."""
    size = int(group.max(initial=-1)) + 1
    label, part = known.label[row], known.fold[row]
    labelled = label != NONE
    members = np.bincount(group, minlength=size)[group] - 1
    others = np.bincount(group[labelled], minlength=size)[group] - labelled
    columns = [np.full(len(row), fill, dtype=np.int64) for fill in (NONE, 0, 0, 0)]
    cells, at, count = np.unique(
        group[labelled] * known.values + label[labelled], return_inverse=True, return_counts=True
    )
    if len(cells):
        held = np.bincount(at * known.folds + part[labelled], minlength=len(cells) * known.folds)
        left = known.left(count[:, None], held.reshape(len(cells), known.folds))
        for number in known.asked:
            chosen = np.flatnonzero(part == number)
            for column, found in zip(columns, _tops(cells, left[:, number], known, size), strict=True):
                column[chosen] = found[group[chosen]]
    value, hits, support, muted = columns
    score, warns = unjudged(len(row))
    return judge(Voices(row, group, value, hits, support, muted, members, others, score, warns), known, demand)


def unjudged(count: int) -> tuple[Floats, Flags]:
    """Return score and warning of so many voices that nobody has judged yet."""
    return np.zeros(count, dtype=np.float64), np.zeros(count, dtype=np.bool_)


def _tops(cells: Ints, count: Ints, known: Known, size: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return per group the value that most have, how many have it, how many have any, how many a shared one."""
    group, cell_value = cells // known.values, cells % known.values
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    there = group[starts]
    most = np.maximum.reduceat(count, starts)
    place = np.where(count == np.repeat(most, np.diff(starts, append=len(cells))), np.arange(len(cells)), len(cells))
    value = np.full(size, NONE, dtype=np.int64)
    value[there] = np.where(most > 0, cell_value[np.minimum.reduceat(place, starts)], NONE)
    hits, support, muted = (np.zeros(size, dtype=np.int64) for _ in range(3))
    hits[there], support[there] = most, np.add.reduceat(count, starts)
    muted[there] = np.add.reduceat(count * known.mute[cell_value], starts)
    return value, hits, support, muted


def judge(voices: Voices, known: Known, demand: Demand) -> Voices:
    """Return the voices with their score, 0 where a group may not speak, and with the warnings."""
    sure = wilson_lower(voices.hits, voices.support, demand.z)
    enough = (voices.support >= demand.support) & (voices.hits >= demand.purity * voices.support)
    enough &= voices.labelled >= demand.labelled * voices.members
    there = np.maximum(voices.value, 0)
    enough &= (voices.value != NONE) & ~known.mute[there]
    outside = known.outside()
    part = known.fold[voices.row]
    rest = outside.sum(axis=1)[part] - voices.support
    same = outside[part, there] - voices.hits
    # Without anything outside to compare with, nothing shows that the group is special.
    enough &= (rest > 0) & (same < sure * rest)
    few = wilson_upper(voices.labelled, voices.members, demand.z) < demand.labelled
    few &= voices.members >= _FEWEST_WARNING
    shared = (voices.support >= demand.support) & (2 * voices.muted >= voices.support)
    return replace(voices, score=np.where(enough, sure, 0.0), warns=few | shared)
