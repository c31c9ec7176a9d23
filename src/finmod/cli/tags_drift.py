"""``finmod tags drift``: which tag keys and values came or went since the month before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, end_of, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.tags import period_option
from finmod.errors import counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.taxonomy.drift import Drift

_COLUMNS = (
    "change", "what", "name", "dimension", "value", "resources", "effective_cost", "currency", "example",
    "supplier_set",
)  # fmt: skip


@click.command("drift")
@period_option
@click.option("--all", "every", is_flag=True, help="List keys as well that suppliers set themselves: aws:createdBy.")
@output_option
@click.pass_obj
def drift(folder: Path | None, period: str | None, *, every: bool, form: Form) -> None:
    """Show tag keys and values that came or went since the month before.

    Keys that suppliers set themselves, such as aws:createdBy, are counted alone; --all lists them. Other forms than the
    table have all of them, and say in supplier_set which they are.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import tag_report

    project = opened(folder)
    report = tag_report(project, parse_period(period) if period else None)
    if form != "table":
        show(_COLUMNS, [_row(item) for item in report.drift], form)
        return
    screen = console()
    if report.before is None:
        say(screen, f"{report.month:%Y-%m} is the first month: there is nothing to compare with.")
        return
    say(screen, f"{project.name}: {report.month:%Y-%m} against {report.before:%Y-%m}", style="bold")
    shown = [item for item in report.drift if every or not item.supplier_set]
    if shown:
        _screen(shown)
    else:
        say(screen, "No key or value came or went.")
    rest = len({(item.change, item.name) for item in report.drift if item.supplier_set})
    if rest and not every:
        say(screen, f"Not listed: {counted(rest, 'key')} that suppliers set themselves; --all lists them.")


def _screen(items: Sequence[Drift]) -> None:
    rows = [
        (item.change, item.what, one_line(item.name, TEXT), item.dimension,
         "" if item.what == "key" else one_line(item.value, TEXT) if item.value else "(no value)",
         f"{item.resources:,}", money(item.cost, item.currency), one_line(end_of(item.example or "")))
        for item in items
    ]  # fmt: skip
    headings = ("change", "what", "text", "dimension", "means", "resources", "EffectiveCost", "such as")
    spare = ("such as", "dimension")
    table(headings, rows, right=("resources", "EffectiveCost"), spare=spare, whole_words=True)


def _row(item: Drift) -> tuple[Any, ...]:
    return (
        item.change, item.what, item.name, item.dimension, item.value, item.resources, twelve_places(item.cost),
        item.currency, item.example, item.supplier_set,
    )  # fmt: skip
