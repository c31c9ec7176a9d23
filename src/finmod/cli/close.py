"""``finmod close`` and ``finmod reopen``: months that stay as they were told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.progress import progress
from finmod.cli.project import command_line, opened
from finmod.cli.values import Month, Name
from finmod.errors import counted, printable
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.workspace.close import Closed

_COLUMNS = ("billing_period", "version", "source", "charges", "currency", "billed_cost", "effective_cost")
MONTH = Month("0001-01", "9998-12")
"""A month that bills can be of, and another one after it."""


@click.command("close")
@click.argument("period", type=MONTH, metavar="PERIOD")
@click.option(
    "--note",
    type=Name("some words", "Write them, or leave the option out."),
    metavar="TEXT",
    help="What is to be known of the close, for the history.",
)
@click.option("--early", is_flag=True, help="Close a month that has not ended yet.")
@click.option("--with-earlier", is_flag=True, help="Close every month with it that was left open before it.")
@click.option("--with-errors", is_flag=True, help="Close a month that does not tie; the history tells it.")
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- one parameter per option; click passes them by name
    folder: Path | None,
    period: str,
    note: str | None,
    *,
    early: bool,
    with_earlier: bool,
    with_errors: bool,
    form: Form,
) -> None:
    """Close a month, YYYY-MM, of every source: it stays as it is, whatever bills say later.

    What a bill that is loaded later changes in it is booked as true-ups in the month after the last closed one. The
    first close takes every month before it along; after it, months are closed in order. What finmod check finds not to
    tie is refused.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.close import Wishes, close

    project, month, now = opened(folder), parse_period(period), datetime.now(tz=UTC)
    wishes = Wishes(early=early, with_earlier=with_earlier, with_errors=with_errors)
    with progress() as step:
        done = close(project, month, now, note=note, wishes=wishes, step=step)
    _show(done, form)
    if form == "table":
        for words in _lacking(done, project.currency):
            console().print(printable(words, 1000), markup=False)
        if done.close.since != done.close.period:
            console().print(
                f"Shown is {period}; every month is shown by: {command_line(folder, 'status')}", markup=False
            )
        as_closed = (
            f'query "SELECT x_Source, BillingCurrency, sum(BilledCost) AS BilledCost FROM charges_daily '
            f"WHERE x_BillingPeriod = DATE '{period}-01' GROUP BY ALL ORDER BY ALL\" --as-of {period}"
        )
        console().print(
            f"Closed {done.close.months} as ledger version {done.close.version}. As it is now it is always to be seen "
            "with:",
            markup=False,
        )
        # Not folded: a command that is broken into lines runs no more.
        click.echo(f"  {command_line(folder, as_closed)}")


@click.command("reopen", options_metavar="--reason TEXT [OPTIONS]")
@click.argument("period", type=MONTH, metavar="PERIOD")
@click.option(
    "--reason", type=Name("some words", "Say why."), required=True, metavar="TEXT", help="Why, for the history."
)
@output_option
@click.pass_obj
def reopen_command(folder: Path | None, period: str, reason: str, *, form: Form) -> None:
    """Reopen the last closed month, YYYY-MM, and what was closed with it: true-ups are taken back.

    The next load reads the bills again that restated it, and replaces the month as if it had never been closed.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.close import reopen

    done = reopen(opened(folder), parse_period(period), datetime.now(tz=UTC), reason=reason)
    _show(done, form)
    if form == "table":
        back = f"; {counted(done.taken_back, 'true-up')} taken back" if done.taken_back else ""
        console().print(
            f"Reopened {done.close.months} as ledger version {done.close.reopened_version}{back}. As it was closed, it "
            f"is still to be seen with --as-of {done.close.version}.",
            markup=False,
        )
        if done.taken_back:
            click.echo(f"Next, the bills that restated it: {command_line(folder, 'load')}")


def _show(done: Closed, form: Form) -> None:
    month = f"{done.close.period:%Y-%m}"
    version = done.close.reopened_version or done.close.version
    rows: list[tuple[Any, ...]] = [
        (month, version, source, charges, currency, twelve_places(billed), twelve_places(effective))
        for source, currency, charges, billed, effective in done.rows
    ]
    if form != "table":
        show(_COLUMNS, rows, form)
        return
    shown = [(row[0], row[2], f"{row[3]:,}", money(row[5], row[4]), money(row[6], row[4])) for row in rows]
    headings = ("period", "source", "charges", "BilledCost", "EffectiveCost")
    table(headings, shown, right=("charges", "BilledCost", "EffectiveCost"))


def _lacking(done: Closed, currency: str) -> Iterator[str]:
    """Yield what the closed months lack: sources, months of sources, exchange rates."""
    for months, sources in done.absent.items():
        yield f"Without a charge in {months}: {', '.join(sources)}. What is loaded of it later becomes true-ups."
    yield from done.gaps
    for abroad, number in done.missing_rates.items():
        yield (
            f"The exchange rates of {counted(number, 'charge')} in {abroad} are missing: in {currency} they are "
            "unknown until the table has them."
        )
