"""Revenue of members by month, as the statement has it: lines of pnl.yaml, or the driver that is named.

Owns what a member without a row has in a month that is loaded: nothing, as in ``finmod pnl``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from finmod.errors import Problem, UserError, near, printable
from finmod.models.metrics import Figure, Member
from finmod.models.pnl_figures import Line
from finmod.models.pnl_report import UNALLOCATED
from finmod.settings.currencies import CURRENCIES
from finmod.settings.drivers import Driver
from finmod.settings.pnl import Pnl, read_pnl
from finmod.settings.validate import listing
from finmod.terms.findings import Finding
from finmod.terms.money import whole_sum
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.pnl.costs import Books
from finmod.workspace.pnl.lines import Lines, Series, lines_of_revenue, read_lines
from finmod.workspace.pnl.periods import Asked, chosen_periods
from finmod.workspace.pnl.series import Question, series_cells

Cells = Mapping[tuple[date, Member], Figure]
Signed = tuple[Driver, int]
"""A driver, and 1 or -1 where it is taken off."""


@dataclass(frozen=True, kw_only=True)
class Revenue:
    """What members earn.

    Attributes:
        named: Names of the drivers that have it, in words; None where there is none.
        cells: First day of the month, member -> revenue in the reporting currency; None where unknown.
        known: First days of the months in which a member without a row earned nothing.
        findings: What is unknown, and why.
    """

    named: str | None = None
    cells: Mapping[tuple[date, str], Decimal | None] = field(default_factory=dict)
    known: frozenset[date] = frozenset()
    findings: tuple[Finding, ...] = ()

    def of(self, month: date, member: str) -> Decimal | None:
        """Return what a member earned in a month; None where that is unknown."""
        return self.cells.get((month, member), Decimal(0)) if month in self.known else None


def revenue_lines(read: Measures, pnl: Pnl) -> tuple[Lines, list[Series]]:
    """Return the lines of a statement, and which drivers have those of revenue."""
    run = read.applied
    lines = read_lines(read.engine, pnl, read.drivers, lambda: read.metrics, run.dimensions)
    return lines, [each for each in lines.series if lines.lines[each.line].section == "revenue"]


def revenue_of(read: Measures, pnl: Pnl, dimension: str, driver: Driver | None) -> Revenue:
    """Return what members of a dimension earn by month.

    Args:
        read: The project's books.
        pnl: Its lines of revenue, where no driver is named.
        dimension: Whose members.
        driver: Of all revenue; None for the lines.

    Raises:
        UserError: pnl.yaml names what is not there.
    """
    lines, every = revenue_lines(read, pnl)
    if driver is not None:
        lines = replace(lines, lines=(Line(driver.settings.label or "Revenue", "revenue"),), shares={})
        every = [Series(0, driver, 1, is_spread=False, place=driver.place)]
    if not every:
        return Revenue()
    run = read.applied
    periods = chosen_periods(read.project.calendar, Asked(without=len(run.months)), run.months)
    books = Books(read.engine, read.project, read.ledger, run)
    found = series_cells(Question(books, read.taxonomy, lines, periods, dimension), every)
    months = [period.first for period in periods.chosen]
    parts: dict[tuple[date, str], list[Decimal | None]] = {}
    for cell in found.cells:
        member = UNALLOCATED if cell.member is None else cell.member
        parts.setdefault((months[cell.period], member), []).append(cell.amount)
    unknown = {months[place] for _, place in found.unknown}
    known = frozenset() if found.untold else frozenset(months) - unknown
    return Revenue(
        named=" and ".join(dict.fromkeys(each.driver.name for each in every)),
        cells={place: whole_sum(amounts) for place, amounts in parts.items()},
        known=known & frozenset(run.months),
        findings=tuple(found.findings),
    )


def revenue_drivers(read: Measures, name: str | None, by: Sequence[str]) -> tuple[Signed, ...]:
    """Return the drivers of revenue: the named one, else those of the statement's lines; none if one is not told."""
    if name is None:
        lines = lines_of_revenue(read_pnl(read.project.root), read.drivers)
        every = [(read.drivers.get(each.driver), each.sign) for each in lines]
        told = tuple((each, sign) for each, sign in every if each is not None and _is_money(each, by))
        # What lacks one of its lines is too little.
        return told if len(told) == len(every) else ()
    found = read.drivers.get(name)
    if found and _is_money(found, by):
        return ((found, 1),)
    money = [each for each, driver in read.drivers.items() if driver.settings.unit in CURRENCIES]
    close = near(name, money)
    raise UserError(
        Problem(
            code="FM2376",
            found=f"--revenue is {printable(name)}",
            expected=f"a driver of money that is told by {listing(by)}" if by else "a driver of money",
            remedy=f"Did you mean {close!r}?" if close else "Add it to drivers.yaml, or leave --revenue out.",
        )
    )


def signed_words(drivers: Sequence[Signed]) -> str | None:
    """Return the drivers of revenue in words; None for none of them."""
    added, less = (list(dict.fromkeys(each.name for each, sign in drivers if sign == one)) for one in (1, -1))
    words = " and ".join(added) or None
    return f"{words or 'nothing'} less {' and '.join(less)}" if less else words


def _is_money(driver: Driver, by: Sequence[str]) -> bool:
    return driver.settings.unit in CURRENCIES and set(by) <= {*driver.settings.by}


def earned_cells(parts: Sequence[tuple[Cells, int]]) -> dict[tuple[date, Member], Decimal | None]:
    """Return the sum of lines of revenue: who lacks in one, in a month in which others have it, earned none of it."""
    places = {place for cells, _ in parts for place in cells}
    found: dict[tuple[date, Member], Decimal | None] = {}
    for cells, sign in parts:
        loaded = {month for (month, _), figure in cells.items() if figure.numerator is not None}
        for month, member in places:
            amount = _above(cells.get((month, member)))
            if amount is None and len(parts) > 1 and month in loaded and _is_absent(cells.get((month, member))):
                amount = Decimal(0)
            so_far = found.get((month, member), Decimal(0))
            found[month, member] = None if amount is None or so_far is None else so_far + amount * sign
    return found


def _above(figure: Figure | None) -> Decimal | None:
    return figure.numerator if figure else None


def _is_absent(figure: Figure | None) -> bool:
    return figure is None or figure.why in {"missing", "not yet"}
