"""``finmod export``: results for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import rich_click as click

from finmod.cli.output import Form, output_option, show
from finmod.cli.progress import progress
from finmod.cli.project import opened
from finmod.cli.values import Place, Word
from finmod.errors import counted


@click.group("export")
def command() -> None:
    """Write results for other tools."""


@command.command("focus", options_metavar="--to FILE [OPTIONS]")
@click.option(
    "--version",
    type=Word(["1.2", "1.3", "1.4"]),
    metavar="VERSION",
    default="1.4",
    show_default=True,
    help="Version of FOCUS: 1.2, 1.3 or 1.4.",
)
@click.option(
    "--to",
    "target",
    type=Place("file"),
    metavar="FILE",
    required=True,
    help="File to write: .parquet, .csv or .csv.gz; one that is there is replaced.",
)
@click.option("--period", metavar="YYYY-MM", help="One billing period; all where it is not given.")
@click.option("--source", metavar="NAME", help="One source, by its name in finmod status; all where it is not given.")
@output_option
@click.pass_obj
def focus(  # noqa: PLR0913, PLR0917 -- one parameter per option
    folder: Path | None,
    version: Literal["1.2", "1.3", "1.4"],
    target: Path,
    period: str | None,
    source: str | None,
    form: Form,
) -> None:
    """Write the ledger's charges as FOCUS.

    Parquet holds every text as the bill wrote it. In CSV a text that a spreadsheet would run as a formula gets an
    apostrophe in front.
    """
    from finmod.workspace.export_focus import export_focus

    with progress() as step:
        rows = export_focus(opened(folder), version, target, period=period, source=source, step=step)
    if form != "table":
        show(("file", "focus_version", "charges"), [(str(target), version, rows)], form)
        return
    click.echo(f"Wrote {counted(rows, 'charge')} as FOCUS {version} to {target}")
