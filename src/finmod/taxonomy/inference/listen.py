"""What every kind of evidence says about every resource, before anything is decided.

Owns the round through the kinds, and who is barred: what stands in a group that warns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Demand, Known, Voices, count_groups
from finmod.taxonomy.inference.decide import Opinion, opinion, strata
from finmod.taxonomy.inference.frame import Flags, Ints, ResourceFrame
from finmod.taxonomy.inference.groups import Groups, make_groups
from finmod.taxonomy.inference.usage import KIND as USAGE
from finmod.taxonomy.inference.usage import Neighbours, count_neighbours, nearest


@dataclass(frozen=True)
class Surroundings:
    """What each resource stands in, whatever the labels are.

    Attributes:
        groups: Per kind that is groups.
        neighbours: Those by daily use.
        count: Number of resources.
    """

    groups: tuple[Groups, ...]
    neighbours: Neighbours
    count: int


@dataclass(frozen=True)
class Evidence:
    """What all kinds say about the sorted frame, before anything is decided.

    Attributes:
        opinions: Per kind.
        voices: Per kind what its groups say, and its groups; None for the neighbours by daily use.
        stratum: Per resource its place in ``STRATA``.
        warned: Per resource the kind of the group that bars it, -1 where none does.
        warned_at: Per resource the place of that group in the kind's voices.
    """

    opinions: tuple[Opinion, ...]
    voices: tuple[tuple[Voices, Groups | None], ...]
    stratum: Ints
    warned: Ints
    warned_at: Ints

    @property
    def barred(self) -> Flags:
        """Return per resource whether nothing is inferred whatever the evidence."""
        return np.asarray(self.warned != NONE, dtype=np.bool_)

    def open(self, rows: Ints) -> Ints:
        """Return those of some resources for which a value could be inferred."""
        return np.asarray(rows[~self.barred[rows]], dtype=np.int64)


def surroundings(frame: ResourceFrame) -> Surroundings:
    """Return what each resource stands in.

    Args:
        frame: The resources, in the order of their keys.
    """
    return Surroundings(tuple(make_groups(frame)), nearest(frame), frame.count)


def listen(around: Surroundings, known: Known, demand: Demand) -> Evidence:
    """Return what all kinds say.

    Args:
        around: What the resources stand in.
        known: Their labels.
        demand: What a group must have.
    """
    count = around.count
    every: list[tuple[Voices, Groups | None]] = []
    opinions: list[Opinion] = []
    stratum = np.ones(count, dtype=np.int64)
    warned, warned_at = np.full(count, NONE, dtype=np.int64), np.full(count, NONE, dtype=np.int64)
    for groups in around.groups:
        voices = count_groups(groups.row, groups.group, known, demand)
        if groups.warns:
            # The largest such group of the last kind that has one.
            loud = np.flatnonzero(voices.warns)
            loud = loud[np.argsort(voices.members[loud], kind="stable")]
            warned[voices.row[loud]], warned_at[voices.row[loud]] = len(every), loud
        if groups.kind == "account":
            stratum = strata(voices, count, demand)
        # A kind that has no voice keeps its place, with nothing to say.
        heard = voices if groups.speaks else voices.silenced()
        every.append((heard, groups))
        opinions.append(opinion(groups.kind, heard, count))
    near = count_neighbours(around.neighbours, known, demand)
    every.append((near, None))
    opinions.append(opinion(USAGE, near, count))
    return Evidence(tuple(opinions), tuple(every), stratum, warned, warned_at)
