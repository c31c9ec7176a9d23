"""Metrics by month: every metric of a project by the dimensions that it is told by, as rows of the public table.

Owns which rows it has: every member and month, known or not, and one for everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

from finmod.errors import UserError
from finmod.marts.metrics import dimension_column
from finmod.marts.rows import Row
from finmod.terms.metrics import Metric
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.metrics.metric import MetricReport, figures_of

_NOT_APPLIED = "FM2430"
# Codes of what is wrong with a metric; files that cannot be read have others.
_OF_METRICS = "FM24"


def metrics_monthly(books: Measures) -> tuple[list[str], list[Row]]:
    """Return the columns of dimensions, and the rows of the table ``metrics_monthly``.

    A metric that cannot be made, such as one told by what is not there, has rows without a figure that say so: it takes
    nothing from the others.

    Raises:
        UserError: metrics.yaml, or another file of the project, has problems.
    """
    metrics = [_told_by(books, each) for each in books.metrics.values()]
    dimensions = list(dict.fromkeys(name for each in metrics for name in each.by))
    rows = [row for each in metrics for row in _rows(books, each, dimensions)]
    columns: list[str] = []
    for name in map(dimension_column, dimensions):
        taken = {column.lower() for column in columns}
        columns.append(next(each for at in count() if (each := f"{name}_{at}" if at else name).lower() not in taken))
    return columns, rows


def _told_by(books: Measures, metric: Metric) -> Metric:
    """Return a metric with what the table tells it by: of allocated cost its targets, where the file says nothing."""
    allocated = all(each.kind == "cost" and each.basis == "allocated" for each in metric.measures)
    if metric.by or not allocated or books.run is None:
        return metric
    return replace(metric, by=(next(iter(books.run.dimensions)),))


def _rows(books: Measures, metric: Metric, dimensions: Sequence[str]) -> Iterator[Row]:
    try:
        report = figures_of(books, metric, metric.by)
    except UserError as error:
        codes = {problem.code for problem in error.problems}
        if not all(code.startswith(_OF_METRICS) for code in codes):
            raise
        # Nothing is known of the figures; the months are.
        why = "not applied" if codes == {_NOT_APPLIED} else "refused"
        for month in sorted(books.charged):
            yield _row(metric, (month, *(None for _ in dimensions), True, None, None, None), why)
        return
    yield from _of_report(report, dimensions)


def _of_report(report: MetricReport, dimensions: Sequence[str]) -> Iterator[Row]:
    parts = [(False, report.rows)] if report.by else []
    for is_total, rows in (*parts, (True, report.totals)):
        for row in rows:
            member = dict(zip(report.by, row.member, strict=False))
            figure = row.figure
            told = (
                row.period.first, *(member.get(name) for name in dimensions), is_total, figure.numerator,
                figure.denominator, figure.value,
            )  # fmt: skip
            yield _row(report.metric, told, figure.why)


def _row(metric: Metric, told: Row, why: str | None) -> Row:
    month, *rest = told
    facts = (metric.unit or None, metric.currency, metric.additivity, metric.better, metric.owner, why)
    return metric.name, month, ",".join(metric.by) or None, *rest, *facts
