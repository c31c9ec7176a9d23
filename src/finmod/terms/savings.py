"""Rules of potential savings: what is looked for in bills, what must be seen of it, and what of its cost goes away.

Owns the record of a rule without the charges that it selects, which ``settings`` has. Nothing here is verified: a
potential saving is what the bills say could be saved; what was saved is another question.

Source: FinOps Foundation, "Usage Optimization" and "Rate Optimization".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

Kind = Literal["usage", "commitment"]
"""Whether less or other usage saves, or another commitment to what is used."""

How = Literal["whole", "at most", "rule of thumb", "by the bill", "unknown"]
"""How sure a saving is: the whole charge goes away; a ratio of prices that may hold less back; a share that somebody
thought of; a price or rate that the bill itself shows; nothing that a bill could tell."""

HOWS: Final[dict[How, str]] = {
    "whole": "the whole charge goes away",
    "by the bill": "a price or rate that the bill itself shows",
    "at most": "a ratio of prices, or a whole of which a part may stay: it is this much at most",
    "rule of thumb": "a share that is a rule of thumb: replace it by what you know",
    "unknown": "a bill cannot tell it: there is no amount",
}
"""How sure a saving is -> what that means."""

Per = Literal["resource", "place", "commitment", "family"]
Effort = Literal["S", "M", "L"]
Risk = Literal["low", "medium", "high"]
EFFORTS: Final[dict[Effort, str]] = {"S": "hours", "M": "days", "L": "weeks"}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the days of a month must show, and what must lack beside them; None and False demand nothing.

    Attributes:
        days: Share of the days that the bill reaches, seven at least, on which it must be charged.
        months: Number of months before, in each of which the resource must be charged too.
        steady: Least part of the most that is used on a day which each day must use.
        weekends: Least part of an average weekday which an average day of the weekend must use.
        hours: Hours a day that it must run on average, where it is counted in hours and has a resource.
        no_decline: Least part of the month's average day which its last seven days must use.
        without: Where usage of the rule's ``beside`` must lack: on the same ``resource``, or in the ``place``: account
            and region.
        beside_at_most: Most part of its own cost which usage of ``beside`` on the same resource may cost; usage whose
            cost is unknown shows nothing.
    """

    days: Decimal | None = None
    months: int | None = None
    steady: Decimal | None = None
    weekends: Decimal | None = None
    hours: Decimal | None = None
    no_decline: Decimal | None = None
    without: Literal["resource", "place"] | None = None
    beside_at_most: Decimal | None = None

    @property
    def needs_resource(self) -> bool:
        """Return whether only charges with a resource can show it."""
        return self.without == "resource" or self.beside_at_most is not None or self.months is not None

    @property
    def needs_days(self) -> bool:
        """Return whether only charges that are billed by the day can show it."""
        return any(each is not None for each in (self.steady, self.weekends, self.hours, self.no_decline))


@dataclass(frozen=True, kw_only=True)
class Successor:
    """What takes the place of an older kind.

    Attributes:
        old: Part of the meter's name that tells the older kind.
        new: What stands in its place in the meter of the newer one.
        share: Part of the price that is saved; None where only a bill that has both can tell it.
    """

    old: str
    new: str
    share: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class SavingRule:
    """One kind of potential saving.

    Attributes:
        name: Its name.
        title: What is found, in a few words.
        kind: What saves.
        per: What a candidate is: a ``resource``, a ``place``, which is an account's service in a region, a
            ``commitment``, or a ``family`` of machines in a region.
        family: Of ``family``: regular expression whose first group in the meter's name is the family.
        beside_words: What usage beside it is called, which must lack or cost little.
        evidence: What must be seen.
        seen: The same in words.
        share: Part of the cost that goes away; None where it is unknown, or where each candidate has its own.
        how: How sure it is.
        basis: Why it is that much.
        source: Where that is from.
        successors: What older kinds are replaced by.
        suppliers: Whose bills show it.
        effort: How much work it is.
        risk: What can go wrong.
        remedy: What to do.
        order: Its place among the rules: what an earlier rule saves, no later one saves again.
    """

    name: str
    title: str
    kind: Kind
    per: Per
    family: str | None = None
    beside_words: str | None = None
    evidence: Evidence
    seen: str
    share: Decimal | None
    how: How
    basis: str
    source: str
    successors: tuple[Successor, ...] = ()
    suppliers: tuple[str, ...]
    effort: Effort
    risk: Risk
    remedy: str
    order: int
