"""``finmod status``: what the ledger holds."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, money, output_option, show
from finmod.cli.project import opened

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
    held = f"{report.charges:,} charges in {len(report.rows):,} billing periods"
    click.echo(f"{project.name}: ledger version {report.version}, {held}")
    if report.rows:
        shown = [(*row[:5], money(row[6], row[5]), row[7], row[8]) for row in report.rows]
        show(("source", "period", "format", "files", "charges", "BilledCost", "loaded", "findings"), shown, form)
    for name in report.never_loaded:
        click.echo(f"{name}: never loaded; run: finmod load {name}")
