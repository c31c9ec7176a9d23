"""Cloud lines of targets cut among the members below them, such as customers, so that both keep their sums.

Owns the sums over targets: a customer has parts of each product's lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from finmod.models.pnl_figures import Cell, Member
from finmod.models.proportional import cut, cut_by, is_cancelled
from finmod.terms.money import in_money, in_units

Target = tuple[Any, ...]
"""Period, segment and the columns of a target."""

_ROUNDING: Final = 10**6
"""Units of the 12th place, a millionth together: what days that share charges, and exchange rates, may round away."""

_NOBODY: tuple[Member, ...] = (None,)


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
        """Return the members with a sum: what lacks is nobody's, so that nothing is lost.

        What rounding leaves, of days that share a charge or of exchange rates, is that of who has most.
        """
        rest = whole - sum(self.units)
        if not rest and self.names:
            return self
        if self.names and None not in self.names and abs(rest) <= _ROUNDING:
            most = max(range(len(self.units)), key=lambda at: abs(self.units[at]))
            return Members(self.names, [*self.units[:most], self.units[most] + rest, *self.units[most + 1 :]])
        if None not in self.names:
            return Members([*self.names, None], [*self.units, rest])
        place = self.names.index(None)
        return Members(self.names, [*self.units[:place], self.units[place] + rest, *self.units[place + 1 :]])


def cut_among(
    lines: Sequence[tuple[Target, Cell]],
    members: Mapping[Target, Members],
    weights: Callable[[], Mapping[Target, Mapping[Member, int]]],
) -> tuple[list[Cell], Decimal]:
    """Return cells of members, and how much of lines is nobody's because nothing tells whose it is.

    Args:
        lines: Target -> what one of its lines is, of no member.
        members: Target -> those below it, who have all of it once.
        weights: Tells of each target what its members have of it, none below 0: read where a target's lines cancel each
            other out, so that their sum tells nothing of whose they are.
    """
    by_target: dict[Target, list[Cell]] = {}
    for target, cell in lines:
        by_target.setdefault(target, []).append(cell)
    import numpy as np  # noqa: PLC0415 -- takes longer to import than most statements take

    units = {target: [in_units(cell.known) for cell in cells] for target, cells in by_target.items()}
    owns = {target: members[target].summing_to(sum(own)) for target, own in units.items() if target in members}
    cancelled = {target for target, own in owns.items() if is_cancelled(units[target], own.units)}
    told = weights() if cancelled else {}
    codes: dict[Member, int] = {None: 0}
    for every in (*(each.names for each in owns.values()), *(told.get(target, ()) for target in cancelled)):
        for name in every:
            codes.setdefault(name, len(codes))
    sums = _Sums(codes, np)
    left = 0
    for target, cells in by_target.items():
        names, parts = _NOBODY, [[unit] for unit in units[target]]  # what has no members is nobody's
        if target in owns:
            names, parts = _parts(units[target], owns[target], told.get(target, {}) if target in cancelled else None)
            left += sum(map(abs, units[target])) if names is _NOBODY else 0
        at = np.fromiter((codes[name] for name in names), dtype=np.int64, count=len(names))
        for cell, each in zip(cells, parts, strict=True):
            sums.add(cell, at, each)
    return [*sums.cells()], in_money(left)


def _parts(
    units: Sequence[int], own: Members, weights: Mapping[Member, int] | None
) -> tuple[tuple[Member, ...], list[list[int]]]:
    """Return who has parts of a target's lines, and the parts of each line.

    Args:
        units: Amounts of the lines.
        own: The members, of the same sum.
        weights: Theirs, where lines cancel each other out; nobody has them where nothing tells whose they are.
    """
    if weights is None or (not any(weights.values()) and sum(units) != 0):
        return tuple(own.names), cut(units, own.units)
    if not any(weights.values()):
        return _NOBODY, [[unit] for unit in units]
    amounts = dict(zip(own.names, own.units, strict=True))
    names = tuple(dict.fromkeys([*own.names, *weights]))
    parts = cut_by(units, [amounts.get(name, 0) for name in names], [weights.get(name, 0) for name in names])
    return names, parts


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
