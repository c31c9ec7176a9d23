"""Counting: claims as exact money, each change once.

Owns the sums. They are integers of 1e-12, of leaves and never of floats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from finmod.models.metrics import quotient
from finmod.models.rootcause.answer import Cause, Moved, Part, RootCauses, Value
from finmod.models.rootcause.cells import Cells
from finmod.models.rootcause.leaves import Dimension, Flags, Leaves, in_integers, sums, whole
from finmod.models.rootcause.offsets import offsets
from finmod.models.rootcause.search import Claim
from finmod.terms.money import in_money


def answered(
    leaves: Leaves, cells: Cells, claims: Sequence[Claim], growth: Decimal | None, *, named: int
) -> RootCauses:
    """Return what claims come to in money.

    Args:
        leaves: What was searched.
        cells: Of those.
        claims: In the order in which they count, those first that are told by name.
        growth: Factor that is expected of each leaf; None where leaves say what is expected, or nothing is known.
        named: Most resources of a cause.
    """
    money = _Money(leaves, growth)
    every = [_rows(leaves, cells, claim) for claim in claims]
    own = _counted(every, sum(claim.is_told for claim in claims))
    # What narrower ones have all of explains nothing by itself.
    chosen = [each for each in zip(claims, every, own, strict=True) if each[2].any()]
    causes = tuple(
        replace(money.cause(_told(leaves, cells, claim), rows, mine, named), alike=_alike(cells, claim, rows))
        for claim, rows, mine in chosen
        if claim.is_told
    )
    others = [mine for claim, _, mine in chosen if not claim.is_told]
    rest = ~np.logical_or.reduce(every) if every else np.ones(len(leaves.before), dtype=np.bool_)
    return RootCauses(
        before=in_money(money.before),
        after=in_money(money.after),
        growth=growth,
        causes=causes,
        offsets=offsets(causes),
        usual=in_money(money.expected(rest) - whole(leaves.before, rest)),
        others=len(others),
        by_others=in_money(sum(whole(leaves.after, mine) - whole(leaves.before, mine) for mine in others)),
    )


def _counted(every: Sequence[Flags], told: int) -> list[Flags]:
    """Return which leaves count with each cause, of which the first are told by name.

    A cause that is told among the others keeps its leaves. But where such causes have all of one that is told by name,
    that one counts as if they were not there: which causes are told must not depend on those that are not.
    """
    own, alone = _owned(every), _owned(every[:told])
    for place, mine in enumerate(alone):
        if not own[place].any():
            own[place] = mine
            own[told:] = [other & ~mine for other in own[told:]]
    return own


def _owned(every: Sequence[Flags]) -> list[Flags]:
    """Return which leaves count with each cause: with the narrowest that has them, of several such with the first."""
    own = [rows.copy() for rows in every]
    order = sorted(range(len(every)), key=lambda place: (int(every[place].sum()), place))
    for at, place in enumerate(order):
        for narrower in order[:at]:
            own[place] &= ~every[narrower]
    return own


class _Money:
    """Exact sums of leaves."""

    def __init__(self, leaves: Leaves, growth: Decimal | None) -> None:
        self.leaves, self.growth = leaves, growth
        self.before, self.after = whole(leaves.before), whole(leaves.after)
        self.told = None if leaves.expected is None else in_integers(leaves.expected)

    def expected(self, rows: Flags) -> int:
        """Return what is expected of leaves, in units of 1e-12, rounded once."""
        if self.told is not None:
            return whole(self.told, rows)
        before = whole(self.leaves.before, rows)
        above, below = (Decimal(1) if self.growth is None else self.growth).as_integer_ratio()
        return (2 * before * above + below) // (2 * below)

    def _there(self, rows: Flags) -> tuple[bool, bool]:
        """Return whether some of the leaves cost something before, and after."""
        before, after = (bool((amounts[rows] != 0).any()) for amounts in (self.leaves.before, self.leaves.after))
        return before, after

    def cause(self, name: tuple[Value, ...], rows: Flags, own: Flags, named: int) -> Cause:
        leaves, change = self.leaves, self.after - self.before
        was, now = whole(leaves.before, own), whole(leaves.after, own)
        explained = now - was
        is_all = bool((own == rows).all())
        resources, concentration = _largest(leaves, rows, named)
        return Cause(
            name=name,
            before=in_money(whole(leaves.before, rows)),
            after=in_money(whole(leaves.after, rows)),
            expected=in_money(self.expected(rows)),
            explained=in_money(explained),
            share=quotient(Decimal(explained), Decimal(change)) if change else None,
            leaves=int(rows.sum()),
            resources=resources,
            concentration=concentration,
            own=None if is_all else Part(in_money(was), in_money(now), in_money(self.expected(own)), *self._there(own)),
            was=self._there(rows)[0],
            is_there=self._there(rows)[1],
        )


def _rows(leaves: Leaves, cells: Cells, claim: Claim) -> Flags:
    rows = cells.selected(claim.name)[cells.of_leaf]
    if leaves.lacks is not None:
        rows &= ~leaves.lacks
    if claim.resource is None or leaves.resource is None:
        return rows
    codes = [code for code, text in enumerate(leaves.resource.texts) if text == claim.resource]
    return np.asarray(rows & np.isin(leaves.resource.codes, codes))


def _told(leaves: Leaves, cells: Cells, claim: Claim) -> tuple[Value, ...]:
    name: tuple[Value, ...] = tuple((cells.names[at], cells.texts[at][code]) for at, code in claim.name)
    if claim.resource is None or leaves.resource is None:
        return name
    return (*name, (leaves.resource.name, claim.resource))


def _alike(cells: Cells, claim: Claim, rows: Flags) -> tuple[Value, ...]:
    """Return the value of every dimension that a claim does not name and its leaves have but one of."""
    here, named = np.unique(cells.of_leaf[rows]), {dimension for dimension, _ in claim.name}
    return tuple(
        (cells.names[at], cells.texts[at][int(codes[here[0]])])
        for at, codes in enumerate(cells.codes)
        if at not in named and (codes[here] == codes[here[0]]).all()
    )


def _largest(leaves: Leaves, rows: Flags, named: int) -> tuple[tuple[Moved, ...], Decimal | None]:
    """Return the resources of leaves that changed most, and their part of all changes of resources."""
    if leaves.resource is None:
        return (), None
    every = [*_resources(leaves, leaves.resource, rows)]
    every.sort(key=lambda one: (-abs(one[2] - one[1]), one[0] is None, one[0] or ""))
    total = sum(abs(after - before) for _, before, after in every)
    chosen = [one for one in every[:named] if one[1] != one[2]]
    of_those = sum(abs(after - before) for _, before, after in chosen)
    told = tuple(Moved(text, in_money(before), in_money(after)) for text, before, after in chosen)
    return told, quotient(Decimal(of_those), Decimal(total)) if total else None


def _resources(leaves: Leaves, resource: Dimension, rows: Flags) -> Iterator[tuple[str | None, int, int]]:
    """Yield (text, before, after) of each resource of some leaves, in units of 1e-12."""
    codes, group = np.unique(resource.codes[rows], return_inverse=True)
    before, after = (sums(amounts[rows], group, len(codes)) for amounts in (leaves.before, leaves.after))
    texts = [resource.texts[code] for code in codes.tolist()]
    found: dict[str | None, tuple[int, int]] = {}
    for text, was, now in zip(texts, before, after, strict=True):
        other = found.get(text, (0, 0))
        found[text] = other[0] + was, other[1] + now
    yield from ((text, was, now) for text, (was, now) in found.items())
