"""Ranked bars: who has most, one row each.

Owns the order, and what becomes of those that are too many to be shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from finmod.errors import counted
from finmod.reports.charts.amounts import Column, finite, full
from finmod.reports.charts.drawing import Chart, ChartTable, Head, Picture, nothing, said
from finmod.reports.charts.labels import clean
from finmod.reports.charts.rows import Row, draw_rows
from finmod.reports.charts.style import DOWN, REST
from finmod.terms.money import known_sum


@dataclass(frozen=True)
class Bar:
    """One bar; ``amount`` is None where it is not known."""

    name: str
    amount: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What ranked bars show.

    Attributes:
        title: Of the chart.
        unit: Of every amount.
        bars: In any order.
        shown: How many rows there are at most; the smallest of the rest are summed in the last.
        note: One sentence below the title; may be empty.
        is_ranked: Whether the largest comes first; else they stay as they are, all of them.
    """

    title: str
    unit: str
    bars: tuple[Bar, ...]
    shown: int = 12
    note: str = ""
    is_ranked: bool = True


def bars(chart: Bars, *, width: int = 680, anchor: str) -> Chart:
    """Return ranked bars, from the largest to the smallest, then those without a value, then the rest together.

    Negative amounts lie left of zero and are hatched.

    Args:
        chart: What they show.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.
    """
    own, rest = _ranked(chart)
    every = own if rest is None else [*own, rest]
    lacking = sum(finite(bar.amount) is None for bar in chart.bars)
    told = f"{counted(len(chart.bars), 'bar')}, {lacking} without a value"
    first = f"; first {own[0].name}, {full(own[0].amount)}" if own else ""
    picture = Picture(
        Head(chart.title, said(chart.unit, chart.note), f"Bars in {chart.unit}: {told}{first}."), width, anchor
    )
    column = Column([bar.amount for bar in every])
    rows = [_row(bar, column.text(bar.amount), is_rest=bar is rest) for bar in every]
    if rows:
        draw_rows(picture, rows)
    else:
        nothing(picture)
    listed = [*sorted(chart.bars, key=_rank), *([rest] if rest else [])] if chart.is_ranked else list(chart.bars)
    table = ChartTable(("Name", clean(chart.unit)), tuple((clean(bar.name), full(bar.amount)) for bar in listed))
    return picture.chart(table)


def _ranked(chart: Bars) -> tuple[list[Bar], Bar | None]:
    """Return the bars that are shown, and the sum of the others; None where there are none."""
    if not chart.is_ranked:
        return list(chart.bars), None
    if len(chart.bars) <= chart.shown:
        return sorted(chart.bars, key=_rank), None
    # A large credit is no small thing: what is far from zero is shown, on whichever side.
    by_size = sorted(chart.bars, key=lambda bar: (bar.amount is None, -abs(bar.amount or Decimal(0)), bar.name))
    own, others = by_size[: chart.shown - 1], by_size[chart.shown - 1 :]
    lacking = sum(bar.amount is None for bar in others)
    name = counted(len(others), "other") + (f", {lacking} of them without a value" if lacking else "")
    return sorted(own, key=_rank), Bar(name, known_sum(bar.amount for bar in others))


def _rank(bar: Bar) -> tuple[bool, Decimal, str]:
    return bar.amount is None, -(bar.amount or Decimal(0)), bar.name


def _row(bar: Bar, text: str, *, is_rest: bool) -> Row:
    span = None if bar.amount is None else (Decimal(0), bar.amount)
    is_below = bar.amount is not None and bar.amount < 0
    return Row(name=bar.name, text=text, span=span, role=REST if is_rest else DOWN, hatch="rising" if is_below else "")
