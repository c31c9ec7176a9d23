"""How answers of unit economics look: tables for people, rows for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.figures import amount_text, for_programs, percent_text, points_text, whole_text
from finmod.cli.lines import say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, table
from finmod.errors import printable
from finmod.workspace.unit_economics.books import NUMERATORS
from finmod.workspace.unit_economics.rows import (
    BREAK_EVEN,
    PRICE_FLOOR,
    PROJECTION,
    SENSITIVITY,
    SPLIT,
    break_even_rows,
    price_floor_rows,
    projection_rows,
    sensitivity_rows,
    split_rows,
)

if TYPE_CHECKING:
    from finmod.models.unit_economics.cost_function import Estimate
    from finmod.models.unit_economics.price_floor import PriceFloor
    from finmod.models.unit_economics.projection import UnitCost
    from finmod.workspace.unit_economics.answers import Answer, BrokenEven, Projected, Swings
    from finmod.workspace.unit_economics.split import ProductSplit

_FLOORS = {"short_run": "short run", "long_run": "long run", "target_margin": "target"}
_KINDS = {"history": "past", "both": "part past", "projection": "ahead"}


def tell_splits(answer: Answer[ProductSplit], form: Form) -> None:
    """Show average and marginal cost."""
    if form != "table":
        for_programs(SPLIT, split_rows(answer), form, answer.findings)
        return
    headings = ("product", "cost", "units", "average", "marginal", "variable", "fixed a month")
    shown = []
    for each, name, split in ((every, *one) for every in answer.rows for one in every.splits.items()):
        if split is None:
            average = amount_text(each.averages[name])
            shown.append((each.product.name, _words(name), _count(each.units), average, "-", "-", "-"))
            continue
        marginal, share, fixed = split.marginal_cost, split.variable_share, split.fixed_cost
        cells = (
            _count(split.units), amount_text(split.average_cost), _around(marginal), _around(share, percent_text),
            _around(fixed, whole_text),
        )  # fmt: skip
        shown.append((each.product.name, _words(name), *cells))
    table(headings, shown, right=headings[2:])
    _below(answer, [f"Cost of a unit in {answer.books.currency}, of {_months(answer.rows)}; intervals of 90 %."])


def tell_projections(answer: Answer[Projected], grain: str, form: Form) -> None:
    """Show history and projection."""
    rows = [
        (each.product, row)
        for each in answer.rows
        for row in (each.projection.years if grain == "year" else each.projection.months)
    ]
    if form != "table":
        for_programs(PROJECTION, projection_rows(answer, grain), form, answer.findings)
        return
    by_period: dict[tuple[str, str, str], dict[str, UnitCost]] = {}
    for name, row in rows:
        by_period.setdefault((name, row.period, row.kind), {})[row.numerator] = row
    told = {row.numerator for _, row in rows}
    numerators = [name for name in NUMERATORS if name in told]
    first = numerators[0] if numerators else "direct"
    headings = ("product", "period", "", "months", "units", *map(_words, numerators), f"{_words(first)} variable")
    shown = []
    for (name, period, kind), every in by_period.items():
        one, variable = next(iter(every.values())), every.get(first)
        cells = [_band(every.get(numerator)) for numerator in numerators]
        cells.append(amount_text(variable.variable_cost_per_unit if variable else None))
        shown.append((name, period, _KINDS[kind], one.months, _count(one.units), *cells))
    table(headings, shown, right=headings[4:])
    words = f"Cost of a unit in {answer.books.currency}; bands of 90 %; variable is at the end of the period."
    _below(answer, [words, *answer.assumed])


def tell_break_even(answer: Answer[BrokenEven], form: Form) -> None:
    """Show break-even volumes."""
    if form != "table":
        for_programs(BREAK_EVEN, break_even_rows(answer), form, answer.findings)
        return
    headings = (
        "product",
        "cost",
        "contribution",
        "break-even units",
        "90 %",
        "units now",
        "safety",
        "leverage",
        "profit",
    )
    shown = []
    for each in answer.rows:
        one = each.found
        span = "-" if one.lower is None else f"{_count(one.lower)} to {_count(one.upper) if one.upper else 'open'}"
        shown.append(
            (each.product, _words(each.numerator), amount_text(one.contribution), _count(one.volume), span,
             _count(one.units), percent_text(one.margin_of_safety), _times(one.operating_leverage),
             whole_text(one.operating_profit))
        )  # fmt: skip
    table(headings, shown, right=headings[2:], spare=("leverage", "90 %"))
    words = f"Units and {answer.books.currency} a month; intervals of 90 % by simulation."
    _below(answer, [words, *answer.assumed])


def tell_sensitivity(answer: Answer[Swings], figure: str, form: Form) -> None:
    """Show the rows of tornado charts."""
    if form != "table":
        for_programs(SENSITIVITY, sensitivity_rows(answer, figure), form, answer.findings)
        return
    cell = {"margin": percent_text, "break_even_volume": _count}.get(figure, amount_text)
    headings = ("product", "cost", "input", "from", "to", "range", "at from", "at to", "swing")
    shown = [
        (each.product, _words(each.numerator), _words(bar.varied.name), amount_text(bar.varied.low),
         amount_text(bar.varied.high), bar.varied.why, cell(bar.at_low), cell(bar.at_high), cell(bar.swing))
        for each in answer.rows
        for bar in each.found.moving
    ]  # fmt: skip
    table(headings, shown, right=(*headings[3:5], *headings[6:]), spare=("range", "cost"))
    kind = _words(figure).replace("break even", "break-even")
    words = "Joint effect: how much more that is than the rows add up to, since inputs act on each other."
    _below(answer, [*(_at_once(each, kind, figure, cell) for each in answer.rows), words, *answer.assumed])


def _at_once(each: Swings, kind: str, figure: str, cell: Callable[[Decimal | None], str]) -> str:
    """Return what a figure is where all inputs move, and what of that no row has."""
    found = each.found
    words = f"{printable(each.product)}, {_words(each.numerator)}: {kind} {cell(found.base)}"
    if found.lowest is None or found.highest is None:
        return f"{words}; unknown where all inputs move at once."
    moved = points_text if figure == "margin" else cell
    down, up = moved(found.interaction_down), moved(found.interaction_up)
    words = f"{words}; all inputs at once {cell(found.lowest)} to {cell(found.highest)}"
    return f"{words}; joint effect {down} at the low end, {up} at the high end."


def tell_price_floors(answer: Answer[PriceFloor], form: Form) -> None:
    """Show price floors."""
    if form != "table":
        for_programs(PRICE_FLOOR, price_floor_rows(answer), form, answer.findings)
        return
    headings = ("product", "units", "cost", "short run", "long run", "target", "price", "room", "binding")
    shown = []
    for each in answer.rows:
        room = each.room.get(each.binding) if each.binding else None
        floors = (each.prudent_short_run, each.prudent_long_run, each.prudent_target_margin)
        shown.append(
            (each.product, _count(each.units), _words(each.numerator), *map(amount_text, (*floors, each.price)),
             percent_text(room), _binding(each))
        )  # fmt: skip
    table(headings, shown, right=(headings[1], *headings[3:8]), spare=("units",))
    words = f"Prudent floors in {answer.books.currency} a unit: of cost at the upper end of its interval of 90 %."
    room_words = "Room is what a discount may take of the price until the floor that binds."
    _below(answer, [words, room_words, *answer.assumed])


def _binding(each: PriceFloor) -> str:
    """Return the floor that binds, and those that the price is below already."""
    if each.price is None:
        return "-"
    if not each.binding:
        return "below all"
    below = ", ".join(_FLOORS[name] for name in each.broken)
    return f"{_FLOORS[each.binding]}; below {below}" if below else _FLOORS[each.binding]


def _below(answer: Answer[Any], lines: Iterable[str]) -> None:
    if not answer.rows:
        click.echo("Nothing to tell.")
    screen = console()
    for line in (*lines, *_unlike_months(answer)) if answer.rows else ():
        say(screen, line)
    for finding in answer.findings:
        say(screen, finding_words(finding))


def _unlike_months(answer: Answer[Any]) -> list[str]:
    """Return which month each product is of, where they differ."""
    months = {each.name: f"{each.now.month:%Y-%m}" for each in answer.books.products if each.now}
    if len({*months.values()}) < 2:  # noqa: PLR2004 -- one for all is told once
        return []
    by_month = {month: [name for name, one in months.items() if one == month] for month in sorted({*months.values()})}
    return [f"Of {month}: {printable(', '.join(names))}." for month, names in by_month.items()]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _months(rows: Sequence[ProductSplit]) -> str:
    months = sorted({f"{each.month:%Y-%m}" for each in rows if each.month})
    return " and ".join(months) if months else "no month"


_count = whole_text


def _times(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:,.1f}"


def _around(each: Estimate, cell: Any = amount_text) -> str:  # noqa: ANN401 -- any of the cells above
    text: str = cell(each.value)
    return text if each.lower is None else f"{text} ({cell(each.lower)} to {cell(each.upper)})"


def _band(row: UnitCost | None) -> str:
    if row is None:
        return "-"
    text = amount_text(row.average_cost)
    return text if row.lower is None or row.lower == row.upper else (
        f"{text} ({amount_text(row.lower)} to {amount_text(row.upper)})"
    )  # fmt: skip
