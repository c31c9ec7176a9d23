"""``finmod demo``: the sample company, loaded, allocated, checked and shown on one screen."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, output_option, show
from finmod.cli.sample import rows_option
from finmod.cli.values import Place, Whole


@click.command("demo")
@click.argument("folder", type=Place("folder"), metavar="[FOLDER]", default=Path("finmod-demo"))
@rows_option
@click.option(
    "--months",
    type=Whole("from 2 to 120", least=2, most=120),
    metavar="NUMBER",
    default=24,
    show_default=True,
    help="Number of months, 2 to 120.",
)
@output_option
def command(folder: Path, rows: int, months: int, form: Form) -> None:
    """Make the sample company in FOLDER (finmod-demo where it is not given) and show its last month.

    Its bills are loaded and its shared cost is allocated. FOLDER is a new or empty folder, and a project afterwards. In
    the forms for programs there is a row per supplier, per cost of all suppliers, and per service, product and team.
    """
    from datetime import UTC, datetime

    from finmod.cli.demo_screen import COLUMNS, demo_rows, show_demo
    from finmod.cli.progress import progress
    from finmod.workspace.demo import run_demo

    with progress() as step:
        report = run_demo(folder, rows=rows, months=months, now=datetime.now(tz=UTC), step=step)
    if form == "table":
        show_demo(report)
    else:
        show(COLUMNS, list(demo_rows(report)), form)
