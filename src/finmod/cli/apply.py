"""``finmod apply``: the allocation of the working tree becomes the books' version."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import say
from finmod.cli.moves import (
    booked_words,
    finding_words,
    headline,
    months_words,
    screen_of_findings,
    screen_of_results,
    total_words,
)
from finmod.cli.output import Form, console, minute, output_option, show
from finmod.cli.progress import progress
from finmod.cli.project import command_line, opened
from finmod.cli.values import Name
from finmod.reports.markdown import markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.workspace.apply import Applied

_SHORT = 12
_COLUMNS = (
    "version", "is_new", "applied_at", "author", "note", "rule_hash", "ledger_version", "drivers_version",
    "changed_months", "currency", "billed_cost", "effective_cost", "list_cost", "contracted_cost",
)  # fmt: skip
_COSTS = ("BilledCost", "EffectiveCost", "ListCost", "ContractedCost")


@click.command("apply")
@click.option(
    "--note",
    type=Name("some words", "Write them, or leave the option out."),
    metavar="TEXT",
    help="What is to be known of it, for the history.",
)
@click.option(
    "--author",
    type=Name("a name", "Name somebody, or leave the option out."),
    metavar="NAME",
    help="Who applies it; what git, or else the operating system, calls you where it is not given.",
)
@output_option
@click.pass_obj
def command(folder: Path | None, note: str | None, author: str | None, *, form: Form) -> None:
    """Make the allocation of the working tree the books' version, with author, time and the hash of its rules.

    Closed months stay as they were told: what the rules move there is booked in the open month, where it sums to 0.
    Every version stays and can be looked at: finmod query --as-of, finmod diff.
    """
    from finmod.workspace.apply import apply

    project = opened(folder)
    with progress() as step:
        done = apply(project, datetime.now(tz=UTC), author=author, note=note, step=step)
    if form == "table":
        _screen(folder, done)
    elif form == "markdown":
        click.echo("\n".join(_page(project.name, done)))
    else:
        show(_COLUMNS, _rows(done), form)


def _rows(done: Applied) -> list[tuple[Any, ...]]:
    run = done.run
    head = (
        run.version, done.is_new, run.applied_at.replace(tzinfo=None), run.author, run.note, run.rule_hash,
        run.ledger_version, run.drivers_version, [f"{month:%Y-%m}" for month in run.changed],
    )  # fmt: skip
    if not run.totals:
        return [(*head, *[None] * 5)]
    return [
        (*head, currency, *(twelve_places(costs[name]) for name in _COSTS)) for currency, costs in run.totals.items()
    ]


def _said(done: Applied) -> str:
    run = done.run
    if not done.is_new:
        return (
            f"Nothing to apply: version {run.version}, applied {minute(run.applied_at)} UTC by {run.author}, has the "
            "same rules on the same charges."
        )
    changed = f"new rows in {months_words(run.changed)}" if run.changed else "the same rows as before"
    return (
        f"Applied as version {run.version} by {run.author}: rules {run.rule_hash[:_SHORT]} on ledger version "
        f"{run.ledger_version}, {changed}."
    )


def _told(done: Applied) -> Iterator[str]:
    yield _said(done)
    if done.before is not None and done.is_new:
        yield from (headline(done, cause) for cause in done.causes)
    yield from (total_words(total, done.measure, is_first=done.is_first) for total in done.totals)
    yield from booked_words(done)


def _screen(folder: Path | None, done: Applied) -> None:
    screen = console()
    if done.before is None:
        screen_of_results(done)
        screen.print()
    for words in _told(done):
        say(screen, words)
    screen_of_findings(folder, done.findings)
    if done.is_new:
        say(screen, f"The proof that nothing was lost: {command_line(folder, 'check')}")


def _page(name: str, done: Applied) -> Iterator[str]:
    yield f"# Allocation of {markdown_text(name)}"
    yield from (line for words in _told(done) for line in ("", markdown_text(words)))
    yield from (line for item in done.findings for line in ("", markdown_text(finding_words(item))))
