"""The search: one cause after another, each the one that explains most of what is left.

Owns the order of the search and when it ends. Layer by layer it looks at all combinations of one, two and three
dimensions. A combination cannot gain more than its cells are off, and neither can one that is part of it: where that is
less than what is found already, neither is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np

from finmod.models.rootcause.cells import Cells
from finmod.models.rootcause.claims import ALIKE, Bar, Claims, Prospect, claims
from finmod.models.rootcause.leaves import Flags, Floats
from finmod.models.rootcause.singles import Singles

WIDTH: Final = 3
"""Most dimensions that a cause is named by."""
END: Final = 20
"""Causes that are looked for at most, however few of them are told by name: what nothing explains must not depend on
how many somebody wants to see. Beyond so many each has hardly more than its part of the noise, and costs a search."""
_PER_NAME: Final = 0.92
"""Another dimension has to explain so much more."""
_EVIDENCE_PER_NAME: Final = 3.0
_COMMON: Final = 0.5
_RIVALS: Final = 200
_PLAIN: Final = 0.4
"""Part of all that is off from which on a claim is no chance, however few cells it has."""
_OF_REST: Final = 0.03
"""Part of all that is off that a claim has to explain."""
_DIGITS: Final = 9


@dataclass(frozen=True)
class Claim:
    """A combination that moved.

    Attributes:
        name: (place of a dimension, place of its value), in order.
        gain: Money that it explains.
        evidence: For it.
        factor: By which its cells moved; infinite for new ones.
        resource: The one of the combination that moved while its others stood still; None where all of it moved.
        is_told: Whether it is told by name; those that are not are told in one sum.
    """

    name: tuple[tuple[int, int], ...]
    gain: float
    evidence: float
    factor: float
    resource: str | None = None
    is_told: bool = True


def found_claims(
    cells: Cells, start: Prospect, *, least: float, most: int = END, singles: Singles | None = None
) -> list[Claim]:
    """Return the claims that explain what cells cost, in the order in which they were found.

    Args:
        cells: What is explained.
        start: What is expected of them without any cause.
        least: Money that a claim has to explain.
        most: How many there are at most.
        singles: Resources of the cells; None where nobody knows them.
    """
    found: list[Claim] = []
    now = start
    while len(found) < most:
        best = _best(cells, now, singles, least)
        if best is None:
            break
        rest = float(now.off.sum()) - best.gain
        is_told = any((best.name, best.resource) == (one.name, one.resource) for one in found)
        if best.gain < _OF_REST * rest or is_told:
            break
        found.append(best)
        rows = cells.selected(best.name)
        if singles is not None:
            now = now.with_moves(*singles.of(best.resource, rows)) if best.resource else now
            singles = singles.with_claim(rows, best.factor, best.resource)
        now = (now if best.resource else now.with_claim(rows, best.factor)).with_spread()
    return found


def _best(cells: Cells, now: Prospect, singles: Singles | None, least: float) -> Claim | None:
    """Return the claim that explains most: a combination, one resource in it, or one resource alone."""
    rivals = candidates(cells, now, least)
    best = _best_name(cells, now, rivals) if any(one.gain > least for one in rivals) else None
    if singles is None:
        return best
    single = singles.best(now, least, _EVIDENCE_PER_NAME)
    if single and (best is None or single.gain * _PER_NAME**WIDTH > best.gain):
        return Claim((), single.gain, single.evidence, single.factor, single.resource)
    return best and replace(best, resource=singles.alone(cells.selected(best.name), best.factor))


def candidates(cells: Cells, now: Prospect, least: float) -> list[Claim]:
    """Return the claim that gains most, and those that gain nearly so much; empty where none gains enough."""
    if not cells.names:
        return []
    every: list[tuple[tuple[int, ...], Claims]] = []
    best, layers = least, [*_layers(len(cells.names))]
    # Chance finds the best of so many names.
    by_chance = float(np.log(cells.count * len(layers)))
    may: dict[tuple[int, ...], Flags] = {(): np.ones(cells.count, dtype=np.bool_)}
    for dimensions in layers:
        wider = [may[one] for one in combinations(dimensions, len(dimensions) - 1)]
        bar = Bar(best, by_chance + _EVIDENCE_PER_NAME * len(dimensions), _PLAIN * float(now.off.sum()))
        told = claims(cells, now, dimensions, np.flatnonzero(np.logical_and.reduce(wider)), bar)
        if len(told.first):
            every.append((dimensions, told))
            best = max(best, float(told.gain.max()))
        may[dimensions] = np.zeros(cells.count, dtype=np.bool_)
        may[dimensions][told.open_rows] = True
    return [
        one for dimensions, told in every for one in _claims_of(cells, dimensions, told) if one.gain >= ALIKE * best
    ]


def _layers(count: int) -> Iterator[tuple[int, ...]]:
    for width in range(1, min(WIDTH, count) + 1):
        yield from combinations(range(count), width)


def _claims_of(cells: Cells, dimensions: tuple[int, ...], told: Claims) -> Iterator[Claim]:
    columns = (told.first.tolist(), told.gain.tolist(), told.evidence.tolist(), told.factor.tolist())
    for cell, gain, evidence, factor in zip(*columns, strict=True):
        yield Claim(tuple((one, int(cells.codes[one][cell])) for one in dimensions), gain, evidence, factor)


def _best_name(cells: Cells, now: Prospect, rivals: list[Claim]) -> Claim:
    """Return of those that explain mostly the same money the name for which there is most evidence."""
    off: Floats = now.off
    whole = float(off.sum())

    def short_gain(one: Claim) -> tuple[float, int]:
        return round(one.gain / whole * _PER_NAME ** (len(one.name) - 1), _DIGITS), -len(one.name)

    def sureness(one: Claim) -> tuple[float, int, float]:
        evidence = one.evidence - _EVIDENCE_PER_NAME * len(one.name)
        return round(evidence, _DIGITS), -len(one.name), round(one.gain / whole, _DIGITS)

    ranked = sorted(rivals, key=short_gain, reverse=True)
    base = np.where(cells.selected(ranked[0].name), off, 0.0)
    of_best = float(base.sum())
    alike = []
    for one in ranked[:_RIVALS]:
        rows = cells.selected(one.name)
        if float(base[rows].sum()) >= _COMMON * max(of_best, float(off[rows].sum())):
            alike.append(one)
    return max(alike, key=sureness)
