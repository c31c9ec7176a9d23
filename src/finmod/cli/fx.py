"""``finmod fx``: the project's table of exchange rates."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.output import Form, output_option, show, table
from finmod.cli.project import command_line, opened
from finmod.cli.values import Place, wrong_value
from finmod.errors import counted, near, printable

if TYPE_CHECKING:
    from finmod.settings.project import Project
    from finmod.workspace.fx import FxRead

_PAIRS = ("from", "to", "first", "last", "rates", "gaps_over_7_days", "longest_gap")
_RATES = ("date", "from", "to", "rate", "rate_date", "how")
_READ = ("file", "first", "last", "added", "replaced", "same")


class Day(click.ParamType[date]):
    """A day as ``YYYY-MM-DD``."""

    name = "day"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day."""
        if isinstance(value, date):
            return value
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise wrong_value(value, param, ctx, expected="a day as YYYY-MM-DD, such as 2026-09-30")


class Currency(click.ParamType[str]):
    """A code of ISO 4217."""

    name = "currency"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the code."""
        from finmod.settings.currencies import CURRENCIES

        if value in CURRENCIES:
            return value
        close = near(value, CURRENCIES)
        remedy = f"Did you mean '{close}'?" if close else None
        raise wrong_value(value, param, ctx, expected="a currency code of ISO 4217, such as USD", remedy=remedy)


@click.group("fx", invoke_without_command=True)
@click.pass_context
def command(context: click.Context) -> None:
    """Keep the exchange rates into the reporting currency: read them, and see what they cover."""
    if context.invoked_subcommand is None:
        context.invoke(show_rates)


@command.command("read")
@click.argument("file", type=Place("file", is_written=False), metavar="FILE")
@click.option(
    "--currency",
    "currencies",
    type=Currency(),
    metavar="CODE",
    multiple=True,
    help="Take this currency alone; may be repeated. The reporting currency is taken besides.",
)
@click.option("--since", type=Day(), metavar="YYYY-MM-DD", help="Take rates of this day and later ones.")
@click.option("--replace", is_flag=True, help="Take the rates of FILE where the table has others of the same day.")
@output_option
@click.pass_obj
def read(  # noqa: PLR0913 -- one parameter per option
    folder: Path | None, file: Path, *, currencies: tuple[str, ...], since: date | None, replace: bool, form: Form
) -> None:
    """Read FILE, a history of rates of the European Central Bank, into the project's table.

    FILE is eurofxref-hist.zip, the CSV in it, or an XML of the bank; download it first. New days are added, what is
    there stays. A project without a table gets fx.csv.
    """
    from finmod.workspace.fx import read_fx

    project = opened(folder)
    report = read_fx(project, file, currencies=currencies, since=since, replace=replace)
    if form != "table":
        row = (str(report.file), report.first, report.last, report.added, report.replaced, report.same)
        show(_READ, [row], form)
        return
    _tell(report, project, folder)


def _tell(report: FxRead, project: Project, folder: Path | None) -> None:
    from finmod.sources.files import display_name

    name = display_name(report.file, project.root)
    replaced = f", replaced {report.replaced:,}" if report.replaced else ""
    same = f", {report.same:,} were there already" if report.same else ""
    span = f"{report.first} to {report.last}"
    click.echo(printable(f"{name}: added {counted(report.added, 'rate')}{replaced}{same}; {span}", 1000))
    if report.named:
        click.echo(f"finmod.yaml names it now: fx: {name}")
    if report.left_out:
        click.echo(f"Left out, since ISO 4217 has them no more: {', '.join(report.left_out)}")
    if not report.reaches:
        click.echo(
            f"No rate leads to {project.currency}, the reporting currency: add such rates to the table yourself."
        )
    click.echo(f"Next, what the table covers: {command_line(folder, 'fx show')}")


@command.command("show")
@click.option("--date", "day", type=Day(), metavar="YYYY-MM-DD", help="Show the rates of charges of this day.")
@output_option
@click.pass_obj
def show_rates(folder: Path | None, *, day: date | None = None, form: Form = "table") -> None:
    """Show which pairs and days the table has; with --date the rates into the reporting currency that charges get."""
    from finmod.workspace.fx import coverage, rates_of_day

    project = opened(folder)
    columns: tuple[str, ...] = _PAIRS
    rows: list[tuple[Any, ...]]
    unknown: dict[str, list[str]] = {}
    if day is None:
        rows = [
            (item.base, item.quote, item.first, item.last, item.rates, item.gaps, item.longest_gap)
            for item in coverage(project)
        ]
    else:
        columns = _RATES
        rates, unknown = rates_of_day(project, day)
        rows = [
            (used.charge_date, used.currency, project.currency, used.rate, used.rate_date, used.how) for used in rates
        ]
    if form == "table":
        table(columns, rows)
        for why, currencies in unknown.items():
            click.echo(f"No rate of {', '.join(currencies)} for {day}: {why}.")
    else:
        show(columns, rows, form)
