"""What every kind of evidence says about every resource, before anything is decided.

Owns the round through the kinds, and who is barred: what is declared shared, and what stands in a group that warns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Known, Voices, count_groups
from finmod.taxonomy.inference.frame import Flags, Ints, ResourceFrame
from finmod.taxonomy.inference.groups import Groups, make_groups
from finmod.taxonomy.inference.options import InferenceOptions
from finmod.taxonomy.inference.usage import KIND as USAGE
from finmod.taxonomy.inference.usage import count_neighbours
from finmod.taxonomy.inference.verdict import Opinion, opinion, strata


@dataclass(frozen=True)
class Said:
    """What all kinds say about the sorted frame, before anything is decided.

    Attributes:
        opinions: Per kind.
        sayings: Per kind what its groups say, and its groups; None for the neighbours by daily use.
        stratum: Per resource its place in ``STRATA``.
        barred: Per resource whether nothing is inferred whatever the evidence.
        declared: Per resource whether that is because it, or its account, is declared shared.
        warned: Per resource the kind of the group that bars it, -1 where none does.
        warned_at: Per resource the place of that group in the kind's voices.
    """

    opinions: tuple[Opinion, ...]
    sayings: tuple[tuple[Voices, Groups | None], ...]
    stratum: Ints
    barred: Flags
    declared: Flags
    warned: Ints
    warned_at: Ints

    def open(self, rows: Ints) -> Ints:
        """Return those of some resources for which a value could be inferred."""
        return np.asarray(rows[~self.barred[rows]], dtype=np.int64)


def listen(frame: ResourceFrame, known: Known, options: InferenceOptions) -> Said:
    """Return what all kinds say.

    Args:
        frame: The resources, in the order of their keys.
        known: Their labels.
        options: What a group must have, and what is declared shared.
    """
    demand, count = options.demand, frame.count
    sayings: list[tuple[Voices, Groups | None]] = []
    opinions: list[Opinion] = []
    stratum = np.ones(count, dtype=np.int64)
    warned, warned_at = np.full(count, NONE, dtype=np.int64), np.full(count, NONE, dtype=np.int64)
    for groups in make_groups(frame):
        voices = count_groups(groups.row, groups.group, known, demand)
        if groups.warns:
            # The largest such group of the last kind that has one.
            loud = np.flatnonzero(voices.warns)
            loud = loud[np.argsort(voices.members[loud], kind="stable")]
            warned[voices.row[loud]], warned_at[voices.row[loud]] = len(sayings), loud
        if groups.kind == "account":
            stratum = strata(voices, count, demand)
        # A kind that has no voice keeps its place, with nothing to say.
        heard = voices if groups.speaks else voices.silenced()
        sayings.append((heard, groups))
        opinions.append(opinion(groups.kind, heard, count))
    near = count_neighbours(frame, known, demand)
    sayings.append((near, None))
    opinions.append(opinion(USAGE, near, count))
    declared = np.array(
        [
            key in options.shared_keys or account in options.shared_accounts
            for key, account in zip(frame.key.tolist(), frame.account.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    barred = declared | (warned != NONE)
    return Said(tuple(opinions), tuple(sayings), stratum, barred, declared, warned, warned_at)
