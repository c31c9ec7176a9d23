"""``finmod plan``: what a change of rules moves, in money, before it is applied."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from finmod.cli.close import MONTH
from finmod.cli.lines import one_line, say
from finmod.cli.moves import (
    COLUMNS,
    Room,
    fitted,
    months_words,
    page_of_moves,
    rows_of,
    screen_of_findings,
    screen_of_moves,
    screen_of_results,
)
from finmod.cli.output import Form, console, minute, output_option, show
from finmod.cli.progress import progress
from finmod.cli.project import command_line, opened
from finmod.cli.tags import MONTHS
from finmod.cli.values import Word
from finmod.reports.markdown import markdown_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from finmod.workspace.plan import Plan, Span

_SHORT = 12
_NOTHING = "No change: applying it would move nothing."
_MEASURES = ("EffectiveCost", "BilledCost", "ListCost", "ContractedCost")


def span_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which months and which cost are looked at."""
    for option in (
        click.option(
            "--measure", type=Word(_MEASURES), default=_MEASURES[0], metavar="COST", show_default=True,
            help="Which cost is told: EffectiveCost, BilledCost, ListCost or ContractedCost.",
        ),
        click.option("--months", type=MONTHS, metavar="NUMBER", help="The last so many months alone; all without it."),
        click.option("--period", type=MONTH, metavar="YYYY-MM", help="One month alone, or the last one of --months."),
    ):  # fmt: skip
        command = option(command)
    return command


def span_of(period: str | None, months: int | None) -> Span:
    """Return which months the options mean."""
    from finmod.terms.periods import parse_period
    from finmod.workspace.plan import Span

    return Span(parse_period(period) if period else None, months or (1 if period else None))


@click.command("plan")
@click.option("--init", "is_init", is_flag=True, help="Write an allocation.yaml to start from, and nothing else.")
@click.option("--detail", is_flag=True, help="List every move, by month and target.")
@span_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where anything moves, or nothing was applied yet.")
@output_option
@click.pass_context
def command(  # noqa: PLR0913 -- one parameter per option; click passes them by name
    context: click.Context,
    *,
    is_init: bool,
    detail: bool,
    measure: str,
    months: int | None,
    period: str | None,
    detailed_exitcode: bool,
    form: Form,
) -> None:
    """Show what the rules of the working tree move beside those that were applied last: from whom, to whom, by what.

    The rules are taxonomy.yaml, allocation.yaml, drivers.yaml and the files that they name. What new charges and new
    values of drivers move is told apart. Nothing is changed: finmod apply makes it the books' version.
    """
    if is_init:
        _init(context.obj, form)
        return
    from finmod.workspace.plan import plan

    project = opened(context.obj)
    with progress() as step:
        found = plan(project, measure=measure, span=span_of(period, months), step=step)
    if form == "table":
        _screen(context.obj, found, detail=detail)
    elif form == "markdown":
        click.echo(fitted(partial(_page, project.name, found)))
    else:
        show(COLUMNS, rows_of(found), form)
    if detailed_exitcode and found.changes:
        context.exit(2)


def _init(folder: Path | None, form: Form) -> None:
    from finmod.settings.init import init_allocation
    from finmod.taxonomy.reading import read_taxonomy

    project = opened(folder)
    names = [*read_taxonomy(project.root).dimensions]
    written = init_allocation(project.root, [name for name in ("product", "team") if name in names] or names[:1])
    if form != "table":
        show(("file",), [(str(written),)], form)
        return
    click.echo(f"Wrote {written}. Say in it which cost is shared and how, then run: {command_line(folder, 'plan')}")


def _screen(folder: Path | None, found: Plan, *, detail: bool) -> None:
    screen = console()
    say(screen, _sides(found), style="dim")
    screen.print()
    if found.untold:
        say(screen, f"What charges, drivers and rules move cannot be told apart: {found.untold}.", style="yellow")
    if found.applied is None:
        screen_of_results(found)
        screen.print()
    elif not found.changes:
        say(screen, _NOTHING)
    for words in _beside(found):
        say(screen, words)
    screen_of_moves(found, detail=detail)
    screen_of_findings(folder, found.findings)
    if found.applied is None:
        say(screen, "Nothing was applied yet: all of it is new.")
    if found.changes:
        say(screen, f"Make it the books' version with: {command_line(folder, 'apply')}")


def _sides(found: Plan) -> str:
    rules = f"Rules {found.rule_hash[:_SHORT]} on ledger version {found.ledger_version}, {months_words(found.months)}"
    if found.applied is None:
        return f"{rules}."
    run = found.applied
    same = ", the same rules" if run.rule_hash == found.rule_hash else f", rules {run.rule_hash[:_SHORT]}"
    return (
        f"{rules}, beside version {run.version}, applied {minute(run.applied_at)} UTC by {run.author}{same}, on ledger "
        f"version {run.ledger_version}."
    )


def _beside(found: Plan) -> Iterator[str]:
    """Yield what applying it changes though it moves no target's cost."""
    from finmod.settings.validate import listing

    if found.others and not found.moves:
        verb = "does" if len(found.others) == 1 else "do"
        yield f"No {found.measure} moves; {listing([*found.others], 'and')} {verb}: see --measure."
    if found.applied is not None and found.cuts_otherwise:
        new, old = (listing([*names], "and") for names in (found.to, found.applied.dimensions))
        yield f"Costs are allocated to {new}, and were to {old}: what moves is told by what both have."
    if found.levels:
        yield _levels(found)
    for month in found.reopened:
        yield f"{month:%Y-%m} is open again: what was moved in it since it was closed comes back into it."


def _levels(found: Plan) -> str:
    """Return what is cut otherwise below the targets."""
    from finmod.settings.validate import listing

    names = listing([one_line(name, 80) for name in found.levels], "and")
    which = f"level {names} is" if len(found.levels) == 1 else f"levels {names} are"
    return f"Below the targets {which} cut otherwise: no target's cost moves by it."


def _page(name: str, found: Plan, room: Room) -> Iterator[str]:
    """Yield the lines of a comment on a pull request; its first one lets a bot find the comment again."""
    yield f"<!-- finmod-plan: {re.sub(r'[^A-Za-z0-9_. ]+', '-', name)} -->"
    yield f"## finmod plan: {markdown_text(name)}"
    if found.applied is None:
        yield from ("", "**Nothing was applied yet: all of it is new.**")
    elif not found.changes:
        yield from ("", f"**{_NOTHING}**")
    for words in _beside(found):
        yield from ("", markdown_text(words))
    if found.untold:
        yield from ("", f"What charges, drivers and rules move cannot be told apart: {markdown_text(found.untold)}.")
    yield from page_of_moves(found, room)
    yield from ("", markdown_text(_sides(found)))
