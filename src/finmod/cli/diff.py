"""``finmod diff``: what moves between any two allocations."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from finmod.cli.lines import say
from finmod.cli.moves import (
    COLUMNS,
    Room,
    fitted,
    months_words,
    page_of_moves,
    rows_of,
    screen_of_findings,
    screen_of_moves,
)
from finmod.cli.output import Form, console, output_option, show
from finmod.cli.plan import span_of, span_options
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.values import Name
from finmod.reports.markdown import markdown_text

if TYPE_CHECKING:
    from finmod.workspace.diff import Diff

_WHAT = Name("a version, a closed month, working, applied or a revision of git", "Name one.")


@click.command("diff")
@click.argument("first", type=_WHAT, metavar="A")
@click.argument("second", type=_WHAT, metavar="B")
@click.option("--detail", is_flag=True, help="List every move, by month and target.")
@span_options
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option; click passes them by name
    folder: Path | None,
    first: str,
    second: str,
    *,
    detail: bool,
    measure: str,
    months: int | None,
    period: str | None,
    form: Form,
) -> None:
    """Show what moves from allocation A to allocation B, from whom, to whom, by which rule.

    Each is a version such as 3, applied for the last one, working for the rules of the working tree, a closed month
    such as 2026-09 for what stood when it was closed, or a revision of git such as HEAD~1. What was applied is compared
    by its rows; where one of the two was not, the rules of both are run on the ledger of today.
    """
    from finmod.workspace.diff import diff

    project = opened(folder)
    with progress() as step:
        found = diff(project, first, second, measure=measure, span=span_of(period, months), step=step)
    if form == "table":
        say(console(), _sides(found), style="dim")
        console().print()
        screen_of_moves(found, detail=detail)
        screen_of_findings(folder, found.findings)
    elif form == "markdown":
        click.echo(fitted(partial(_page, project.name, found)))
    else:
        show(COLUMNS, rows_of(found), form)


def _sides(found: Diff) -> str:
    where = "as applied" if found.ledger_version is None else f"both rules on ledger version {found.ledger_version}"
    months = f", {months_words(found.months)}" if found.months else ""
    return f"From {found.names[0]} to {found.names[1]}, {where}{months}."


def _page(name: str, found: Diff, room: Room) -> Iterator[str]:
    yield f"# Allocation of {markdown_text(name)}"
    yield from ("", markdown_text(_sides(found)))
    yield from page_of_moves(found, room)
