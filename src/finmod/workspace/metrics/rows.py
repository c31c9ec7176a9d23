"""Figures of a metric as rows: what programs get, from the command line and from Python alike.

Owns the names of columns and what stands in them; unknown is None.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from finmod.taxonomy.definition import column_of
from finmod.terms.metrics import Metric, in_words
from finmod.workspace.metrics.metric import MetricReport, MetricRow

AMOUNTS: Final = ("numerator", "denominator", "value", "before", "change", "change_share")
"""The columns that have numbers."""
_OWN: Final = frozenset({"metric", "period", "first_day", "is_total", *AMOUNTS, "unit", "why"})
"""Columns that no dimension may be called as."""

LISTED: Final = (
    "metric", "label", "unit", "currency", "format", "better", "additivity", "by", "owner", "built_in", "definition",
    "description", "source",
)  # fmt: skip
"""The columns of a list of metrics."""


def listed(metric: Metric) -> tuple[object, ...]:
    """Return the row of a metric in a list."""
    return (
        metric.name, metric.label, metric.unit or None, metric.currency, metric.format, metric.better,
        metric.additivity, [*metric.by], metric.owner, metric.built_in, in_words(metric), metric.description,
        metric.source,
    )  # fmt: skip


def columns_of(report: MetricReport, *, totals: bool = False) -> tuple[str, ...]:
    """Return the columns of a report's rows.

    Args:
        report: The report.
        totals: Whether rows of everything follow, which a column tells.
    """
    told = _told_by(report.by)
    compared = ("before", "change", "change_share") if report.compare else ()
    total = ("is_total",) if totals else ()
    return ("metric", "period", "first_day", *told, *total, "numerator", "denominator", "value", "unit", *compared,
            "why")  # fmt: skip


def rows_of(report: MetricReport, *, totals: bool = False) -> tuple[tuple[object, ...], ...]:
    """Return a row for every member and period of a report; with totals, then one for every period of everything."""
    is_total = not report.by
    rows = [_row(report, row, row.member, (is_total,) * totals) for row in report.rows]
    if totals and report.by:
        rows += [_row(report, row, (None,) * len(report.by), (True,)) for row in report.totals]
    return tuple(rows)


def _row(
    report: MetricReport, row: MetricRow, member: Sequence[str | None], total: tuple[bool, ...]
) -> tuple[object, ...]:
    compared = (row.before, row.change, row.change_share) if report.compare else ()
    figure = row.figure
    return (
        report.metric.name, row.period.label, row.period.first, *member, *total, figure.numerator, figure.denominator,
        figure.value, report.metric.unit or None, *compared, figure.why,
    )  # fmt: skip


def _told_by(words: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of what figures are told by; no two columns of a frame differ by capitals alone.

    >>> _told_by(["product", "value"])
    ('product', 'x_Value')
    """
    taken, found = {*_OWN}, []
    for word in words:
        name = column_of(word) if word.lower() in _OWN else word
        while name.lower() in taken:
            name += "_1"
        taken.add(name.lower())
        found.append(name)
    return tuple(found)
