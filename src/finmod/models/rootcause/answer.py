"""Answers: what was found, in exact money, with resources by name and moves that offset each other.

Owns what is reported. Each change is counted once: a leaf that several causes have counts with the narrowest of them,
which is the one with the fewest leaves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from finmod.errors import counted
from finmod.terms.money import difference, in_money, in_units

Value = tuple[str, str | None]
Direction = Literal["up", "down"]
Kind = Literal["new", "ended", "more", "less"]


@dataclass(frozen=True)
class Moved:
    """A resource in a cause, or what has no resource.

    Attributes:
        name: Its text; None where it is unknown.
        before: What it cost in the combination.
        after: Likewise.
    """

    name: str | None
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        """Return after minus before."""
        return difference(self.after, self.before)


@dataclass(frozen=True)
class Part:
    """What some leaves of a cause cost.

    Attributes:
        before: Of them.
        after: Likewise.
        expected: What they would have cost after without any cause.
        was: Whether any of them cost something before: they may sum to nothing.
        is_there: Likewise after.
    """

    before: Decimal
    after: Decimal
    expected: Decimal
    was: bool = True
    is_there: bool = True


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A combination that moved unlike the rest.

    Attributes:
        name: (dimension, value) by the name of the dimension; a value of None says that it is unknown there. Where one
            resource alone moved, it stands last.
        before: Of all leaves of the combination.
        after: Likewise.
        expected: What they would have cost after without any cause.
        explained: After minus before of its leaves that no narrower cause has: its part of the whole change.
        share: Explained as a ratio of the whole change; None where nothing changed in all.
        leaves: How many it has.
        resources: The largest by change, in that order.
        concentration: What part of the changes of single resources those have, without signs: 1 where they are all of
            it. None where leaves have no resources, or none of them changed.
        alike: (dimension, value) that all its leaves have beside what it is named by.
        own: Its leaves that no narrower cause has, which ``explained`` is of; None where that is all of them.
        was: Whether any of its leaves cost something before.
        is_there: Likewise after.
    """

    name: tuple[Value, ...]
    before: Decimal
    after: Decimal
    expected: Decimal
    explained: Decimal
    share: Decimal | None
    leaves: int
    resources: tuple[Moved, ...] = ()
    concentration: Decimal | None = None
    alike: tuple[Value, ...] = ()
    own: Part | None = None
    was: bool = True
    is_there: bool = True

    @property
    def change(self) -> Decimal:
        """Return after minus before, of all leaves of the combination."""
        return difference(self.after, self.before)

    @property
    def excess(self) -> Decimal:
        """Return what it cost after beyond what was expected; negative where it is less."""
        return difference(self.after, self.expected)

    @property
    def direction(self) -> Direction:
        """Return whether it cost more than expected, or less: where all else doubles, what stays the same is down."""
        return "up" if self.excess > 0 else "down"

    @property
    def one_resource(self) -> str | None:
        """Return the resource that it is, where it is one alone: its largest says nothing more then."""
        is_one = len(self.resources) == 1 and self.name and self.resources[0].name == self.name[-1][1]
        return self.resources[0].name if is_one else None

    @property
    def known_alike(self) -> tuple[Value, ...]:
        """Return what all its leaves have alike, without what is unknown of them."""
        return tuple(each for each in self.alike if each[1] is not None)

    @property
    def counted(self) -> Part:
        """Return the leaves that count with it: after minus before is ``explained``."""
        return self.own or Part(self.before, self.after, self.expected, self.was, self.is_there)

    @property
    def kind(self) -> Kind:
        """Return what happened to what counts with it: new, ended, or more or less of it than expected."""
        part = self.counted
        if not part.was or not part.is_there:
            return "ended" if part.was else "new"
        return "more" if part.after > part.expected else "less"


@dataclass(frozen=True)
class Offset:
    """Two causes of opposite sign that nearly cancel, such as a move from one region to another.

    Attributes:
        down: Place of the cause that fell.
        up: Place of the one that rose.
        moved: (dimension, value of what fell, value of what rose), where each side has one value.
        alike: What both sides have in common.
        net: What both changed together, each change counted once.
    """

    down: int
    up: int
    moved: tuple[tuple[str, str | None, str | None], ...]
    alike: tuple[Value, ...]
    net: Decimal


@dataclass(frozen=True, kw_only=True)
class RootCauses:
    """Why a cost changed. All amounts are of one currency.

    Attributes:
        before: Of all leaves.
        after: Likewise.
        growth: Factor that most of the money moved by, 12 digits of it; None where it is unknown, or expected amounts
            were given.
        causes: In the order in which they were found: each explains most of what those before it left.
        offsets: Pairs of them that nearly cancel.
        usual: Change that was expected of the leaves that no cause has: their growth.
        others: How many causes were found beyond those that are told by name.
        by_others: What of the change those explain together.
    """

    before: Decimal
    after: Decimal
    growth: Decimal | None
    causes: tuple[Cause, ...]
    offsets: tuple[Offset, ...]
    usual: Decimal
    others: int = 0
    by_others: Decimal = Decimal(0)

    @property
    def change(self) -> Decimal:
        """Return after minus before."""
        return difference(self.after, self.before)

    @property
    def explained(self) -> Decimal:
        """Return the part of the change that the causes explain which are told by name."""
        return in_money(sum(in_units(one.explained) for one in self.causes))

    @property
    def remainder(self) -> Decimal:
        """Return the rest of the change: what was expected anyway, and what nothing explains."""
        return difference(difference(self.change, self.explained), self.by_others)

    @property
    def unexplained(self) -> Decimal:
        """Return the part of the remainder that was not expected: causes, usual change and this sum to the change.

        It is the same however many causes are told by name.
        """
        return difference(self.remainder, self.usual)

    def rest(self) -> Iterator[tuple[str, str, Decimal]]:
        """Yield (word, what it is, amount) of all that causes by name do not explain: with them it is the change."""
        if self.others:
            yield "others", counted(self.others, "other cause"), self.by_others
        yield "usual", "as most of the cost moved", self.usual
        yield "unexplained", "not explained", self.unexplained
