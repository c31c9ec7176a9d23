"""What repair of tags is given and what it gives back.

Owns the records. What becomes of a text is decided in judge.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Observed:
    """One tag text as it stands on resources of a month.

    Attributes:
        text: As it stands, hostile: escape before showing.
        resources: Number of resources that carry it.
        cost: EffectiveCost of those, one currency.
        evidence: What other sources of the taxonomy call the same resources, without this tag: value name -> number
            of resources. May be empty. No more than ``resources`` in sum.
        sure: Those of them of which two kinds of evidence tell it that do not depend on each other.
        kinds: Value name -> the kinds of evidence that told it, for people: ``account``, ``team`` and the like.
    """

    text: str
    resources: int
    cost: Decimal
    evidence: Mapping[str, int] = field(default_factory=dict)
    sure: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """One value of the dimension: its name, the other texts that mean it, and whether others share it."""

    name: str
    aliases: tuple[str, ...] = ()
    shared: bool = False


@dataclass(frozen=True)
class Repair:
    """A text and the value that it means.

    Attributes:
        text: As in ``Observed``.
        value: Name of the value.
        confidence: Chance that it means this value, 0 to 1, three decimals. 1 where the two are the same after
            folding: the taxonomy reads such texts without an alias.
        how: What joins them: ``case``, ``separators``, ``spelling``, ``abbreviation``, ``words``, ``evidence``;
            several are joined by ``+``. ``alias+`` in front: it is near an alias, not the name.
        reason: For people, one clause; holds names of values and numbers, no text of the bill.
        runner_up: The value that comes next; None where no other one comes near.
        resources: As in ``Observed``.
        cost: As in ``Observed``.
    """

    text: str
    value: str
    confidence: float
    how: str
    reason: str
    runner_up: str | None
    resources: int
    cost: Decimal


@dataclass(frozen=True)
class Unclear:
    """A text without a value that is sure enough.

    Attributes:
        text: As in ``Observed``.
        guess: The value that comes nearest; None where none does or none may.
        confidence: Chance of the guess, as in ``Repair``; 0 where there is none.
        reason: For people, as in ``Repair``.
        resources: As in ``Observed``.
        cost: As in ``Observed``.
    """

    text: str
    guess: str | None
    confidence: float
    reason: str
    resources: int
    cost: Decimal


@dataclass(frozen=True)
class Verdicts:
    """What became of the texts that are not known, each the costliest first, then by text."""

    repairs: tuple[Repair, ...]
    unclear: tuple[Unclear, ...]
