"""Cloud lines of targets cut among the members below them, such as customers, so that both keep their sums.

Owns the sums over targets: a customer has parts of each product's lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finmod.models.pnl import Cell, Member
from finmod.models.proportional import cut
from finmod.terms.money import in_money, in_units

Target = tuple[Any, ...]
"""Period, segment and the columns of a target."""


@dataclass(frozen=True)
class Members:
    """The members of a target.

    Attributes:
        names: Each once; None for what is nobody's.
        units: What each costs, in units of the 12th place.
    """

    names: Sequence[Member]
    units: Sequence[int]

    def summing_to(self, whole: int) -> Members:
        """Return the members with a sum: what lacks is nobody's, so that nothing is lost."""
        rest = whole - sum(self.units)
        if not rest and self.names:
            return self
        if None not in self.names:
            return Members([*self.names, None], [*self.units, rest])
        place = self.names.index(None)
        return Members(self.names, [*self.units[:place], self.units[place] + rest, *self.units[place + 1 :]])


def cut_among(lines: Sequence[tuple[Target, Cell]], members: Mapping[Target, Members]) -> list[Cell]:
    """Return cells of members.

    Args:
        lines: Target -> what one of its lines is, of no member.
        members: Target -> those below it, who have all of it once.
    """
    by_target: dict[Target, list[Cell]] = {}
    for target, cell in lines:
        by_target.setdefault(target, []).append(cell)
    import numpy as np  # noqa: PLC0415 -- takes longer to import than most statements take

    codes: dict[Member, int] = {}
    for each in members.values():
        for name in each.names:
            codes.setdefault(name, len(codes))
    codes.setdefault(None, len(codes))
    sums = _Sums(codes, np)
    for target, cells in by_target.items():
        units = [in_units(cell.known) for cell in cells]
        own = members.get(target, Members((), ())).summing_to(sum(units))
        at = np.fromiter((codes[name] for name in own.names), dtype=np.int64, count=len(own.names))
        for cell, parts in zip(cells, cut(units, own.units), strict=True):
            sums.add(cell, at, parts)
    return [*sums.cells()]


class _Sums:
    """Amounts of each line, period and share, by the number of a member."""

    def __init__(self, codes: Mapping[Member, int], numpy: Any) -> None:  # noqa: ANN401 -- the library
        self._names, self._numpy = [*codes], numpy
        self._units: dict[tuple[int, int, Decimal], Any] = {}
        self._unknown: dict[tuple[int, int, Decimal], Any] = {}

    def add(self, cell: Cell, at: Any, parts: Sequence[int]) -> None:  # noqa: ANN401 -- an array of numbers
        """Add the parts of a line; where its amount is unknown, so are they."""
        np, place = self._numpy, (cell.line, cell.period, cell.share)
        if place not in self._units:
            self._units[place] = np.zeros(len(self._names), dtype=object)
            self._unknown[place] = np.zeros(len(self._names), dtype=bool)
        # Sums have more digits than 64 bits.
        self._units[place][at] += np.array(parts, dtype=object)
        if cell.amount is None:
            self._unknown[place][at] = True

    def cells(self) -> Iterator[Cell]:
        for place, units in self._units.items():
            line, period, share = place
            unknown = self._unknown[place]
            for number in self._numpy.flatnonzero((units != 0) | unknown).tolist():
                known = in_money(units[number])
                yield Cell(line, period, self._names[number], None if unknown[number] else known, share, known)
