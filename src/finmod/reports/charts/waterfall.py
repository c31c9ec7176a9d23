"""Waterfalls: how one total became another, effect by effect.

Owns which form is drawn. In the form ``bridge`` totals are bars from zero, and effects float between them. Where the
path of the effects covers less than a quarter of that axis, their bars would be slivers, and no axis is cut here: the
form ``effects`` draws the change since the opening alone, around zero, and the totals stand as text. The picture says
which one it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from finmod.errors import InternalError, counted
from finmod.reports.charts.amounts import Column, finite, full
from finmod.reports.charts.drawing import Chart, ChartTable, Head, Key, Picture, known, said
from finmod.reports.charts.labels import clean
from finmod.reports.charts.rows import Row, draw_rows
from finmod.reports.charts.style import DOWN, REST, UP
from finmod.terms.money import difference, whole_sum

NET: Final = "Net change"
UNTOLD: Final = "Effects without a value, together"
_QUARTER: Final = 4


@dataclass(frozen=True)
class Total:
    """Where a waterfall begins or ends; ``amount`` is None where it is not known."""

    name: str
    amount: Decimal | None


@dataclass(frozen=True)
class Effect:
    """One step; positive adds; ``amount`` is None where it is not known."""

    name: str
    amount: Decimal | None


@dataclass(frozen=True)
class Subtotal:
    """A total on the way; its amount is the sum of what stands above it."""

    name: str


@dataclass(frozen=True, kw_only=True)
class Waterfall:
    """What a waterfall shows.

    Attributes:
        title: Of the chart.
        unit: Of every amount: a currency, or ``USD per order``.
        opening: The first total.
        steps: Effects and subtotals, in order.
        closing: The last total: opening and effects make it exactly.
        note: One sentence below the title; may be empty.
        form: ``auto`` chooses by the rule of this module.
    """

    title: str
    unit: str
    opening: Total
    steps: tuple[Effect | Subtotal, ...]
    closing: Total
    note: str = ""
    form: Literal["auto", "bridge", "effects"] = "auto"


@dataclass(frozen=True)
class _Step:
    """A row: what it changes, the total behind it, the change since the opening before and behind it."""

    name: str
    kind: Literal["total", "effect", "net"]
    change: Decimal | None
    total: Decimal | None
    path: tuple[Decimal, Decimal]
    is_rest: bool = False


def waterfall(chart: Waterfall, *, width: int = 680, anchor: str) -> Chart:
    """Return a waterfall.

    Effects that are not known are rows that say so. Where both totals are known, what such effects make together
    is a row of its own, so that the path still ends at the closing total.

    Args:
        chart: What it shows.
        width: Of the picture, in pixels.
        anchor: Beginning of the ids of the picture; no other on the page has it.

    Raises:
        InternalError: Opening and effects do not make the closing total.
    """
    steps = _steps(chart)
    form = _form(chart, steps)
    drawn = [step for step in steps if step.kind != "net" or form == "effects"]
    picture = Picture(Head(chart.title, _said(chart, form), _described(chart, form)), width, anchor)
    if any(step.kind == "effect" for step in steps):
        picture.legend([Key("Increase", UP), Key("Decrease", DOWN, hatch="rising")])
    changes, totals = ([step.change for step in drawn], [step.total for step in drawn if step.kind == "total"])
    is_one = form == "bridge"
    of_changes, of_totals = (
        Column([*changes, *(totals if is_one else [])]),
        Column([*totals, *(changes if is_one else [])]),
    )
    rows = []
    for step in drawn:
        is_total = step.kind == "total"
        text = of_totals.text(step.total) if is_total else of_changes.text(step.change, is_signed=True)
        rows.append(_row(step, text, form, chart.opening.amount or Decimal(0)))
    draw_rows(picture, rows, is_signed=form == "effects", is_linked=True)
    return picture.chart(_table(chart, steps))


def _steps(chart: Waterfall) -> list[_Step]:
    opening, closing = finite(chart.opening.amount), finite(chart.closing.amount)
    sofar, is_known = Decimal(0), opening is not None
    steps = [_Step(chart.opening.name, "total", None, opening, (sofar, sofar))]
    for each in chart.steps:
        if isinstance(each, Effect):
            amount = finite(each.amount)
            before, sofar = sofar, whole_sum([sofar, amount or Decimal(0)]) or Decimal(0)
            is_known = is_known and amount is not None
            total = whole_sum([opening, sofar]) if is_known else None
            steps.append(_Step(each.name, "effect", amount, total, (before, sofar)))
        else:
            total = whole_sum([opening, sofar]) if is_known else None
            steps.append(_Step(each.name, "total", None, total, (sofar, sofar)))
    is_lacking = any(step.kind == "effect" and step.change is None for step in steps)
    net = None if opening is None or closing is None else difference(closing, opening)
    if net is not None and net != sofar:
        if not is_lacking:
            message = f"the waterfall does not tie: {opening} and effects of {sofar} make no {closing}"
            raise InternalError(message)
        steps.append(_Step(UNTOLD, "effect", difference(net, sofar), closing, (sofar, net), is_rest=True))
        sofar = net
    if net is None and not is_lacking:
        net = sofar
    steps.append(_Step(NET, "net", net, None, (Decimal(0), sofar)))
    return [*steps, _Step(chart.closing.name, "total", None, closing, (sofar, sofar))]


def _form(chart: Waterfall, steps: list[_Step]) -> Literal["bridge", "effects"]:
    opening = chart.opening.amount
    if opening is None or chart.closing.amount is None:
        return "effects"
    if chart.form != "auto":
        return chart.form
    path = [each for step in steps for each in step.path]
    ends = [Decimal(0), opening + min(path), opening + max(path)]
    is_flat = (max(path) - min(path)) * _QUARTER < max(ends) - min(ends)
    return "effects" if is_flat and any(path) else "bridge"


def _row(step: _Step, text: str, form: str, opening: Decimal) -> Row:
    before, behind = step.path
    if step.kind == "total":
        span = (Decimal(0), step.total) if form == "bridge" and step.total is not None else None
        return Row(name=step.name, text=text, span=span, is_total=True)
    if step.change is None:
        return Row(name=step.name, text=text, is_total=step.kind == "net")
    if step.kind == "net":
        return Row(name=step.name, text=text, span=step.path, is_total=True)
    shift = opening if form == "bridge" else Decimal(0)
    is_down = step.change < 0
    return Row(
        name=step.name,
        text=text,
        span=(before + shift, behind + shift),
        role=REST if step.is_rest else DOWN if is_down else UP,
        hatch="rising" if is_down else "",
    )


def _said(chart: Waterfall, form: str) -> str:
    how = "" if form == "bridge" else "Bars show the change since the opening total; totals stand as text."
    return said(chart.unit, how, chart.note)


def _described(chart: Waterfall, form: str) -> str:
    amounts = [step.amount for step in chart.steps if isinstance(step, Effect)]
    ups, downs = (sum(each * sign > 0 for each in known(amounts)) for sign in (1, -1))
    lacking = sum(each is None for each in amounts)
    return (
        f"Waterfall in {chart.unit}, {'totals and effects' if form == 'bridge' else 'effects alone'}: "
        f"{chart.opening.name} {full(chart.opening.amount)}, {counted(ups, 'increase')}, {counted(downs, 'decrease')}, "
        f"{counted(lacking, 'effect')} without a value, {chart.closing.name} {full(chart.closing.amount)}."
    )


def _table(chart: Waterfall, steps: list[_Step]) -> ChartTable:
    unit = clean(chart.unit)
    rows = []
    for step in steps:
        change = "" if step.kind == "total" else full(step.change, is_signed=True)
        total = "" if step.kind == "net" else full(step.total)
        rows.append((clean(step.name), change, total))
    return ChartTable(("Step", f"Change, {unit}", f"Total, {unit}"), tuple(rows))
