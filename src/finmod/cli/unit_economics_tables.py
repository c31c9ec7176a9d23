"""How answers of unit economics look: tables for people, rows for programs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, show, table, twelve_places
from finmod.errors import printable

if TYPE_CHECKING:
    from finmod.models.unit_economics.cost_function import Estimate
    from finmod.models.unit_economics.price_floor import PriceFloor
    from finmod.models.unit_economics.projection import UnitCost
    from finmod.models.unit_economics.sensitivity import Bar
    from finmod.terms.findings import Finding
    from finmod.workspace.unit_economics import Answer, BrokenEven, Projected, Swings
    from finmod.workspace.unit_economics_split import ProductSplit

_DIGITS, _LARGE = 4, 10_000
_FLOORS = {"short_run": "short run", "long_run": "long run", "target_margin": "target"}


def tell_splits(answer: Answer[ProductSplit], form: Form) -> None:
    """Show average and marginal cost."""
    rows = [
        (each, name, split) for each in answer.rows for name, split in each.splits.items()
    ]  # fmt: skip
    if form != "table":
        columns = (
            "metric", "product", "month", "numerator", "units", "total_cost", "average_cost", "marginal_cost",
            "marginal_cost_lower", "marginal_cost_upper", "variable_share", "variable_share_lower",
            "variable_share_upper", "fixed_cost", "fixed_cost_lower", "fixed_cost_upper", "refusal", "price",
        )  # fmt: skip
        for_programs(columns, [_split_row(answer, *row) for row in rows], form, answer.findings)
        return
    headings = ("product", "cost", "units", "average", "marginal", "variable", "fixed a month")
    shown = []
    for each, name, split in rows:
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


def _split_row(answer: Answer[ProductSplit], each: ProductSplit, name: str, split: Any) -> tuple[Any, ...]:  # noqa: ANN401
    refusal = each.refusals.get(name)
    month = f"{each.month:%Y-%m}" if each.month else None
    head = (answer.books.metric.name, each.product.name, month, name)
    price = twelve_places(each.price)
    if split is None:
        known = (twelve_places(each.units), None, twelve_places(each.averages[name]))
        return (*head, *known, *[None] * 9, refusal.text if refusal else None, price)
    parts = [_three(one) for one in (split.marginal_cost, split.variable_share, split.fixed_cost)]
    totals = (twelve_places(one) for one in (split.units, split.total_cost, split.average_cost))
    return (*head, *totals, *(one for part in parts for one in part), None, price)


def tell_projections(answer: Answer[Projected], grain: str, form: Form) -> None:
    """Show history and projection."""
    rows = [
        (each.product, row)
        for each in answer.rows
        for row in (each.projection.years if grain == "year" else each.projection.months)
    ]
    if form != "table":
        columns = (
            "metric", "product", "period", "kind", "months", "numerator", "units", "total_cost", "average_cost",
            "average_cost_lower", "average_cost_upper", "marginal_cost",
        )  # fmt: skip
        for_programs(
            columns, [(answer.books.metric.name, name, *_unit_cost(row)) for name, row in rows], form, answer.findings
        )
        return
    by_period: dict[tuple[str, str], dict[str, UnitCost]] = {}
    for name, row in rows:
        by_period.setdefault((name, row.period), {})[row.numerator] = row
    numerators = list(dict.fromkeys(row.numerator for _, row in rows))
    headings = ("product", "period", "", "months", "units", *map(_words, numerators), "marginal")
    shown = []
    for (name, period), every in by_period.items():
        one = next(iter(every.values()))
        averages = [_band(every.get(numerator)) for numerator in numerators]
        kind = "past" if one.kind == "history" else "part past" if one.kind == "both" else "ahead"
        shown.append((name, period, kind, one.months, _count(one.units), *averages, amount_text(one.marginal_cost)))
    table(headings, shown, right=headings[4:])
    _below(answer, [f"Cost of a unit in {answer.books.currency}; bands of 90 %.", *answer.assumed])


def tell_break_even(answer: Answer[BrokenEven], form: Form) -> None:
    """Show break-even volumes."""
    if form != "table":
        columns = (
            "metric", "product", "numerator", "contribution", "contribution_margin", "fixed_cost", "profit", "volume",
            "volume_lower", "volume_upper", "safe_volume", "revenue", "units", "operating_profit", "margin_of_safety",
            "operating_leverage",
        )  # fmt: skip
        for_programs(columns, [_break_even_row(answer, each) for each in answer.rows], form, answer.findings)
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
    _below(answer, [f"Units and {answer.books.currency} a month; intervals of 90 % by simulation."])


def _break_even_row(answer: Answer[BrokenEven], each: BrokenEven) -> tuple[Any, ...]:
    one = each.found
    amounts = (
        one.contribution, one.contribution_margin, one.fixed_cost, one.profit, one.volume, one.lower, one.upper,
        one.safe_volume, one.revenue, one.units, one.operating_profit, one.margin_of_safety, one.operating_leverage,
    )  # fmt: skip
    return (answer.books.metric.name, each.product, each.numerator, *map(twelve_places, amounts))


def tell_sensitivity(answer: Answer[Swings], figure: str, form: Form) -> None:
    """Show the rows of tornado charts."""
    rows = [(each, bar) for each in answer.rows for bar in each.found.bars if bar.swing is None or bar.swing > 0]
    if form != "table":
        columns = (
            "metric", "product", "numerator", "figure", "base", "input", "input_base", "input_low", "input_high",
            "range", "at_low", "at_high", "swing", "interaction_up", "interaction_down",
        )  # fmt: skip
        for_programs(columns, [_bar_row(answer, figure, *row) for row in rows], form, answer.findings)
        return
    cell = {"margin": percent_text, "break_even_volume": _count}.get(figure, amount_text)
    headings = ("product", "cost", "input", "from", "to", "range", "at from", "at to", "swing")
    shown = [
        (each.product, _words(each.numerator), _words(bar.varied.name), amount_text(bar.varied.low),
         amount_text(bar.varied.high), bar.varied.why, cell(bar.at_low), cell(bar.at_high), cell(bar.swing))
        for each, bar in rows
    ]  # fmt: skip
    table(headings, shown, right=(*headings[3:5], *headings[6:]), spare=("range", "cost"))
    lines, kind = [], _words(figure).replace("break even", "break-even")
    for each in answer.rows:
        base, low, high, down, up = (
            cell(one)
            for one in (
                each.found.base, each.found.lowest, each.found.highest, each.found.interaction_down,
                each.found.interaction_up,
            )
        )  # fmt: skip
        words = f"{printable(each.product)}, {_words(each.numerator)}: {kind} {base}; all inputs at once {low}"
        if figure == "margin":
            down, up = (points_text(one) for one in (each.found.interaction_down, each.found.interaction_up))
        lines.append(f"{words} to {high}, of which {down} and {up} are in no single row.")
    _below(answer, lines)


def _bar_row(answer: Answer[Swings], figure: str, each: Swings, bar: Bar) -> tuple[Any, ...]:
    found, one = each.found, bar.varied
    return (
        answer.books.metric.name, each.product, each.numerator, figure, twelve_places(found.base), one.name,
        twelve_places(one.base), twelve_places(one.low), twelve_places(one.high), one.why,
        *map(twelve_places, (bar.at_low, bar.at_high, bar.swing, found.interaction_up, found.interaction_down)),
    )  # fmt: skip


def tell_price_floors(answer: Answer[PriceFloor], form: Form) -> None:
    """Show price floors."""
    if form != "table":
        columns = (
            "metric", "product", "units", "numerator", "marginal_cost", "average_cost", "short_run", "long_run",
            "target_margin", "prudent_short_run", "prudent_long_run", "prudent_target_margin", "price",
            "room_short_run", "room_long_run", "room_target_margin", "binding",
        )  # fmt: skip
        for_programs(columns, [_floor_row(answer, each) for each in answer.rows], form, answer.findings)
        return
    headings = ("product", "units", "cost", "short run", "long run", "target", "price", "room", "binding")
    shown = []
    for each in answer.rows:
        room = each.room.get(each.binding) if each.binding else None
        binding = _FLOORS[each.binding] if each.binding else "below all"
        floors = (each.prudent_short_run, each.prudent_long_run, each.prudent_target_margin)
        shown.append(
            (each.product, _count(each.units), _words(each.numerator), *map(amount_text, (*floors, each.price)),
             percent_text(room), binding)
        )  # fmt: skip
    table(headings, shown, right=(headings[1], *headings[3:8]), spare=("units",))
    words = f"Prudent floors in {answer.books.currency} a unit: of cost at the upper end of its interval of 90 %."
    _below(answer, [words, "Room is what a discount may take of the price until the floor that binds."])


def _floor_row(answer: Answer[PriceFloor], each: PriceFloor) -> tuple[Any, ...]:
    amounts = (
        each.marginal_cost, each.average_cost, each.short_run, each.long_run, each.target_margin,
        each.prudent_short_run, each.prudent_long_run, each.prudent_target_margin, each.price,
        *(each.room[floor] for floor in ("short_run", "long_run", "target_margin")),
    )  # fmt: skip
    head = (answer.books.metric.name, each.product, twelve_places(each.units), each.numerator)
    return (*head, *map(twelve_places, amounts), each.binding)


def for_programs(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], form: Form, findings: Sequence[Finding]
) -> None:
    """Show rows for programs; what is odd or left out goes to standard error, so that no row lacks in silence."""
    show(columns, rows, form)
    for finding in findings:
        click.echo(finding_words(finding), err=True)


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


def _three(each: Estimate) -> tuple[Decimal | None, ...]:
    return twelve_places(each.value), twelve_places(each.lower), twelve_places(each.upper)


def _unit_cost(row: UnitCost) -> tuple[Any, ...]:
    amounts = (row.units, row.total_cost, row.average_cost, row.lower, row.upper, row.marginal_cost)
    return (row.period, row.kind, row.months, row.numerator, *map(twelve_places, amounts))


def amount_text(value: Decimal | None) -> str:
    """Return an amount of a unit: two places, or as many as show four digits; unknown is a dash."""
    if value is None or abs(value) >= _LARGE:
        return whole_text(value)
    places = min(12, _DIGITS - 1 - value.adjusted()) if value and abs(value) < 1 else 2
    return f"{value:,.{places}f}"


def whole_text(value: Decimal | None) -> str:
    """Return a number without its fraction; unknown is a dash."""
    return "-" if value is None else f"{value:,.0f}"


_count = whole_text


def percent_text(value: Decimal | None) -> str:
    """Return a ratio as a percentage; unknown is a dash."""
    return "-" if value is None else f"{value * 100:,.1f} %"


def points_text(value: Decimal | None) -> str:
    """Return a difference of ratios in percentage points; unknown is a dash."""
    return "-" if value is None else f"{value * 100:,.1f} points"


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
