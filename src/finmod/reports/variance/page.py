"""The page about a variance as HTML: one file without a script, and without anything that it would ask the net for.

Owns what stands where. The template has the elements; every name of a bill is escaped there, every figure has its exact
value beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from finmod.models.variance.headline import (
    UNKNOWN,
    budget_sentence,
    headline,
    is_as_closed,
    is_plan,
    label_of,
    month_name,
    unit_said,
    unit_sentence,
    where,
)
from finmod.models.variance.headline import places_of as places_of_unit
from finmod.models.variance.page import Figure, Members, Name, Said, VariancePage
from finmod.reports.charts.drawing import Chart, ChartTable
from finmod.reports.charts.labels import clean
from finmod.reports.charts.style import ROLES, chart_css
from finmod.reports.variance import pictures, tables
from finmod.reports.variance.figures import cleaned, ended, name_of, places_of, sentence, shown
from finmod.reports.variance.quality import Line, is_tied, quality_lines, tie_table
from finmod.reports.variance.tables import Table

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN: Final = (15, 8)
"""Rows at most of the first dimension, and of others."""
_TONES: Final = ("page", "ink", "muted", "grid", "s0", "s1")


@dataclass(frozen=True)
class Tile:
    """A figure above all others."""

    title: str
    said: Said
    below: Said = ()
    chart: Chart | None = None


@dataclass(frozen=True)
class Part:
    """A section of members.

    Attributes:
        title: Its heading.
        table: What it shows.
        trends: The text behind its small lines; None where there is none.
    """

    title: str
    table: Table
    trends: ChartTable | None


@dataclass(frozen=True, kw_only=True)
class View:
    """The page in the order in which it is read."""

    title: str
    project: str
    finding: Said
    lines: tuple[Said, ...]
    notices: tuple[tuple[str, str], ...]
    tiles: tuple[Tile, ...]
    bridge: tuple[Chart, Chart]
    effects: Table
    members: tuple[Part, ...]
    budget: Table | None
    causes: Table | None
    beside: Said
    units: Part | None
    savings: Table | None
    savings_notes: tuple[str, ...]
    quality: tuple[Line, ...]
    ties: Table
    foot: Said


def html_page(page: VariancePage, *, is_print: bool = False) -> str:
    """Return the page as one HTML file; the same page gives the same text.

    Args:
        page: What it says.
        is_print: Whether it is for paper: what can be opened on a screen is then left out.
    """
    places = places_of(page.report.total)
    template = _environment().get_template("page.html")
    told: str = template.render(
        view=view_of(page), css=_css(), is_print=is_print, shown=lambda figure: shown(figure, places), exact=_exact
    )
    return told


def view_of(page: VariancePage) -> View:
    """Return what stands where."""
    report = page.report
    unit = _units(page)
    return View(
        title=title_of(page),
        project=clean(report.project),
        finding=cleaned(headline(report)),
        lines=tuple(cleaned(each) for each in lines_of(page) if each),
        notices=notices_of(page),
        tiles=tuple(_tiles(page)),
        bridge=pictures.bridge(page),
        effects=tables.effects_table(page),
        members=tuple(_part(page, members, place) for place, members in enumerate(page.members)),
        budget=tables.budget_table(page, page.budget) if page.budget else None,
        causes=tables.causes_table(page, page.causes) if page.causes else None,
        beside=tables.listed(page.causes.beside) if page.causes else (),
        units=unit if page.units else None,
        savings=tables.savings_table(page, page.savings) if page.savings else None,
        savings_notes=tables.savings_notes(page.savings) if page.savings else (),
        quality=quality_lines(page),
        ties=tie_table(page),
        foot=_foot(page),
    )


def title_of(page: VariancePage) -> str:
    """Return the title of the page."""
    return f"Cloud cost of {month_name(page.report.after.month, year=True)}"


def lines_of(page: VariancePage) -> tuple[Said, ...]:
    """Return the sentences below the finding: who, which budget, what a unit costs, and whether to believe it."""
    # Beside days that are not told, who cost more and who less is the bills' doing.
    is_whole = page.report.after.is_whole and page.report.before.is_whole
    who = where(page.members[0], page.report) if page.members and is_whole else ()
    planned = budget_sentence(page.budget.report) if page.budget else ()
    return who, planned, unit_sentence(page.units), _belief(page)


def _belief(page: VariancePage) -> Said:
    if not is_tied(page):
        return ("Not everything ties: see data quality.",)
    invoices = page.quality.invoices
    figure = "known figure" if UNKNOWN & {each.code for each in page.findings} else "figure"
    ties = f"Every {figure} ties to the ledger, to the last digit"
    if invoices is None or not invoices.compared:
        return (f"{ties}.",)
    if invoices.compared == 1:
        return (f"{ties}, and the one invoice ties to its charges.",)
    count = Figure(Decimal(invoices.compared), "count")
    return (f"{ties}, and all ", count, " invoices tie to their charges.")


def notices_of(page: VariancePage) -> tuple[tuple[str, str], ...]:
    """Return what must be known before anything is believed: how grave it is, and what it says."""
    return tuple((each.severity, ended(clean(each.message))) for each in page.findings if each.severity != "info")


def _tiles(page: VariancePage) -> Iterator[Tile]:
    report, total = page.report, page.report.total
    currency = f" {report.currency}"
    yield Tile(
        f"Cost of {label_of(report.after)}",
        (Figure(total.after), currency),
        ("EffectiveCost",),
        pictures.total_trend(page),
    )
    against = f"Against {label_of(report.before)}"
    if not total.has_plan:
        yield Tile(against, (total.without_plan,))
    elif is_plan(report.before):
        beyond = total.effect("beyond_plan")
        share = tables.share_of(beyond, total.before)
        yield Tile(against, share, (Figure(beyond, "signed"), currency, " beyond plan"))
    else:
        share = tables.share_of(total.change, total.before, fresh=total.is_new)
        yield Tile(against, share, (Figure(total.change, "signed"), currency))
    for unit in [each for each in page.units if each.now is not None][:1]:
        metric = unit.metric
        is_share = metric.format == "percent"
        figure = Figure(unit.now, "percent" if is_share else "unit", places_of_unit(unit))
        moved = unit_said(unit)[-1:] if unit.change is not None else ()
        yield Tile(name_of(metric.label, ""), (figure, "" if is_share else f" {metric.currency or ''}"), moved)
    if page.savings:
        yield Tile("Could be saved", *tables.savings_tile(page, page.savings))
    invoices = page.quality.invoices
    if invoices is not None and invoices.compared:
        tie, every = (Figure(Decimal(each), "count") for each in (invoices.tie, invoices.compared))
        yield Tile("Invoices", (tie, " of ", every), ("equal their charges",))


def _part(page: VariancePage, members: Members, place: int) -> Part:
    charts = pictures.member_trends(page, members, f"trend-{place}")
    table = tables.members_table(page, members, charts, SHOWN[min(place, 1)])
    return Part(f"By {name_of(members.by, '')}", table, _behind(table))


def _units(page: VariancePage) -> Part:
    table = tables.units_table(page, pictures.unit_trends(page))
    return Part("Unit costs", table, _behind(table))


def _behind(table: Table) -> ChartTable | None:
    """Return the text behind the small lines of a table: a row per line, a column per month."""
    charts = [(row.cells[0], cell) for row in table.rows for cell in row.cells if isinstance(cell, Chart)]
    if not charts:
        return None
    months = tuple(row[0] for row in charts[0][1].table.rows)
    rows = [(chart.title, *(row[1] for row in chart.table.rows)) for _, chart in charts]
    return ChartTable((table.heads[0].text, *months), tuple(rows))


def _foot(page: VariancePage) -> Said:
    report = page.report
    compared = "its close" if is_as_closed(report.before) else label_of(report.before)
    return sentence(
        f"{label_of(report.after)} against {name_of(compared, '')}, in {report.currency}. Cost is EffectiveCost: what "
        "was paid or will be, with upfront fees spread over what they cover. Effects are symmetric: none depends on an "
        "order of causes. Amounts are rounded for the eye; sums are of every digit. Made by finmod report from ledger "
        "version ", Figure(Decimal(report.after.ledger_version), "count"), ".",
    )  # fmt: skip


def _exact(figure: Figure) -> str:
    return "" if figure.value is None else f"{figure.value:f}"


def _css() -> str:
    own = resources.files("finmod.reports.variance").joinpath("page.css").read_text(encoding="utf-8")
    tones = {way: "".join(f"--{role}:{getattr(ROLES[role], way)};" for role in _TONES) for way in ROLES["ink"]._fields}
    return (
        f":root{{color-scheme:light dark;{tones['light']}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{tones['dark']}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{tones['dark']}}}}}\n"
        f"@media print{{:root{{color-scheme:light;{tones['print']}}}}}\n{chart_css()}{own}"
    )


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined  # noqa: PLC0415 -- who shows no page need not wait

    folder = resources.files("finmod.reports.variance")
    made = Environment(
        autoescape=True,
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text(encoding="utf-8")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.tests["named"] = lambda part: isinstance(part, Name)
    return made
