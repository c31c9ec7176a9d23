"""From what each kind of evidence says to one verdict per resource: a value, or none.

Owns the agreement of kinds. What a group says stands in counts.py, what a kind is worth in
threshold.py.

Best evidence with agreement: each kind speaks with its surest group. Those that reach their kind's threshold must all
name the same value, and no other kind may name another one with a calibrated precision of a half or more in any
accounts.

What a kind is worth is learned apart for accounts of one value and for all others. In an account where everything is
one product any evidence is right, and would lend its good name to the same evidence in accounts that several share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from finmod.taxonomy.inference.counts import NONE, Demand, Voices
from finmod.taxonomy.inference.frame import Flags, Floats, Ints
from finmod.taxonomy.inference.threshold import Calibration, calibrate

STRATA = ("accounts of one value", "other accounts")
"""What a kind is judged in, apart."""
_OBJECTS = 0.5


@dataclass(frozen=True)
class Opinion:
    """What one kind says, one entry per resource.

    Attributes:
        kind: Its name.
        value: The value, -1 where it has none or its groups contradict each other.
        score: How sure it is; 0 where it may not speak.
        place: Place in ``voices`` of the group that speaks, -1 where none does.
        split: Whether groups that may speak contradict each other.
        voices: What its groups say.
    """

    kind: str
    value: Ints
    score: Floats
    place: Ints
    split: Flags
    voices: Voices


@dataclass(frozen=True)
class Decisions:
    """One entry per resource.

    Attributes:
        value: The value, -1 where nothing is decided.
        confidence: Calibrated precision of the kind that leads; 0 where nothing is decided.
        lead: Place of the kind that leads, -1 where none does.
        agrees: Kind x resource: whether the kind reached its threshold for the value.
        split: Whether nothing is decided because kinds, or the groups of a kind, contradict each other.
    """

    value: Ints
    confidence: Floats
    lead: Ints
    agrees: Flags
    split: Flags


Calibrations = tuple[tuple[Calibration, ...], ...]
"""Per kind and stratum what it is worth."""


def opinion(kind: str, voices: Voices, count: int) -> Opinion:
    """Return the opinion of a kind about each of ``count`` resources: that of its surest group."""
    speaks = np.flatnonzero(voices.score > 0)
    # Of groups that are equally sure, the one with the smallest number.
    order = speaks[np.lexsort((voices.group[speaks], -voices.score[speaks], voices.row[speaks]))]
    rows, first = np.unique(voices.row[order], return_index=True)
    place = np.full(count, NONE, dtype=np.int64)
    place[rows] = order[first]
    value, score = np.full(count, NONE, dtype=np.int64), np.zeros(count, dtype=np.float64)
    value[rows], score[rows] = voices.value[place[rows]], voices.score[place[rows]]
    split = np.zeros(count, dtype=np.bool_)
    split[voices.row[speaks][voices.value[speaks] != value[voices.row[speaks]]]] = True
    return Opinion(kind, np.where(split, NONE, value), np.where(split, 0.0, score), place, split, voices)


def strata(accounts: Voices, count: int, demand: Demand) -> Ints:
    """Return the stratum of each of ``count`` resources, given what their accounts say.

    An account is of one value where enough of it is labelled, and nearly all of that with the same value.
    """
    result = np.ones(count, dtype=np.int64)
    one = (accounts.support >= demand.support) & (accounts.hits >= demand.purity * accounts.support)
    result[accounts.row[one]] = 0
    return result


def learn(
    opinions: Sequence[Opinion], stratum: Ints, label: Ints, rows: Ints, aim: tuple[float, float]
) -> Calibrations:
    """Return what each kind is worth.

    Args:
        opinions: What the kinds say.
        stratum: Per resource its place in ``STRATA``.
        label: Per resource its known value.
        rows: The labelled resources to judge by.
        aim: Precision that must be reached, and the quantile of its interval.
    """
    found = []
    for one in opinions:
        spoken = rows[one.value[rows] != NONE]
        parts = [spoken[stratum[spoken] == number] for number in range(len(STRATA))]
        found.append(tuple(calibrate(one.score[part], one.value[part] == label[part], *aim) for part in parts))
    return tuple(found)


def decide(opinions: Sequence[Opinion], calibrations: Calibrations, stratum: Ints, rows: Ints) -> Decisions:
    """Return the decisions about some resources, in their order."""
    value = np.stack([one.value[rows] for one in opinions])
    reached, precision, anywhere = _weighed(opinions, calibrations, stratum, rows)
    reached &= value != NONE
    lead, every = np.argmax(np.where(reached, precision, -1.0), axis=0), np.arange(len(rows))
    decided = reached.any(axis=0)
    chosen = np.where(decided, value[lead, every], NONE)
    objects = (value != NONE) & (value != chosen) & (anywhere >= _OBJECTS)
    contradicted = decided & objects.any(axis=0)
    decided &= ~contradicted
    inside = np.stack([one.split[rows] for one in opinions]).any(axis=0)
    return Decisions(
        np.where(decided, chosen, NONE),
        np.where(decided, precision[lead, every], 0.0),
        np.where(decided, lead, NONE),
        reached & (value == chosen) & decided,
        contradicted | (inside & ~decided),
    )


def _weighed(
    opinions: Sequence[Opinion], calibrations: Calibrations, stratum: Ints, rows: Ints
) -> tuple[Flags, Floats, Floats]:
    """Return kind x resource: whether its threshold is reached, its precision, and that of its best stratum."""
    shape = (len(opinions), len(rows))
    reached, precision, anywhere = np.zeros(shape, dtype=np.bool_), np.zeros(shape), np.zeros(shape)
    for place, (one, parts) in enumerate(zip(opinions, calibrations, strict=True)):
        score = one.score[rows]
        for number, known in enumerate(parts):
            here, worth_here = stratum[rows] == number, known.precision_at(score)
            precision[place, here], reached[place, here] = worth_here[here], known.reached(score[here])
            anywhere[place] = np.maximum(anywhere[place], worth_here)
    return reached, precision, anywhere
