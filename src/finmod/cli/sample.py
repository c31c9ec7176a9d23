"""``finmod sample``: the exports of an invented company, with the truth beside them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import rich_click as click
from click.shell_completion import CompletionItem

from finmod.cli.output import Form, money, output_option, show, table
from finmod.cli.progress import progress
from finmod.cli.project import command_line
from finmod.cli.values import Month, Name, Place, Whole
from finmod.terms.money import twelve_places

rows_option = click.option(
    "--rows",
    type=Whole("from 400 a month to 100,000,000", most=100_000_000),
    metavar="NUMBER",
    default=1_000_000,
    show_default=True,
    help="Number of rows of the bills, met within a tenth: 400 a month at least, 100,000,000 at most.",
)


def _faults(_: click.Context, __: click.Parameter, begun: str) -> list[CompletionItem]:
    from finmod.sample.faults import FAULTS

    return [CompletionItem(name, help=fault.description) for name, fault in FAULTS.items() if name.startswith(begun)]


@click.command("sample")
@click.argument("folder", type=Place("folder"), metavar="FOLDER")
@click.option(
    "--seed",
    type=Whole("from 0 up"),
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="The same seed gives the same company.",
)
@click.option(
    "--months",
    type=Whole("from 1 to 120"),
    metavar="NUMBER",
    default=24,
    show_default=True,
    help="Number of months, 1 to 120.",
)
@click.option(
    "--end",
    type=Month("2000-01", "2099-12"),
    default="2026-10",
    show_default=True,
    metavar="YYYY-MM",
    help="Last month, 2000-01 to 2099-12.",
)
@rows_option
@click.option(
    "--spend",
    type=Whole("from 100,000 to 500,000,000"),
    metavar="USD",
    default=8_000_000,
    show_default=True,
    help="Spend of a year, 100,000 to 500,000,000.",
)
@click.option(
    "--fault",
    type=Name(),
    metavar="NAME",
    shell_complete=_faults,
    help="Plant a known fault in one month, to see check find it; a wrong NAME lists them.",
)
@output_option
def command(  # noqa: PLR0913, PLR0917 -- one parameter per option
    folder: Path, seed: int, months: int, end: str, rows: int, spend: int, fault: str | None, form: Form
) -> None:
    """Write an invented company's bills into FOLDER, a project that can be loaded at once.

    truth/ beside them holds what really happened. A row of a bill becomes one charge; a recurring fee of AWS becomes
    two, and each credit on a row of Google one more.
    """
    from finmod.workspace.sample import write_project_sample

    with progress() as step:
        summary = write_project_sample(
            folder, seed=seed, months=months, end=end, rows=rows, spend=Decimal(spend), step=step, fault=fault
        )
    if form != "table":
        exact = [(name, written, twelve_places(amount), "USD") for name, written, amount in summary.by_source]
        show(("source", "rows", "billed_cost", "currency"), exact, form)
        return
    table(
        ("source", "rows", "BilledCost"),
        [(name, f"{written:,}", money(amount, "USD")) for name, written, amount in summary.by_source],
        right=("rows", "BilledCost"),
    )
    click.echo(f"Wrote the bills of an invented company to {folder}; what really happened is in truth/ there.")
    if fault:
        from finmod.sample.faults import FAULTS

        click.echo(f"One month is spoiled on purpose: {FAULTS[fault].description}.")
    click.echo(f"Next: {command_line(folder, 'load')}")
