"""The Python API: a project opened, and what its commands tell as frames.

Owns the names that Python users call. What they get is what ``finmod`` prints, from the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from finmod.models.pnl_report import COLUMNS as PNL_COLUMNS
from finmod.models.pnl_report import rows_of as pnl_rows
from finmod.settings.project import Project, find_project, load_project
from finmod.terms.calendars import Grain as FiscalGrain
from finmod.workspace.api_words import (
    arguments,
    count_of,
    flag_of,
    month_of,
    one_of,
    period_of,
    state_of,
    text_of,
    words_of,
)
from finmod.workspace.frame import Frame
from finmod.workspace.metrics.metric import COMPARISONS, GRAINS, Compare, Grain, list_metrics, metric
from finmod.workspace.metrics.rows import AMOUNTS, LISTED, columns_of, listed, rows_of
from finmod.workspace.pnl.periods import Asked
from finmod.workspace.pnl.statement import Wanted, make_pnl
from finmod.workspace.query import query

if TYPE_CHECKING:
    from finmod.workspace.api_unit_economics import Interval, Number, Pair, UnitEconomics

_DECIMAL = "DECIMAL(38,12)"
_LISTED = {**dict.fromkeys(LISTED, "VARCHAR"), "built_in": "BOOLEAN"}
_FISCAL: tuple[FiscalGrain, ...] = ("month", "period", "quarter", "year")


class Workspace:
    """A project, open for questions; every answer is of the books as they stand when it is asked.

    >>> import finmod as fm
    >>> ws = fm.open("northwind")  # doctest: +SKIP
    >>> ws.metric("cost_per_order", by="product").pandas()  # doctest: +SKIP
    """

    def __init__(self, project: Project) -> None:
        """Keep the project; nothing is read yet."""
        self.project = project

    def __repr__(self) -> str:
        """Return its name and folder."""
        return f"<finmod workspace {self.project.name!r} at {self.project.root}>"

    def metrics(self) -> Frame:
        """Return every metric: what it is made of, its unit, how it adds up, who answers for it.

        Returns:
            A row per metric, as ``finmod metric --list`` has it for programs; ``by`` has commas between its words.
        """
        found = list_metrics(self.project)
        at = LISTED.index("by")
        rows = [(*row[:at], ",".join(by), *row[at + 1 :]) for row, by in ((listed(each), each.by) for each in found)]
        return Frame(LISTED, tuple(rows), types=_LISTED)

    def metric(  # noqa: PLR0913 -- what is asked
        self,
        name: str,
        by: str | Sequence[str] | None = (),
        *,
        grain: Grain = "month",
        first: str | date | None = None,
        last: str | date | None = None,
        compare: Compare | None = None,
        totals: bool = False,
    ) -> Frame:
        """Return the figures of a metric, as ``finmod metric`` has them.

        Args:
            name: Of the metric.
            by: Dimension, word such as ``service``, or column; several as a list; None for none.
            grain: ``day``, ``month``, or of the fiscal calendar ``period``, ``quarter`` or ``year``.
            first: First month, ``YYYY-MM``, or a date or datetime in it; None for the first of the books.
            last: Last month, likewise; None for the last one.
            compare: ``previous`` or ``year``.
            totals: Whether rows of everything follow, with the column is_total. They are made of the sums of both
                sides: what has a denominator is never to be added up.

        Returns:
            A row per member and period: metric, period, first_day, what it is told by, numerator, denominator, value,
            unit, with compare before, change and change_share, and why there is no value. A dimension that is called
            as one of these is called by its column of SQL, such as ``x_Value``.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod metric`` says.
        """
        span = month_of(first, "first"), month_of(last, "last")
        told = one_of(grain, "grain", GRAINS)
        beside = None if compare is None else one_of(compare, "compare", COMPARISONS)
        asked = text_of(name, "name", "the name of a metric"), words_of(by, "by")
        with_totals = flag_of(totals, "totals")
        with arguments():
            report = metric(self.project, *asked, grain=told, first=span[0], last=span[1], compare=beside)
        types = {**dict.fromkeys(AMOUNTS, _DECIMAL), "first_day": "DATE", "is_total": "BOOLEAN"}
        return Frame(
            columns_of(report, totals=with_totals), rows_of(report, totals=with_totals), report.findings, types
        )

    def pnl(  # noqa: PLR0913 -- what is asked
        self,
        by: str | None = None,
        *,
        grain: FiscalGrain = "month",
        first: str | date | None = None,
        last: str | date | None = None,
        top: int | None = None,
        bottom: int | None = None,
    ) -> Frame:
        """Return the product P&L, as ``finmod pnl`` has it for programs.

        Args:
            by: Dimension or cohort; None for all together.
            grain: ``month``, or of the fiscal calendar ``period``, ``quarter`` or ``year``.
            first: First period or a month of it: ``2026-09``, ``FY2027-Q1``, or a date or datetime in the month; None
                for the first that has charges.
            last: Last one, likewise; None for the last that has charges.
            top: How many of the best members stand alone; None for all.
            bottom: How many of the worst; None likewise.

        Returns:
            A row per period, member and item: kind is line, total or ratio; actual, plan and variance are in
            ``currency``. Rows of everything have no ``by``.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod pnl`` says.
        """
        span = period_of(first, "first"), period_of(last, "last")
        asked = Asked(one_of(grain, "grain", _FISCAL), first=span[0], last=span[1], without=None)
        is_whole = by is None and top is None and bottom is None
        whose = None if is_whole else text_of(by, "by", "a dimension or a cohort; None without top and bottom")
        ends = count_of(top, "top"), count_of(bottom, "bottom")
        with arguments():
            report = make_pnl(self.project, Wanted(whose, asked, *ends))
        types = {**dict.fromkeys(("actual", "plan", "variance"), _DECIMAL), "first_day": "DATE", "end": "DATE"}
        return Frame(PNL_COLUMNS, tuple(pnl_rows(report)), report.findings, types)

    def variance(
        self,
        month: str | date | None = None,
        *,
        against: str | date = "previous",
        by: str | Sequence[str] | None = (),
    ) -> Frame:
        """Return why cost changed, as ``finmod variance`` has it for programs.

        Args:
            month: ``2026-10``, or a date or datetime in it; None for the last one that has charges.
            against: ``previous``, ``same-month-last-year``, ``budget``, ``close``, ``close:2026-08``, or a month,
                likewise.
            by: Dimension or word such as ``service``; several as a list; None for everything alone.

        Returns:
            A row per member, the largest change first, and one of everything, which is_total tells: before, after,
            change, and a column per effect, which sum to the change; all in the reporting currency. Against a budget
            before is NULL where nobody wrote a plan, and such rows stand last; sums take 0 for it.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod variance`` says.
        """
        from finmod.workspace.api_variance import variance_frame  # noqa: PLC0415 -- others need none of it

        return variance_frame(self.project, month, against, by)

    def causes(
        self, month: str | date | None = None, *, against: str | date = "previous", top: int | None = None
    ) -> Frame:
        """Return the combinations that moved unlike the rest, as ``finmod variance --causes`` has them.

        Args:
            month: As ``variance``.
            against: As ``variance``, but ``budget``.
            top: How many causes by name, 20 at most; None for five.

        Returns:
            A row per cause, each the one that explains most of what those before it left: part (``cause``), its name as
            text, before, after, expected, explained and share of the change, kind, and the names of its largest
            resources. Then rows that have only part, name and explained: ``others`` (causes beyond ``top``, where there
            are any), ``usual`` (as most of the cost moved) and ``unexplained``. Explained of all rows sums to the
            change, to the last digit.

        Raises:
            UserError: As ``variance``.
        """
        from finmod.workspace.api_variance import causes_frame  # noqa: PLC0415 -- others need none of it

        return causes_frame(self.project, month, against, top)

    def savings(  # noqa: PLR0913 -- one parameter per option of the command
        self,
        month: str | date | None = None,
        *,
        by: str | None = None,
        rule: str | Sequence[str] | None = None,
        owner: str | None = None,
        least: Number | None = None,
        top: int | None = None,
    ) -> Frame:
        """Return what could be saved of a month, as ``finmod savings`` has it for programs.

        Args:
            month: ``2026-09``, or a date or datetime in it; None for the last one that has charges.
            by: Word or dimension that the list is added up by: ``owner``, ``rule``, ``product``; None for the list.
            rule: Name of a rule, several as a list; None for all.
            owner: Who answers for it; None for whoever does.
            least: What a candidate must save, and one without an amount must cost; None for any.
            top: How many of them; None for all.

        Returns:
            A row per candidate, the largest first: cost, potential_savings, cash and committed are of the month, in
            ``currency``; potential_savings is None where a bill cannot tell it. With ``by`` a row per member.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod savings`` says.
        """
        from finmod.workspace.api_savings import savings_frame  # noqa: PLC0415 -- others need none of its rules

        given = {"by": by, "rule": rule, "owner": owner, "least": least, "top": top}
        return savings_frame(self.project, month, given)

    def unit_economics(  # noqa: PLR0913 -- what a question has
        self,
        metric: str,
        by: str | Sequence[str] | None = None,
        *,
        only: str | Sequence[str] | None = None,
        revenue: str | None = None,
        price: Number | None = None,
        variable: Interval | None = None,
        other: Number = 0,
        steps: Sequence[Pair] = (),
        capacity: Pair | None = None,
        fee: Number = 0,
        fee_per_unit: Number = 0,
        seed: int = 0,
    ) -> UnitEconomics:
        """Return what a unit costs now and at other volumes, as ``finmod unit-economics`` has it.

        Numbers may be int, float, Decimal, or text such as ``"2.9%"``.

        Args:
            metric: Allocated cost by a driver, such as ``cost_per_order``.
            by: Dimensions of the driver that tell products apart; None for all together.
            only: Names of products; None for all.
            revenue: The driver of revenue, from which prices are; None for the lines of revenue of pnl.yaml, or
                where it names none the driver ``revenue``.
            price: Price of a unit; None for revenue by units of the last month.
            variable: Part of cost that follows volume, where you know it: 0.6, or (0.5, 0.8); None to estimate it.
            other: Cost a month from elsewhere, such as salaries: divided among the products by fully loaded cost.
            steps: Fixed cost a month that comes above so many units: (units, cost) each.
            capacity: Every so many units a month cost so much more a month: (units, cost).
            fee: Part of the price that goes with every sale.
            fee_per_unit: What goes with every unit beside that.
            seed: The same seed draws the same intervals.

        Returns:
            What answers ``split``, ``project``, ``break_even``, ``sensitivity`` and ``price_floor``.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod unit-economics`` says.
        """
        from finmod.workspace.api_unit_economics import unit_economics_of  # noqa: PLC0415 -- others need no numpy

        given = {
            "by": by, "only": only, "revenue": revenue, "price": price, "variable": variable, "other": other,
            "steps": steps, "capacity": capacity, "fee": fee, "fee_per_unit": fee_per_unit, "seed": seed,
        }  # fmt: skip
        return unit_economics_of(self.project, metric, given)

    def cohorts(self, metric: str, of: str = "customer", *, cohort: str = "start", revenue: str | None = None) -> Frame:
        """Return what customers bring and what it costs to serve them, by cohort and months since their start.

        Args:
            metric: Whose cost it is.
            of: Dimension whose members are grouped; a level of the allocation has them.
            cohort: ``start``, by first month; ``size``, by revenue; or cohorts of pnl.yaml.
            revenue: Driver of revenue that is told by the dimension; None for the lines of pnl.yaml.

        Returns:
            A row per cohort and age; cohorts sum to the whole.

        Raises:
            UserError: An argument is none that it takes, or as ``finmod unit-economics METRIC cohorts`` says.
        """
        from finmod.workspace.api_unit_economics import cohorts_of  # noqa: PLC0415 -- others need no numpy

        return cohorts_of(self.project, metric, of, cohort, revenue)

    def query(self, sql: str, *, as_of: int | datetime | date | None = None) -> Frame:
        """Return the rows of one statement over the public tables.

        Args:
            sql: The statement.
            as_of: Version of the ledger, instant (UTC where it has no zone), or a date in a month, which is looked at
                as it was closed; None for now.

        Returns:
            A frame with the types that the statement's columns have, whatever rows there are.

        Raises:
            UserError: The statement is wrong, or there was no such state.
        """
        found = query(self.project, text_of(sql, "sql", "a statement"), as_of=state_of(as_of, "as_of"))
        return Frame(tuple(found.columns), tuple(found.rows), types=dict(zip(found.columns, found.types, strict=True)))


def open_workspace(folder: str | Path | None = None) -> Workspace:
    """Return the project of a folder, or the nearest one from the working folder upward.

    Raises:
        UserError: There is none, or its finmod.yaml has problems.
    """
    if folder is not None and not isinstance(folder, Path):
        folder = Path(text_of(folder, "folder", "the folder of a project"))
    return Workspace(load_project(folder if folder is not None else find_project(Path.cwd())))
