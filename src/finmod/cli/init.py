"""``finmod init``: a new project."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, output_option, show


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--name", help="Name of the project; the folder's name where it is not given.")
@click.option("--currency", default="USD", show_default=True, help="Reporting currency, ISO 4217.")
@output_option
def command(folder: Path, name: str | None, currency: str, form: Form) -> None:
    """Write finmod.yaml, with comments, into FOLDER (this one where it is not given)."""
    from finmod.settings.init import write_project

    name = name or folder.absolute().name
    written = write_project(folder, name, currency)
    if form != "table":
        show(("file", "name", "currency"), [(str(written), name, currency)], form)
        return
    click.echo(f"Wrote {written}. Name your bills in it, then run: finmod load")
