"""``finmod status``: what the ledger holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.text import Text

from finmod.cli.output import Form, console, minute, money, output_option, show, spread, table
from finmod.cli.project import command_line, opened
from finmod.errors import counted, printable

if TYPE_CHECKING:
    from finmod.workspace.status import ReportingTotal

_COLUMNS = (
    "source",
    "billing_period",
    "format",
    "files",
    "charges",
    "currency",
    "billed_cost",
    "loaded_at",
    "findings",
    "closed_at",
)


@click.command("status")
@output_option
@click.pass_obj
def command(folder: Path | None, *, form: Form) -> None:
    """Show which bills the ledger holds, per source and billing period."""
    from finmod.workspace.status import status

    project = opened(folder)
    report = status(project)
    if form != "table":
        show(_COLUMNS, report.rows, form)
        return
    bills = {row[:2] for row in report.rows if row[5] is not None}
    usage = {row[:2] for row in report.rows if row[5] is None}
    held = f"{counted(report.charges, 'charge')} in {spread(bills, 'billing period')}" if bills or not usage else ""
    held = " and ".join(filter(None, (held, f"usage of {spread(usage, 'month')}" if usage else "")))
    billed = "".join(f", BilledCost {money(amount, currency)}" for currency, amount in report.billed.items())
    holds = f"ledger version {report.version}, {held}{billed}" if report.version >= 0 else "the ledger is empty"
    closed = "" if report.closed is None else f", closed through {report.closed[1]:%Y-%m}"
    console().print(Text(printable(f"{project.name}: {holds}{closed}", 1000)))
    if report.rows:
        headings = ["source", "period", "format", "files", "charges", "BilledCost", "loaded (UTC)", "findings"]
        shown = [[*_bill(row), _charges(row), money(row[6], row[5]), minute(row[7]), row[8]] for row in report.rows]
        if report.closed is not None:
            headings.append("closed")
            shown = [[*line, row[9] and f"{row[9]:%Y-%m-%d}"] for line, row in zip(shown, report.rows, strict=True)]
        table(headings, shown, right=("charges", "BilledCost"), spare=("loaded (UTC)", "files", "format"))
    if report.reporting is not None:
        click.echo(printable(_reporting(report.reporting, folder), 1000))
    for name, charges in report.beside.items():
        settings = project.sources.get(name)
        of = f" beside {settings.compare_with}" if settings and settings.compare_with else ""
        click.echo(printable(f"{name}: {counted(charges, 'charge')} kept{of} for comparison, counted nowhere", 1000))
    for name in report.never_loaded:
        click.echo(f"{name}: never loaded; run: {command_line(folder, f'load {name}')}")


def _charges(row: Sequence[Any]) -> str:
    return "-" if row[5] is None else f"{row[4]:,}"


def _bill(row: Sequence[Any]) -> tuple[Any, ...]:
    """Return source, month, format and files; a true-up says so beside its source, which is never left out."""
    from finmod.workspace.status import TRUE_UP

    source, month, form, files = row[:4]
    return (f"{source}, {form}", month, None, files) if form.startswith(TRUE_UP) else (source, month, form, files)


def _reporting(total: ReportingTotal, folder: Path | None) -> str:
    if not total.missing:
        return f"In {total.currency}: BilledCost {money(total.billed_cost, total.currency)}"
    charges = ", ".join(f"{counted(number, 'charge')} in {currency}" for currency, number in total.missing.items())
    where = command_line(folder, "check")
    return f"In {total.currency}: unknown, the exchange rates of {charges} are missing; see: {where}"
