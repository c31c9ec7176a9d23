"""Root causes with what else happened then, as pages and programs tell them.

Owns the record. That two things happened at once is no proof that one made the other: they stand beside each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from finmod.models.rootcause.answer import RootCauses, Value
from finmod.models.variance.report import Proof, State
from finmod.terms.findings import Finding

Kind = Literal["event", "rules", "load", "close"]


@dataclass(frozen=True)
class Happening:
    """Something that happened in one of the two months, or to what is known of them.

    Attributes:
        kind: ``event`` of the project's list, ``rules`` applied, ``load`` of a bill again, ``close``.
        day: When.
        until: Its last day, where it lasted; None for one day.
        text: What.
        of: (dimension, value) that it is told of; empty for everything.
        where: ``file:line`` of an event; None of all else.
    """

    kind: Kind
    day: date
    until: date | None
    text: str
    of: tuple[Value, ...] = ()
    where: str | None = None


@dataclass(frozen=True)
class DriverMove:
    """What a driver came to in both months.

    Attributes:
        driver: Its name.
        unit: What it counts.
        of: (dimension, value) of the member; empty for all.
        before: A day, on average of the days that it is told.
        after: Likewise.
        since: First day that it is told, where that is within one of the months; None where they are told from the
            first day.
        until: Last day that it is told; None likewise.
    """

    driver: str
    unit: str
    of: tuple[Value, ...]
    before: Decimal
    after: Decimal
    since: date | None = None
    until: date | None = None

    @property
    def change(self) -> Decimal | None:
        """Return by what part it moved; None where it was nothing before, or less than nothing."""
        return self.after / self.before - 1 if self.before > 0 else None

    @property
    def is_new(self) -> bool:
        """Return whether it was nothing before."""
        return not self.before and bool(self.after)

    @property
    def told(self) -> str:
        """Return of which days it is told, in words; nothing where those are all of both months."""
        ends = (("since", self.since), ("until", self.until))
        words = " and ".join(f"{word} {day}" for word, day in ends if day)
        return f"told {words}" if words else ""


@dataclass(frozen=True)
class Beside:
    """What stands beside one cause.

    Attributes:
        happenings: What happened to what it names, or to everything.
        drivers: Drivers of what it names, those that moved most first.
    """

    happenings: tuple[Happening, ...] = ()
    drivers: tuple[DriverMove, ...] = ()


@dataclass(frozen=True)
class CausesReport:
    """Why cost changed between two states.

    Attributes:
        project: Name of the project.
        currency: Of all amounts.
        before: What is compared with.
        after: What is looked at.
        found: Causes, offsets and the rest.
        beside: One per cause, in their order.
        happenings: What happened besides, of nothing that a cause names.
        drivers: How drivers moved in all, those that moved most first.
        findings: What to know.
        proofs: That the comparison has all charges.
    """

    project: str
    currency: str
    before: State
    after: State
    found: RootCauses
    beside: tuple[Beside, ...]
    happenings: tuple[Happening, ...]
    drivers: tuple[DriverMove, ...]
    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...] = ()
