"""Offsets: pairs of causes of opposite sign that nearly cancel, as where something moved elsewhere.

Owns which causes are a pair. Both sides are far from what was expected, though in the total hardly anything is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from finmod.models.rootcause.answer import Cause, Offset
from finmod.terms.money import in_money, in_units

CANCELS: Final = Decimal("0.2")
"""Part of the larger side that may be left."""


def offsets(causes: Sequence[Cause]) -> tuple[Offset, ...]:
    """Return pairs that nearly cancel, those that do so best first; a cause is in one pair at most.

    Both sides have one value in some dimension, and not the same; and they have a value in common, or are named by the
    same dimensions. Without that two causes cancel by chance.

    Args:
        causes: What was found.
    """
    values = [dict((*cause.name, *cause.alike)) for cause in causes]
    found: list[tuple[Decimal, Offset]] = []
    for down, fell in enumerate(causes):
        for up, rose in enumerate(causes):
            left = _left(fell, rose)
            if left is not None and left <= CANCELS and (pair := _pair(causes, values, down, up)):
                found.append((left, pair))
    taken: set[int] = set()
    chosen = []
    for _, pair in sorted(found, key=lambda one: one[0]):
        if not taken & {pair.down, pair.up}:
            taken |= {pair.down, pair.up}
            chosen.append(pair)
    return tuple(chosen)


def _left(fell: Cause, rose: Cause) -> Decimal | None:
    """Return what is left of both, as a part of the larger; None where they are not of opposite sign."""
    down, up = -in_units(fell.excess), in_units(rose.excess)
    return Decimal(abs(up - down)) / max(up, down) if down > 0 and up > 0 else None


def _pair(causes: Sequence[Cause], values: Sequence[dict[str, str | None]], down: int, up: int) -> Offset | None:
    fell, rose = values[down], values[up]
    both = sorted(fell.keys() & rose.keys())
    moved = tuple((at, fell[at], rose[at]) for at in both if fell[at] != rose[at])
    alike = tuple((at, fell[at]) for at in both if fell[at] == rose[at])
    is_same_kind = [at for at, _ in causes[down].name] == [at for at, _ in causes[up].name]
    if not moved or not (alike or is_same_kind):
        return None
    net = in_money(in_units(causes[down].explained) + in_units(causes[up].explained))
    return Offset(down, up, moved, alike, net)
