"""Lines, amounts and columns of a statement: what a column tells of its lines, exactly.

Owns subtotals and ratios. How columns come from cells is told in ``pnl.py``.

Source: Horngren, Datar and Rajan, "Cost Accounting", on the contribution income statement beside the one by function.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from typing import Final, Literal

from finmod.models.metrics import quotient

Section = Literal["revenue", "cogs", "opex"]
Member = str | None
"""A product, team, customer or cohort; None for what is nobody's."""

EXACT: Final = Context(prec=100, traps=[Inexact])
"""Sums that do not round."""
_ZERO: Final = Decimal(0)

ITEMS: Final = (
    "revenue", "cogs", "gross_profit", "gross_margin", "opex", "operating_profit", "operating_margin", "variable_cost",
    "contribution", "contribution_margin",
)  # fmt: skip
"""What a statement tells beside its lines, in its order."""
RATIOS: Final = frozenset({"gross_margin", "operating_margin", "contribution_margin"})
"""Those that are shares of revenue."""


@dataclass(frozen=True)
class Line:
    """A line of the statement.

    Attributes:
        name: What it is called; no two are the same.
        section: Where it stands.
        is_cloud: Whether it is of allocated cost, all of which the lines together must have.
    """

    name: str
    section: Section
    is_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A line's amount of one period and member, or a part of it.

    Attributes:
        line: Place of the line.
        period: Place of the period.
        member: Whose.
        amount: In the reporting currency; None where it is unknown.
        share: Share of it that varies with what is sold, from 0 to 1.
        known: What is known of an unknown amount.
        is_alone: Whether it is unknown of its member alone: all together have the sum of the others, such as a plan
            that not every member has.
    """

    line: int
    period: int
    member: Member
    amount: Decimal | None
    share: Decimal = _ZERO
    known: Decimal = _ZERO
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """One column of a statement; None is unknown.

    Attributes:
        lines: Amount of each line, in their order.
        variable: Of each line what varies with what is sold.
        revenue: Sum of the lines of revenue.
        cogs: Cost of sales.
        opex: Operating expense.
        variable_cost: Of both the part that varies.
        is_nobodys: Whether it is what is nobody's: its revenue and its cost have nothing to do with each other, so that
            it has no margin.
    """

    lines: tuple[Decimal | None, ...]
    variable: tuple[Decimal | None, ...]
    revenue: Decimal | None
    cogs: Decimal | None
    opex: Decimal | None
    variable_cost: Decimal | None
    is_nobodys: bool = False

    @property
    def gross_profit(self) -> Decimal | None:
        """Return revenue less cost of sales."""
        return less(self.revenue, self.cogs)

    @property
    def gross_margin(self) -> Decimal | None:
        """Return gross profit as a share of revenue; None where revenue is unknown or not above 0."""
        return self._share(self.gross_profit)

    @property
    def operating_profit(self) -> Decimal | None:
        """Return gross profit less operating expense."""
        return less(self.gross_profit, self.opex)

    @property
    def operating_margin(self) -> Decimal | None:
        """Return operating profit as a share of revenue; None as above."""
        return self._share(self.operating_profit)

    @property
    def contribution(self) -> Decimal | None:
        """Return revenue less the cost that varies with what is sold."""
        return less(self.revenue, self.variable_cost)

    @property
    def contribution_margin(self) -> Decimal | None:
        """Return the contribution as a share of revenue; None as above."""
        return self._share(self.contribution)

    def _share(self, amount: Decimal | None) -> Decimal | None:
        return None if self.is_nobodys else ratio(amount, self.revenue)

    def item(self, name: str) -> Decimal | None:
        """Return one of ``ITEMS``."""
        found: Decimal | None = getattr(self, name)
        return found


@dataclass(frozen=True)
class Column:
    """A member in a period, or over all of them, with what was planned.

    Attributes:
        actual: What was.
        plan: What was planned; None where no line has a budget.
    """

    actual: Figures
    plan: Figures | None = None

    def variance(self, name: str) -> Decimal | None:
        """Return actual less plan of one of ``ITEMS``; of ratios the difference in shares."""
        return less(self.actual.item(name), self.plan.item(name)) if self.plan else None

    def line_variance(self, place: int) -> Decimal | None:
        """Return actual less plan of a line."""
        return less(self.actual.lines[place], self.plan.lines[place]) if self.plan else None


def less(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    """Return a difference, every digit of it; None where a part is unknown.

    >>> less(Decimal("1.5"), Decimal(2)), less(None, Decimal(2))
    (Decimal('-0.5'), None)
    """
    return None if one is None or other is None else EXACT.subtract(one, other)


def ratio(part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    """Return a share to 12 places; None where a side is unknown or the whole is not above 0, never infinity.

    >>> ratio(Decimal(1), Decimal(4)), ratio(Decimal(1), Decimal(0)), ratio(Decimal(1), Decimal(-4))
    (Decimal('0.250000000000'), None, None)
    """
    return None if part is None or whole is None or whole <= 0 else quotient(part, whole)
