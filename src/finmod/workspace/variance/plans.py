"""A statement of one month beside its plans: what was planned, what that cost, and what has no plan.

Owns which effect a difference is. What has no plan is told apart, never as if it had been planned at 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from finmod.errors import printable
from finmod.models.pnl_figures import EXACT, Column, Member
from finmod.models.pnl_report import PnlReport
from finmod.models.variance.effects import EFFECTS, PLACE
from finmod.models.variance.report import Change, exact_sum, together
from finmod.settings.validate import listing
from finmod.terms.findings import Finding, codes

_ZERO: Final = Decimal(0)
_NAMED: Final = 5


@dataclass(frozen=True)
class Compared:
    """A statement of one month with plans.

    Attributes:
        found: The statement.
        places: Of its cloud lines, those that are compared.
        month: As people write it.
    """

    found: PnlReport
    places: Sequence[int]
    month: str

    @classmethod
    def of(cls, found: PnlReport, month: str, names: Sequence[str] | None = None) -> Compared:
        """Return a statement with those of its cloud lines that have these names; with all of them without names."""
        lines = enumerate(found.statement.lines)
        return cls(found, [at for at, each in lines if each.is_cloud and (names is None or each.name in names)], month)

    @property
    def names(self) -> list[str]:
        """Return the names of the lines."""
        return [self.found.statement.lines[at].name for at in self.places]

    @property
    def has_plans(self) -> bool:
        """Return whether one of the lines has a budget."""
        return any(at in self.found.statement.planned for at in self.places)

    def rows(self) -> list[Change]:
        """Return members, the largest change first, those without a plan after them, what is nobody's last."""
        members = [self._change((member,), column) for member, column in self._columns()]
        return sorted(
            members,
            key=lambda each: (each.member == (None,), not each.has_plan, -abs(each.change), each.member[0] or ""),
        )

    def total(self) -> Change:
        """Return all members together."""
        return together(self.rows())

    def unknown(self) -> Iterator[Finding]:
        """Yield that some cost is unknown, and stands in no effect."""
        unknown = any(column.actual.lines[at] is None for _, column in self._columns() for at in self.places)
        if unknown:
            message = "The cost of some members is unknown, and is taken as 0 beside their plan"
            yield Finding(code="FM2513", message=message, severity=codes()["FM2513"].severity)

    def without_plan(self) -> Iterator[Finding]:
        """Yield for each line with a budget who has cost and no plan of it: what was planned is unknown, and not 0.

        That a plan was written, and has no exchange rate, is another finding than that nobody wrote one.
        """
        for at in self.places:
            lacking = [
                (member, column.actual.lines[at] or _ZERO)
                for member, column in self._columns()
                if column.actual.lines[at] != 0 and (self._planned(column, at) is None or self._is_strange(member, at))
            ]
            if at not in self.found.statement.planned:
                continue
            unrated = [each for each in lacking if (at, each[0]) in self.found.odd_plans.unrated]
            unwritten = [each for each in lacking if each not in unrated]
            for code, members in (("FM2524", unrated), ("FM2520", unwritten)):
                if members:
                    yield self._lacking(code, at, members)

    def without_budget(self) -> list[tuple[str, Decimal]]:
        """Return the lines that have cost and no budget, with what they cost."""
        planned = self.found.statement.planned
        costs = {
            at: exact_sum(column.actual.lines[at] or _ZERO for _, column in self._columns())
            for at in self.places if at not in planned
        }  # fmt: skip
        return [(self.found.statement.lines[at].name, cost) for at, cost in costs.items() if cost]

    def _lacking(self, code: str, at: int, lacking: Sequence[tuple[Member, Decimal]]) -> Finding:
        ranked = sorted(lacking, key=lambda each: (-abs(each[1]), each[0] or ""))
        names = [_whose(member, self.found.by) for member, _ in ranked]
        more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
        of = f" of {listing([*names[:_NAMED], *more], 'and')}" if self.found.by else ""
        line = printable(self.found.statement.lines[at].name, 60)
        if code == "FM2524":
            what = f"The plan of the line {line!r} for {self.month}{of} is unknown for want of an exchange rate"
        else:
            what = f"No plan of the line {line!r} was written for {self.month}{of}: what was planned there is unknown"
        message = f"{what}, and not 0. What it cost is told as not planned, and sums take 0 for the plan"
        return Finding(
            code=code, message=message, severity=codes()[code].severity, measure="EffectiveCost",
            amount=exact_sum(amount for _, amount in lacking), currency=self.found.currency,
        )  # fmt: skip

    def _columns(self) -> Iterator[tuple[Member, Column]]:
        statement = self.found.statement
        for member in statement.members:
            if (0, member) in statement.columns:
                yield member, statement.columns[0, member]

    def _planned(self, column: Column, at: int) -> Decimal | None:
        return column.plan.lines[at] if column.plan and at in self.found.statement.planned else None

    def _is_strange(self, member: Member, at: int) -> bool:
        """Return whether the plan that stands with what is nobody's is of members that nobody knows."""
        return member is None and at in self.found.odd_plans.strange

    def _change(self, member: tuple[Member, ...], column: Column) -> Change:
        effects = [_ZERO] * len(EFFECTS)
        before = after = _ZERO
        has_plan = False
        for at in self.places:
            actual = column.actual.lines[at] or _ZERO
            plan = self._planned(column, at)
            after = EXACT.add(after, actual)
            if plan is not None:
                has_plan = True
                before = EXACT.add(before, plan)
                effects[PLACE["beyond_plan"]] = EXACT.subtract(effects[PLACE["beyond_plan"]], plan)
            # Whom nobody knows cost nothing of what was planned: what is nobody's is no cost of theirs.
            kind = "not_planned" if plan is None or self._is_strange(member[0], at) else "beyond_plan"
            effects[PLACE[kind]] = EXACT.add(effects[PLACE[kind]], actual)
        lacks_rate = any((at, member[0]) in self.found.odd_plans.unrated for at in self.places)
        return Change(member, before, after, tuple(effects), has_plan, lacks_rate)


def _whose(member: Member, by: str | None) -> str:
    return printable(member, 40) if member is not None else f"cost without a {printable(by or 'member', 40)}"
