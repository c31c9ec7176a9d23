"""The Python API: a project opened, and what its commands tell as frames.

Owns the names that Python users call. What they get is what ``finmod`` prints, from the same functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from finmod.models.pnl_report import COLUMNS as PNL_COLUMNS
from finmod.models.pnl_report import rows_of as pnl_rows
from finmod.settings.project import Project, find_project, load_project
from finmod.terms.calendars import Grain as FiscalGrain
from finmod.terms.metrics import in_words
from finmod.terms.periods import parse_period
from finmod.workspace.frame import Frame
from finmod.workspace.metric import Compare, Grain, MetricReport, list_metrics, metric
from finmod.workspace.pnl import Wanted, make_pnl
from finmod.workspace.pnl_periods import Asked
from finmod.workspace.query import query

_DECIMAL = "DECIMAL(38,12)"
_EVERY = 10_000
"""Periods of a statement where nobody says how many."""
_DECIMALS = ("numerator", "denominator", "value", "before", "change", "change_share")


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
        """Return every metric: what it is made of, its unit, how it adds up, who answers for it."""
        columns = ("metric", "label", "unit", "format", "better", "additivity", "by", "owner", "built_in", "definition")
        rows = [
            (each.name, each.label, each.unit or None, each.format, each.better, each.additivity, ",".join(each.by),
             each.owner, each.built_in, in_words(each))
            for each in list_metrics(self.project)
        ]  # fmt: skip
        return Frame(columns, tuple(rows))

    def metric(  # noqa: PLR0913 -- what is asked
        self,
        name: str,
        by: str | Sequence[str] = (),
        *,
        grain: Grain = "month",
        first: str | date | None = None,
        last: str | date | None = None,
        compare: Compare | None = None,
    ) -> Frame:
        """Return the figures of a metric, as ``finmod metric`` has them.

        Args:
            name: Of the metric.
            by: Dimension, word such as ``service``, or column; several as a list.
            grain: ``day``, ``month``, or of the fiscal calendar ``period``, ``quarter`` or ``year``.
            first: First month, ``YYYY-MM`` or a date; None for the first of the books.
            last: Last month; None for the last one.
            compare: ``previous`` or ``year``.

        Returns:
            A row per member and period: metric, period, first_day, what it is told by, numerator, denominator, value,
            unit, with compare before, change and change_share, and why there is no value.

        Raises:
            UserError: As ``finmod metric`` says.
        """
        words = [by] if isinstance(by, str) else [*by]
        report = metric(
            self.project, name, words, grain=grain, first=_month(first), last=_month(last), compare=compare
        )  # fmt: skip
        return _frame(report)

    def pnl(  # noqa: PLR0913 -- what is asked
        self,
        by: str | None = None,
        *,
        grain: FiscalGrain = "month",
        first: str | None = None,
        last: str | None = None,
        top: int | None = None,
        bottom: int | None = None,
    ) -> Frame:
        """Return the product P&L, as ``finmod pnl`` has it for programs.

        Args:
            by: Dimension or cohort; None for all together.
            grain: ``month``, or of the fiscal calendar ``period``, ``quarter`` or ``year``.
            first: First period or month, as ``--from`` takes it; None for the first that has charges.
            last: Last one; None for the last that has charges.
            top: How many of the best members stand alone; None for all.
            bottom: How many of the worst; None likewise.

        Returns:
            A row per period, member and item: kind is line, total or ratio; actual, plan and variance are in
            ``currency``. Rows of everything have no ``by``.

        Raises:
            UserError: As ``finmod pnl`` says.
        """
        asked = Asked(grain, first=first, last=last, without=_EVERY)
        report = make_pnl(self.project, Wanted(by, asked, top, bottom))
        types = {**dict.fromkeys(("actual", "plan", "variance"), _DECIMAL), "first_day": "DATE", "end": "DATE"}
        return Frame(PNL_COLUMNS, tuple(pnl_rows(report)), report.findings, types)

    def query(self, sql: str, *, as_of: int | datetime | date | None = None) -> Frame:
        """Return the rows of one statement over the public tables.

        Raises:
            UserError: The statement is wrong, or there was no such state.
        """
        found = query(self.project, sql, as_of=as_of)
        return Frame(tuple(found.columns), tuple(found.rows))


def open_workspace(folder: str | Path | None = None) -> Workspace:
    """Return the project of a folder, or the nearest one from the working folder upward.

    Raises:
        UserError: There is none, or its finmod.yaml has problems.
    """
    return Workspace(load_project(Path(folder) if folder is not None else find_project(Path.cwd())))


def columns_of(report: MetricReport) -> tuple[str, ...]:
    """Return the columns of a report's rows."""
    compared = ("before", "change", "change_share") if report.compare else ()
    return ("metric", "period", "first_day", *report.by, "numerator", "denominator", "value", "unit", *compared, "why")


def rows_of(report: MetricReport) -> tuple[tuple[object, ...], ...]:
    """Return a row for every member and period of a report."""
    unit = report.metric.unit or None
    found = []
    for row in report.rows:
        compared = (row.before, row.change, row.change_share) if report.compare else ()
        figure = row.figure
        found.append(
            (report.metric.name, row.period.label, row.period.first, *row.member, figure.numerator, figure.denominator,
             figure.value, unit, *compared, figure.why)
        )  # fmt: skip
    return tuple(found)


def _frame(report: MetricReport) -> Frame:
    types = {**dict.fromkeys(_DECIMALS, _DECIMAL), "first_day": "DATE"}
    return Frame(columns_of(report), rows_of(report), report.findings, types)


def _month(value: str | date | None) -> date | None:
    return parse_period(value) if isinstance(value, str) else value
