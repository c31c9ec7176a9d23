"""Leaves: what a change of cost is searched over, and their sums to the last digit.

Owns the input and its checks. A leaf is a row of the finest grain that is asked about, with what it cost before and
after; how fine that is, is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Amounts = NDArray[Any]
"""Integers of 1e-12 currency units: int64, or Python's own where one is beyond 9.2 million units of currency."""

_HALF: Final = 32
_LOW: Final = 2**_HALF - 1
_UNIT: Final = 1e12
_INT64: Final = 9e6


@dataclass(frozen=True)
class Dimension:
    """One dimension of leaves.

    Attributes:
        name: Such as ``RegionId``.
        codes: Per leaf a place in ``texts``.
        texts: What the codes stand for; None where it is unknown. A text may stand there twice.
    """

    name: str
    codes: Ints
    texts: Sequence[str | None]


@dataclass(frozen=True, kw_only=True)
class Leaves:
    """Leaves of one currency.

    Attributes:
        dimensions: What causes are named by.
        before: Per leaf its cost before, integers of 1e-12; 0 where it was not there. Credits are negative.
        after: Per leaf its cost after, likewise.
        resource: What each leaf is of: each cause tells its largest, and is one of them where it alone moved. None
            where nobody asks.
        lacks: Per leaf whether a part of its cost is not known: it is no part of any cause, and counts as unexplained.
            None where all costs are known.
        expected: Per leaf what it would have cost after without any cause, units of currency; None where nothing else
            is known than what it was before.

    Raises:
        ValueError: Arrays differ in length, a code has no text, an amount is no integer, or two dimensions share a
            name.
    """

    dimensions: tuple[Dimension, ...]
    before: Amounts
    after: Amounts
    resource: Dimension | None = None
    lacks: Flags | None = None
    expected: Floats | None = None

    def __post_init__(self) -> None:
        every = (*self.dimensions, *([self.resource] if self.resource else []))
        rows = len(self.before)
        if len({one.name for one in every}) < len(every):
            message = "two dimensions share a name"
            raise ValueError(message)
        others = [self.after, *(one.codes for one in every), *([] if self.expected is None else [self.expected])]
        others += [] if self.lacks is None else [self.lacks]
        if any(len(one) != rows for one in others):
            message = f"arrays differ in length: {sorted({rows, *map(len, others)})}"
            raise ValueError(message)
        for one in every:
            if rows and not 0 <= int(one.codes.min()) <= int(one.codes.max()) < len(one.texts):
                message = f"a code of {one.name} has no text"
                raise ValueError(message)
        for amounts in (self.before, self.after):
            _check_integers(amounts)
        if self.expected is not None and not np.isfinite(self.expected).all():
            message = "what is expected is not finite"
            raise ValueError(message)


def searched(leaves: Leaves) -> Leaves:
    """Return leaves as causes are looked for in them: those that lack a part of their cost cost nothing.

    What is not known would look as if it had ended.
    """
    if leaves.lacks is None or not leaves.lacks.any():
        return leaves
    before, after = (np.where(leaves.lacks, 0, amounts) for amounts in (leaves.before, leaves.after))
    expected = None if leaves.expected is None else np.where(leaves.lacks, 0.0, leaves.expected)
    return replace(leaves, before=before, after=after, expected=expected)


def _check_integers(amounts: Amounts) -> None:
    exact = amounts.dtype == np.int64 or (
        amounts.dtype == np.object_ and all(isinstance(one, int) for one in amounts.tolist())
    )
    if not exact:
        message = f"amounts are {amounts.dtype}; expected int64, or integers of Python as objects"
        raise ValueError(message)


def whole(amounts: Amounts, rows: Flags | Ints | None = None) -> int:
    """Return the sum of amounts, every digit of it, also where it is beyond int64.

    >>> whole(np.array([2**62, 2**62, 2**62, 1]))
    13835058055282163713
    """
    chosen = amounts if rows is None else amounts[rows]
    if chosen.dtype == np.object_:
        return sum(chosen.tolist())
    return (int((chosen >> _HALF).sum()) << _HALF) + int((chosen & _LOW).sum())


def sums(amounts: Amounts, groups: Ints, count: int) -> list[int]:
    """Return the sum of amounts per group, every digit of each.

    Args:
        amounts: Per row.
        groups: Per row the place of its group.
        count: Number of groups.
    """
    if amounts.dtype == np.object_:
        found = [0] * count
        for group, amount in zip(groups.tolist(), amounts.tolist(), strict=True):
            found[group] += amount
        return found
    halves = []
    for half in (amounts >> _HALF, amounts & _LOW):
        total = np.zeros(count, dtype=np.int64)
        np.add.at(total, groups, half)
        halves.append(total.tolist())
    return [(high << _HALF) + low for high, low in zip(*halves, strict=True)]


def in_integers(amounts: Floats) -> Amounts:
    """Return units of currency as integers of 1e-12, each rounded once.

    >>> in_integers(np.array([1.5, 1e9])).tolist()
    [1500000000000, 1000000000000000000000]
    """
    if float(np.abs(amounts).max(initial=0.0)) < _INT64:
        return np.rint(amounts * _UNIT).astype(np.int64)
    return np.array([*(round(each * _UNIT) for each in amounts.tolist()), None], dtype=object)[:-1]
