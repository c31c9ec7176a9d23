"""``finmod status``: what the ledger holds."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from rich.text import Text

from finmod.cli.output import Form, cell, console, money, output_option, show, table
from finmod.cli.project import command_line, opened
from finmod.errors import counted, printable

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
    periods = len({row[:2] for row in report.rows})
    held = f"{counted(report.charges, 'charge')} in {counted(periods, 'billing period')}"
    billed = "".join(f", BilledCost {money(amount, currency)}" for currency, amount in report.billed.items())
    holds = f"ledger version {report.version}, {held}{billed}" if report.version >= 0 else "the ledger is empty"
    console().print(Text(printable(f"{project.name}: {holds}", 1000)))
    if report.rows:
        shown = [(*row[:4], f"{row[4]:,}", money(row[6], row[5]), cell(row[7]), row[8]) for row in report.rows]
        headings = ("source", "period", "format", "files", "charges", "BilledCost", "loaded, UTC", "findings")
        table(headings, shown, right=("charges", "BilledCost"), spare=("loaded, UTC", "format", "files"))
    for name in report.never_loaded:
        click.echo(f"{name}: never loaded; run: {command_line(folder, f'load {name}')}")
