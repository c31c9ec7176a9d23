"""``finmod load``: bills into the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.completion import formats, sources
from finmod.cli.drivers import loaded_lines
from finmod.cli.lines import say
from finmod.cli.load_options import bill_options, read_options
from finmod.cli.output import Form, console, money, output_option, show, spread, table
from finmod.cli.progress import progress
from finmod.cli.project import command_line, opened
from finmod.errors import UserError, counted, printable
from finmod.terms.money import known_sum, twelve_places

if TYPE_CHECKING:
    from finmod.workspace.load import LoadedPeriod, LoadReport

_COLUMNS = ("source", "billing_period", "files", "charges", "currency", "billed_cost", "what", "findings")
_MOST_LEFT_OUT = _MOST_MONTHS = 3


@click.command("load")
@click.argument("names", nargs=-1, metavar="[SOURCE | PATH]...", shell_complete=sources)
@click.option(
    "--format",
    "format_name",
    metavar="NAME",
    shell_complete=formats,
    help="Format of the files at PATH, such as focus or azure-cost; told by their columns where it is not given.",
)
@click.option(
    "--source",
    "source_name",
    metavar="NAME",
    help="Name under which the files at PATH are kept; the format's name where it is not given.",
)
@bill_options
@click.option(
    "--again",
    is_flag=True,
    help="Read files that are in the ledger already too. Of a source of finmod.yaml, files that are gone leave "
    "the ledger then.",
)
@output_option
@click.pass_obj
def command(  # noqa: PLR0913 -- click passes the options by name
    folder: Path | None,
    /,
    names: tuple[str, ...],
    *,
    format_name: str | None,
    source_name: str | None,
    again: bool,
    form: Form,
    **said: Any,  # noqa: ANN401 -- the options of ``bill_options``
) -> None:
    """Read bills into the ledger: every source of finmod.yaml, some of them by name, or files by PATH.

    A name that is a source and a path at once is the source; write ./NAME for the path.

    Files that are in the ledger already are not read again, unless --again says so. A changed file replaces its billing
    periods; what it changes in a closed one is booked as true-ups in the open one. Where a source is refused, the
    others are loaded all the same. Options that say how bills are read add to what finmod.yaml says, for this load.
    Without SOURCE and PATH the drivers of drivers.yaml are loaded too.
    """
    from finmod.workspace.drivers import load_drivers_too
    from finmod.workspace.load import load_sources
    from finmod.workspace.sources import chosen_sources

    project = opened(folder)
    wanted = chosen_sources(project, names, format_name, source_name, read_options(said))
    now = datetime.now(tz=UTC)
    with progress() as step:
        reports, problems = load_sources(project, wanted, now, step, again=again)
        drivers, refused = (None, []) if names else load_drivers_too(project, now, step, again=again)
    if reports or not problems:
        _show(reports, project.root, form)
    if form == "table":
        for line in loaded_lines(drivers) if drivers else ():
            say(console(), line)
        _next(reports, folder)
    problems += refused
    if problems:
        raise UserError(*problems)


def _what(period: LoadedPeriod) -> str:
    if period.booked is not None:
        return f"true-up in {period.booked:%Y-%m}" if period.charges else "closed, no change"
    if not (period.charges or period.usage_rows):
        return "emptied" if period.replaced else "nothing"
    return "replaced" if period.replaced else "new"


def _rows(period: LoadedPeriod) -> Iterator[tuple[Any, ...]]:
    """Yield a line per currency of a period; findings of no currency are counted with the first."""
    if period.usage_rows is not None:
        odd = sum(finding.severity != "info" for finding in period.findings)
        month = f"{period.period:%Y-%m}"
        yield period.source, month, period.files, period.usage_rows, None, None, _what(period), odd
        return
    currencies: list[str | None] = list(period.billed_cost) or [None]
    for place, currency in enumerate(currencies):
        charges = period.charges.get(currency, 0) if currency else 0
        amount = period.billed_cost[currency] if currency else Decimal(0)
        of_it = [
            finding
            for finding in period.findings
            if finding.currency == currency or (place == 0 and finding.currency not in currencies)
        ]
        odd = sum(finding.severity != "info" for finding in of_it)
        exact = twelve_places(amount)
        yield period.source, f"{period.period:%Y-%m}", period.files, charges, currency, exact, _what(period), odd


def _show(reports: Sequence[LoadReport], root: Path, form: Form) -> None:
    rows = [row for report in reports for period in report.periods for row in _rows(period)]
    if form != "table":
        same = [
            (item.source, None, item.unchanged, None, None, None, "unchanged", 0)
            for item in reports
            if not item.periods
        ]
        show(_COLUMNS, [*rows, *same], form)
        return
    # A check does not list the findings of what is kept beside a bill.
    beside = {report.source for report in reports if report.compare_with}
    if rows:
        shown = [
            (*row[:3], f"{row[3]:,}", money(row[5], row[4]), row[6], "-" if row[0] in beside else f"{row[7]}")
            for row in rows
        ]
        headings = ("source", "period", "files", "charges", "BilledCost", "what", "findings")
        table(headings, shown, right=("charges", "BilledCost", "findings"), spare=("files",))
    for report in reports:
        for line in _left_out(report, root):
            console().print(line, markup=False)
        if not report.periods:
            console().print(
                f"{report.source}: nothing to load, the ledger has {_all(report.unchanged)} already "
                f"(ledger version {report.version}).",
                markup=False,
            )


def _next(reports: Sequence[LoadReport], folder: Path | None) -> None:
    """Print what was loaded in all, and what to run next."""
    rows = [(report, row) for report in reports for period in report.periods for row in _rows(period)]
    for report in reports:
        if report.compare_with:
            console().print(
                f"{report.source} is kept beside {report.compare_with} and counted nowhere. Next: "
                f"{command_line(folder, f'compare {report.compare_with} {report.source}')}",
                markup=False,
            )
    if rows and not all(report.compare_with for report in reports):
        _total([report for report in reports if not report.compare_with])
        found = any(row[-1] for report, row in rows if not report.compare_with)
        what = "the findings and the proof that nothing was lost" if found else "the proof that nothing was lost"
        click.echo(f"Next, {what}: {command_line(folder, 'check')}")


def _left_out(report: LoadReport, root: Path) -> Iterator[str]:
    """Yield what is told of files that were left out; of many with one reason the first stands for all."""
    from finmod.sources.files import display_name

    by_reason: dict[str, list[str]] = {}
    for path, reason in report.left_out:
        by_reason.setdefault(reason, []).append(display_name(path, root))
    for reason, paths in by_reason.items():
        shown = paths if len(paths) <= _MOST_LEFT_OUT else paths[:1]
        more = f" and {len(paths) - 1:,} other files" if len(shown) < len(paths) else ""
        yield from (f"{report.source}: {path}{more} left out: {reason}" for path in shown)


def _all(files: int) -> str:
    return "its file" if files == 1 else f"all {files:,} files"


def _total(reports: Sequence[LoadReport]) -> None:
    periods = [period for report in reports for period in report.periods]
    bills = [period for period in periods if period.usage_rows is None and period.booked is None]
    if bills:
        where = spread([(period.source, period.period) for period in bills], "billing period")
        click.echo(printable(f"Loaded {counted(_charges(bills), 'charge')} in {where}{_amounts(bills)}"))
    closed = [period for period in periods if period.booked is not None]
    if closed:
        click.echo(printable(_true_ups(closed)))
    usage = [period for period in periods if period.usage_rows is not None]
    if usage:
        rows = sum(period.usage_rows or 0 for period in usage)
        where = spread([(period.source, period.period) for period in usage], "month")
        click.echo(f"Loaded {counted(rows, 'row')} of usage in {where}")


def _true_ups(closed: Sequence[LoadedPeriod]) -> str:
    moved = [period for period in closed if period.charges]
    if not moved:
        return f"Booked no true-ups for {_months(period.period for period in closed)}: nothing has changed"
    booked = _months(period.booked for period in moved if period.booked)
    months = _months(period.period for period in moved)
    return f"Booked {counted(_charges(moved), 'true-up')} for {months} in {booked}{_amounts(moved)}"


def _months(periods: Iterable[date]) -> str:
    months = sorted({f"{period:%Y-%m}" for period in periods})
    return ", ".join(months) if len(months) <= _MOST_MONTHS else counted(len(months), "month")


def _charges(periods: Sequence[LoadedPeriod]) -> int:
    return sum(sum(period.charges.values()) for period in periods)


def _amounts(periods: Sequence[LoadedPeriod]) -> str:
    """Return the sum of BilledCost per currency as the end of a sentence; empty where no charge is there."""
    billed: dict[str, Decimal | None] = {}
    for period in periods:
        for currency, amount in period.billed_cost.items():
            billed[currency] = known_sum((billed.get(currency), amount))
    return f", {', '.join(map(money, billed.values(), billed))} BilledCost" if billed else ""
