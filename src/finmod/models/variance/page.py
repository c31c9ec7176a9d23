"""What a page about a variance says: one record for HTML, PDF, Markdown and workbooks, every amount exact.

Owns the record and the sums that follow from it. What is not there is None, and its section is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal

from finmod.models.variance.effects import EFFECTS, Effect
from finmod.models.variance.report import Change, Proof, VarianceReport
from finmod.terms.findings import Finding
from finmod.terms.metrics import Metric
from finmod.terms.money import difference, known_sum

_NOTHING: Final = Decimal(0)
_OF_SOME_DAYS: Final = "FM2558"
# What a statement says of the books that it stands on, and a variance says as well.
_AS_OF_MONTHS: Final = {"FM2319": "FM2519"}

Kind = Literal["amount", "signed", "percent", "signed percent", "points", "count", "unit", "exact"]
"""How a figure is written: ``percent`` and ``points`` are of a ratio, ``unit`` is of what a unit costs, ``exact`` has
every digit."""


@dataclass(frozen=True)
class Figure:
    """A number that a page says.

    Attributes:
        value: With every digit; None where it is not known.
        kind: How it is written.
        places: Digits behind the point; None for those of the page's amounts, or of its kind.
    """

    value: Decimal | None
    kind: Kind = "amount"
    places: int | None = None


class Name(str):
    """A text of a bill, or of people, within a sentence: it may be written from right to left, and must not turn it."""

    __slots__ = ()


Said = tuple[str | Figure, ...]
"""A sentence with its figures apart from its words; texts of bills in it are a ``Name``."""


@dataclass(frozen=True)
class Member:
    """A member of a dimension.

    Attributes:
        change: What it cost, and what changed it.
        costs: EffectiveCost of each month of the page; None where the month was not loaded.
    """

    change: Change
    costs: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True)
class Members:
    """All members of a dimension or word, which sum to the total.

    Attributes:
        by: The dimension or word.
        rows: As those of ``VarianceReport``.
    """

    by: str
    rows: tuple[Member, ...]

    @property
    def nobodys(self) -> Change | None:
        """Return what has no member; None where all of it has one."""
        return next((each.change for each in self.rows if each.change.member == (None,)), None)


@dataclass(frozen=True)
class UnitCost:
    """A metric of the month.

    Attributes:
        metric: Which.
        now: Its figure; None where it is unknown.
        before: Of the month that is compared with; None likewise.
        trend: Of each month of the page.
    """

    metric: Metric
    now: Decimal | None
    before: Decimal | None
    trend: tuple[Decimal | None, ...]

    @property
    def change(self) -> Decimal | None:
        """Return the figure minus the one before; None where either is unknown."""
        return None if self.now is None or self.before is None else difference(self.now, self.before)

    @property
    def is_better(self) -> bool | None:
        """Return whether it moved the good way; None where it did not move or no way is the good one."""
        if not self.change or self.metric.better == "neither":
            return None
        return (self.change < 0) == (self.metric.better == "lower")


@dataclass(frozen=True)
class Cause:
    """A root cause.

    Attributes:
        what: What moved unlike the rest, in words, such as ``account 4711, Amazon S3: new``.
        amount: Its part of the change.
        share: That as a ratio of the change; None where nothing changed in all.
        evidence: What was seen of it and beside it, in clauses.
    """

    what: str
    amount: Decimal
    share: Decimal | None
    evidence: tuple[Said, ...] = ()


@dataclass(frozen=True)
class Causes:
    """Root causes of the change.

    Attributes:
        rows: Those that explain most first.
        usual: What all else was expected to change by.
        unexplained: What is left: rows, others, usual and this sum to the change.
        beside: What else happened in the two months, of nothing that a cause names.
        others: How many causes there are beyond the rows.
        by_others: What those explain together.
    """

    rows: tuple[Cause, ...]
    usual: Decimal
    unexplained: Decimal
    beside: tuple[Said, ...] = ()
    others: int = 0
    by_others: Decimal = Decimal(0)

    @property
    def rest(self) -> tuple[tuple[Said, Decimal], ...]:
        """Return what stands below the rows, name and amount: with them it sums to the change."""
        named: Said = (Figure(Decimal(self.others), "count"), " other cause" if self.others == 1 else " other causes")
        others = ((named, self.by_others),) if self.others else ()
        return (*others, (("All else, as expected of it",), self.usual), (("Not explained",), self.unexplained))


@dataclass(frozen=True)
class Saving:
    """A potential saving of the month.

    Attributes:
        title: What was found.
        what: Where: a resource, a service, a commitment.
        owner: Who answers for it; None where nobody is named.
        amount: What goes away a month, or of the days that are told of it; None where a bill cannot tell it.
        cash: Of it what is paid no more at once; None likewise.
        how: How sure it is.
        effort: How much work.
        evidence: What was seen of it.
    """

    title: str
    what: str
    owner: str | None
    amount: Decimal | None
    cash: Decimal | None
    how: str
    effort: str
    evidence: str = ""


@dataclass(frozen=True)
class Savings:
    """Potential savings of the month.

    Attributes:
        rows: The largest first; those beyond what a page shows are in ``others``.
        candidates: How many there are in all.
        amount: What is known of all of them; None where none has an amount.
        cash: Of it what is paid no more at once; None likewise.
        unknown: How many have no amount.
        findings: What must be known before amounts are believed.
    """

    rows: tuple[Saving, ...]
    candidates: int
    amount: Decimal | None
    cash: Decimal | None
    unknown: int
    findings: tuple[Finding, ...] = ()

    @property
    def is_of_some_days(self) -> bool:
        """Return whether amounts are of the days that bills tell so far, and not of a month."""
        return any(each.code == _OF_SOME_DAYS for each in self.findings)

    @property
    def left(self) -> int:
        """Return how many have no row."""
        return self.candidates - len(self.rows)

    @property
    def left_unknown(self) -> int:
        """Return how many of those that have no row have no amount."""
        return self.unknown - sum(each.amount is None for each in self.rows)

    @property
    def others(self) -> tuple[Decimal | None, Decimal | None]:
        """Return what those that have no row save, and what of it is cash; None where none of them has an amount."""
        if self.left_unknown == self.left or self.amount is None or self.cash is None:
            return None, None
        shown, cash = (known_sum(getattr(each, name) for each in self.rows) for name in ("amount", "cash"))
        return difference(self.amount, shown or _NOTHING), difference(self.cash, cash or _NOTHING)


@dataclass(frozen=True)
class Invoices:
    """Invoices of the month beside their charges.

    Attributes:
        tie: How many equal their charges.
        compared: How many can be compared.
        odd: How many cannot, are not listed, or have no charges.
        unexplained: Currency and what no explanation has of their differences.
    """

    tie: int
    compared: int
    odd: int
    unexplained: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Quality:
    """What the page stands on.

    Attributes:
        sums: Number of totals that are the same in files, charges and cube, and of all of them.
        invoices: None where the project lists none.
        findings: Errors, warnings and notes of a check that are of the month.
        let_pass: Of them those that the project ignores.
        loaded_at: When the last bill of the month was read, UTC; None where that is not known.
        closed: Label of each of the two states -> when its month was closed, UTC; None for an open one.
    """

    sums: tuple[int, int]
    invoices: Invoices | None
    findings: tuple[int, int, int]
    let_pass: int
    loaded_at: datetime | None
    closed: tuple[tuple[str, datetime | None], ...]


@dataclass(frozen=True)
class Budget:
    """The month beside its plans.

    Attributes:
        report: The variance of everything against the budget.
        members: The same by one dimension; None where costs are allocated to none.
    """

    report: VarianceReport
    members: Members | None


@dataclass(frozen=True, kw_only=True)
class VariancePage:
    """Everything that a page about a variance says.

    Attributes:
        report: The variance, of everything.
        months: First days of the months that trends have, the last one that is looked at.
        costs: EffectiveCost of each of them; None where it was not loaded.
        members: By dimension, the most telling first; each sums to the total.
        units: Unit costs.
        quality: What it stands on.
        causes: None where nobody looked for them.
        savings: None likewise.
        budget: None where cloud cost has no plan, or the page is about it.
    """

    report: VarianceReport
    months: tuple[date, ...]
    costs: tuple[Decimal | None, ...]
    members: tuple[Members, ...]
    units: tuple[UnitCost, ...]
    quality: Quality
    causes: Causes | None = None
    savings: Savings | None = None
    budget: Budget | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what to know of the variance, and of the budget what is not said of that."""
        own = self.report.findings
        said, known = {(each.code, each.message) for each in own}, {each.code for each in own}
        besides = (
            each
            for each in (self.budget.report.findings if self.budget else ())
            if (each.code, each.message) not in said and _AS_OF_MONTHS.get(each.code) not in known
        )
        return (*own, *besides)

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """Return those of the variance, and of the budget."""
        return (*self.report.proofs, *(self.budget.report.proofs if self.budget else ()))

    @property
    def allocated(self) -> Decimal | None:
        """Return the share of cost that has a member of the first dimension; None where it would be no share.

        That is without an allocation or cost, and where what is nobody's is less than nothing, as credits are.
        """
        total = self.report.total.after
        if self.report.after.version is None or not self.members or total <= 0:
            return None
        nobodys = self.members[0].nobodys
        rest = nobodys.after if nobodys else _NOTHING
        return 1 - rest / total if 0 <= rest <= total else None


def ranked_effects(change: Change) -> list[tuple[Effect, Decimal]]:
    """Return the effects that are not 0, the largest first, whichever way they go."""
    found = [(effect, amount) for effect, amount in zip(EFFECTS, change.effects, strict=True) if amount]
    return sorted(found, key=lambda each: -abs(each[1]))


@dataclass(frozen=True)
class Step:
    """A step of a bridge: an effect, or several small ones together."""

    title: str
    amount: Decimal


def bridge_steps(total: Change, *, least: Decimal = Decimal("0.01")) -> tuple[Step, ...]:
    """Return what a bridge shows: the largest effects first, then the small ones together.

    Args:
        total: What changed.
        least: Part of all that moved, without signs, below which an effect is small. One small effect stands alone.
    """
    moved = known_sum(abs(each) for each in total.effects) or _NOTHING
    every = [Step(effect.title, amount) for effect, amount in ranked_effects(total)]
    small = [each for each in every if abs(each.amount) < least * moved]
    if len(small) < 2:  # noqa: PLR2004 -- one alone is not several
        return tuple(every)
    together = Step(f"{len(small)} smaller effects", known_sum(each.amount for each in small) or _NOTHING)
    return (*(each for each in every if each not in small), together)
