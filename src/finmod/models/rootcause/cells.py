"""Cells: leaves summed over resources, which is the grain that causes are searched in.

Owns the order: dimensions by name, values by text, so that neither the order of rows nor of dimensions changes an
answer. Resources come and go while what they are for goes on; a cell has both the old one and the new.

Amounts are floats here. They decide what is named, and no reported sum is made of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from finmod.models.rootcause.leaves import Amounts, Dimension, Flags, Floats, Ints, Leaves, in_integers

_ONE: Final = 1e-12
_MOST_CODES: Final = 2**62
_DENSE: Final = 4


@dataclass(frozen=True)
class Cells:
    """Cells of leaves.

    Attributes:
        names: Of the dimensions that tell leaves apart, in order.
        texts: Dimension by dimension its values, in order; None comes last.
        codes: Dimension by dimension, per cell a place in its ``texts``.
        before: Per cell, units of currency.
        after: Likewise.
        expected: What it would have cost without any cause; None where the leaves do not say.
        of_leaf: Per leaf the place of its cell.
    """

    names: tuple[str, ...]
    texts: tuple[tuple[str | None, ...], ...]
    codes: tuple[Ints, ...]
    before: Floats
    after: Floats
    expected: Floats | None
    of_leaf: Ints

    @property
    def count(self) -> int:
        """Return the number of cells."""
        return len(self.before)

    def grouped(self, dimensions: Sequence[int], rows: Ints) -> tuple[Ints, Ints]:
        """Return the groups that cells form: the first of ``rows`` of each, and per row the place of its group."""
        key, sizes = self.codes[dimensions[0]][rows], [len(self.texts[place]) for place in dimensions]
        space = sizes[0]
        for place, size in zip(dimensions[1:], sizes[1:], strict=True):
            key, space = _mixed(key, space, self.codes[place][rows], size)
        return _groups(key, space)

    def selected(self, name: Sequence[tuple[int, int]]) -> Flags:
        """Return which cells have all values of a combination of (dimension, code)."""
        found = np.ones(self.count, dtype=np.bool_)
        for dimension, code in name:
            found &= self.codes[dimension] == code
        return found


def cells_of(leaves: Leaves) -> Cells:
    """Return the cells of leaves, of which there is at least one."""
    names, texts, codes = [], [], []
    for dimension in sorted(leaves.dimensions, key=lambda one: one.name):
        values, of_leaf = _in_order(dimension)
        if len(values) > 1:
            names.append(dimension.name)
            texts.append(values)
            codes.append(of_leaf)
    key, space = np.zeros(len(leaves.before), dtype=np.int64), 1
    for values, of_leaf in zip(texts, codes, strict=True):
        key, space = _mixed(key, space, of_leaf, len(values))
    first, of_leaf = _groups(key, space)
    # As integers their sums do not depend on the order of rows.
    told = None if leaves.expected is None else in_integers(leaves.expected)
    expected = None if told is None else summed(told, of_leaf, first)
    before, after = (summed(amounts, of_leaf, first) for amounts in (leaves.before, leaves.after))
    return Cells(tuple(names), tuple(texts), tuple(each[first] for each in codes), before, after, expected, of_leaf)


def _in_order(dimension: Dimension) -> tuple[tuple[str | None, ...], Ints]:
    """Return the values that leaves have, sorted and each once, and per leaf its place among them."""
    used = np.unique(dimension.codes).tolist()
    values = sorted({dimension.texts[code] for code in used}, key=lambda text: (text is None, text or ""))
    place = {text: at for at, text in enumerate(values)}
    to_new = np.zeros(len(dimension.texts), dtype=np.int64)
    to_new[used] = [place[dimension.texts[code]] for code in used]
    return tuple(values), to_new[dimension.codes]


def _mixed(key: Ints, space: int, codes: Ints, size: int) -> tuple[Ints, int]:
    """Return keys of both, and how many there can be; they keep their order."""
    if space * size > _MOST_CODES:
        found, key = np.unique(key, return_inverse=True)
        space = len(found)
    return key * size + codes, space * size


def _groups(key: Ints, space: int) -> tuple[Ints, Ints]:
    """Return the place of the first row of each group, in the order of keys, and per row its group."""
    if space > _DENSE * len(key) + 1:
        _, first, of_row = np.unique(key, return_index=True, return_inverse=True)
        return first, of_row
    place = np.full(space, -1, dtype=np.int64)
    place[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    there = np.flatnonzero(place >= 0)
    to_group = np.zeros(space, dtype=np.int64)
    to_group[there] = np.arange(len(there))
    return place[there], to_group[key]


def summed(amounts: Amounts, of_leaf: Ints, first: Ints) -> Floats:
    """Return sums per cell as floats that do not depend on the order of rows."""
    count = len(first)
    if amounts.dtype == np.object_:
        largest = max((abs(one) for one in amounts.tolist()), default=0)
        shift = max(largest.bit_length() - 62, 0)
        amounts = np.array([one >> shift for one in amounts.tolist()], dtype=np.int64)
    else:
        shift = 0
    # Sums of halves are whole numbers below 2**53, which a float has exactly, up to two million leaves.
    high = np.bincount(of_leaf, (amounts >> 32).astype(np.float64), count)
    low = np.bincount(of_leaf, (amounts & (2**32 - 1)).astype(np.float64), count)
    return (high * 2.0**32 + low) * 2.0**shift * _ONE
