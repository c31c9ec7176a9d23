"""A statement with what it stands on, as pages, exports and programs tell it.

Owns the record, the words for what a statement tells, and its rows for programs: one for each period, member and item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from finmod.models.pnl import Proof, Statement
from finmod.models.pnl_figures import ITEMS, RATIOS, Column, Member
from finmod.terms.calendars import FiscalPeriod, Grain
from finmod.terms.findings import Finding

UNALLOCATED: Final = "(unallocated)"
"""How what is nobody's is called where people read."""
ALL: Final = "all"
"""How all members together are called there."""
WHOLE: Final = "total"
"""The period that is all of them."""

_MADE_OF: Final[dict[str, set[str]]] = {
    "gross_profit": {"revenue", "cogs"}, "operating_profit": {"revenue", "cogs", "opex"},
    "contribution": {"revenue", "cogs", "opex"}, "revenue": {"revenue"}, "cogs": {"cogs"}, "opex": {"opex"},
}  # fmt: skip
_PLANNED: Final = tuple(_MADE_OF)

TITLES: Final = {
    "revenue": "Revenue",
    "cogs": "Cost of sales",
    "gross_profit": "Gross profit",
    "gross_margin": "Gross margin",
    "opex": "Operating expense",
    "operating_profit": "Operating profit",
    "operating_margin": "Operating margin",
    "variable_cost": "Variable cost",
    "contribution": "Contribution",
    "contribution_margin": "Contribution margin",
}
"""What people call ``ITEMS``."""


@dataclass(frozen=True)
class OddPlans:
    """What of plans is unlike others, over all periods.

    Attributes:
        strange: Places of the lines whose plan of what is nobody's is of members alone that nobody knows: it was never
            meant for what is nobody's.
        unrated: Place of the line and member of plans that are unknown for want of an exchange rate; members as they
            are before some of them stand together.
    """

    strange: frozenset[int] = frozenset()
    unrated: frozenset[tuple[int, Member]] = frozenset()


@dataclass(frozen=True)
class PnlReport:
    """A statement and what it stands on.

    Attributes:
        project: Name of the project.
        currency: Of its amounts.
        cost: FOCUS id of the cost of cloud lines.
        version: Of the applied allocation.
        applied_at: When that was applied, UTC.
        by: What members are; None for all together.
        grain: Length of the periods.
        periods: The periods.
        statement: The statement.
        order: Its members as they are shown: the best first, others together, the worst, what is nobody's last.
        others: Number of members that stand together; 0 where each stands alone.
        together: What these are called in ``order``, which no member is; None where each stands alone.
        proofs: One per billing currency.
        findings: What to know of it, the gravest first.
        odd_plans: What of plans is unlike others.
    """

    project: str
    currency: str
    cost: str
    version: int
    applied_at: datetime
    by: str | None
    grain: Grain
    periods: tuple[FiscalPeriod, ...]
    statement: Statement
    order: tuple[Member, ...]
    others: int
    proofs: tuple[Proof, ...]
    findings: tuple[Finding, ...]
    together: Member = None
    odd_plans: OddPlans = field(default_factory=OddPlans)

    def called(self, member: Member) -> str:
        """Return what people read of a member; one called as all together, or as what is nobody's, has a star."""
        if member is None:
            return UNALLOCATED
        label = member
        while label in {ALL, UNALLOCATED} or (label != member and label in self.statement.members):
            label += "*"
        return label


COLUMNS: Final = (
    "period", "first_day", "end", "by", "member", "whose", "kind", "section", "item", "actual", "plan", "variance",
    "currency",
)  # fmt: skip
"""Columns of the rows for programs: kind is line, total or ratio; end is the day after the last one.

whose is member, others, which stand together, nobody or all; of the last three member is empty.
"""


def rows_of(report: PnlReport) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each period, member and item.

    A period without a column of a member has no rows of it. Of all members together, member is empty where by is, and
    there is one of each period; of several periods there are rows of the whole too.
    """
    told = report.statement
    for place, period in enumerate(report.periods):
        days = (period.label, period.first, period.end)
        for member in report.order if report.by else ():
            column = told.columns.get((place, member))
            if column is not None:
                yield from _rows(report, days, report.by, member, column)
        yield from _rows(report, days, None, None, told.totals[place])
    if len(report.periods) > 1:
        days = (WHOLE, report.periods[0].first, report.periods[-1].end)
        for member in report.order if report.by else ():
            yield from _rows(report, days, report.by, member, told.whole[member])
        yield from _rows(report, days, None, None, told.total)


def _rows(
    report: PnlReport, days: tuple[Any, ...], by: str | None, member: Member, column: Column
) -> Iterator[tuple[Any, ...]]:
    whose = "all" if by is None else "nobody" if member is None else "member"
    if member is not None and member == report.together:
        member, whose = None, "others"
    actual, plan = column.actual, column.plan
    for place, line in enumerate(report.statement.lines):
        planned = plan.lines[place] if plan else None
        yield (*days, by, member, whose, "line", line.section, line.name, actual.lines[place], planned,
               column.line_variance(place), report.currency)  # fmt: skip
    for name in ITEMS:
        kind = "ratio" if name in RATIOS else "total"
        planned = plan.item(name) if plan else None
        currency = None if kind == "ratio" else report.currency
        yield (*days, by, member, whose, kind, None, name, actual.item(name), planned, column.variance(name), currency)


def planned_item(told: Statement) -> str | None:
    """Return the item whose plan stands beside members: gross profit, or the first that has a plan; None without any.

    A sum of which a line has no budget has no plan, nor has one without lines.
    """
    plan, there = told.total.plan, {told.lines[place].section for place in told.planned}
    if plan is None:
        return None
    return next((name for name in _PLANNED if plan.item(name) is not None and there & _MADE_OF[name]), _PLANNED[0])


def clouds_are_known(told: Statement) -> bool:
    """Return whether all lines of allocated cost are known."""
    return all(told.total.actual.lines[place] is not None for place, line in enumerate(told.lines) if line.is_cloud)


def percent(share: Decimal | None) -> str:
    """Return a share for people; unknown is a dash.

    >>> percent(Decimal("0.8269")), percent(None)
    ('82.7 %', '-')
    """
    return "-" if share is None else f"{share * 100:.1f} %"
