"""The pictures of the page: the bridge, in two widths, and the small lines beside names.

Owns which effects a bridge draws together. The text behind a picture comes with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from finmod.models.variance.headline import label_of
from finmod.models.variance.page import Members, UnitCost, VariancePage, bridge_steps
from finmod.models.variance.report import nobody
from finmod.reports.charts.drawing import Chart
from finmod.reports.charts.sparkline import Spark, sparkline
from finmod.reports.charts.waterfall import Effect, Total, Waterfall, waterfall
from finmod.reports.variance.figures import name_of

_WIDE, _NARROW, _SPARK = 850, 360, 96
# A line needs two points.
_LEAST: Final = 2


def bridge(page: VariancePage) -> tuple[Chart, Chart]:
    """Return the bridge for wide and for narrow windows."""
    report, total = page.report, page.report.total
    steps = bridge_steps(total)
    chart = Waterfall(
        title=f"From {label_of(report.before)} to {label_of(report.after)}",
        unit=report.currency,
        opening=Total(label_of(report.before), total.told_before),
        steps=tuple(Effect(each.title, each.amount) for each in steps),
        closing=Total(label_of(report.after), total.after),
    )
    return waterfall(chart, width=_WIDE, anchor="bridge"), waterfall(chart, width=_NARROW, anchor="bridge-narrow")


def labels(page: VariancePage) -> tuple[str, ...]:
    """Return the months of trends as their charts call them."""
    return tuple(f"{month:%Y-%m}" for month in page.months)


def total_trend(page: VariancePage) -> Chart | None:
    """Return the trend of all cost; None where there is one month alone."""
    return _spark(page, "All cost", page.report.currency, page.costs, "trend-all")


def member_trends(page: VariancePage, members: Members, anchor: str) -> tuple[Chart | None, ...]:
    """Return the trend of each member; its anchor is ``anchor`` and a number."""
    return tuple(
        _spark(page, name_of(each.change.member[0], nobody(members.by)), page.report.currency, each.costs,
               f"{anchor}-{number}")
        for number, each in enumerate(members.rows)
    )  # fmt: skip


def unit_trends(page: VariancePage) -> tuple[Chart | None, ...]:
    """Return the trend of each unit cost."""
    return tuple(_of_unit(page, each, number) for number, each in enumerate(page.units))


def _of_unit(page: VariancePage, unit: UnitCost, number: int) -> Chart | None:
    return _spark(page, unit.metric.label, unit.metric.unit or "share", unit.trend, f"unit-{number}")


def _spark(page: VariancePage, title: str, unit: str, values: Sequence[Decimal | None], anchor: str) -> Chart | None:
    if len(values) != len(page.months) or len(values) < _LEAST or all(each is None for each in values):
        return None
    spark = Spark(title=title, unit=unit, periods=labels(page), values=tuple(values))
    return sparkline(spark, width=_SPARK, anchor=anchor)
