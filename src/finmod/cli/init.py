"""``finmod init``: a new project."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, output_option, show
from finmod.cli.project import command_line
from finmod.cli.values import Place


@click.command("init")
@click.argument("folder", type=Place("folder"), metavar="[FOLDER]", default=Path())
@click.option("--name", metavar="NAME", help="Name of the project; the folder's name where it is not given.")
@click.option(
    "--currency", metavar="CODE", default="USD", show_default=True, help="Reporting currency, a code of ISO 4217."
)
@output_option
def command(folder: Path, name: str | None, currency: str, form: Form) -> None:
    """Write finmod.yaml and taxonomy.yaml, with comments, into FOLDER (this one where it is not given)."""
    from finmod.settings.init import write_project

    name = folder.absolute().name if name is None else name
    written = write_project(folder, name, currency)
    if form != "table":
        show(("file", "name", "currency"), [(str(written), name, currency)], form)
        return
    load = command_line(None if folder == Path() else folder, "load")
    click.echo(f"Wrote {written}. Name your bills in it, then run: {load}")
