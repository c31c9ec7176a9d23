"""``finmod sample``: the exports of an invented company, with the truth beside them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import rich_click as click

from finmod.cli.output import Form, money, output_option, show
from finmod.cli.progress import progress


@click.command("sample")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same company.")
@click.option("--months", type=click.IntRange(1, 120), default=24, show_default=True, help="Number of months.")
@click.option("--end", default="2026-10", show_default=True, metavar="YYYY-MM", help="Last month.")
@click.option(
    "--rows",
    type=click.IntRange(10_000, 100_000_000),
    default=1_000_000,
    show_default=True,
    help="Number of charges, within a tenth.",
)
@click.option(
    "--spend",
    type=click.IntRange(10_000, 10_000_000_000),
    default=8_000_000,
    show_default=True,
    help="Spend of a year, USD.",
)
@output_option
def command(folder: Path, seed: int, months: int, end: str, rows: int, spend: int, form: Form) -> None:  # noqa: PLR0913, PLR0917 -- one parameter per option
    """Write an invented company's bills into FOLDER, a project that can be loaded at once.

    truth/ beside them holds what really happened.
    """
    from finmod.workspace.sample import write_project_sample  # noqa: PLC0415

    with progress() as step:
        summary = write_project_sample(
            folder, seed=seed, months=months, end=end, rows=rows, spend=Decimal(spend), step=step
        )
    lines = [(name, charges, amount, "USD") for name, charges, amount in summary.by_source]
    if form != "table":
        show(("source", "charges", "billed_cost", "currency"), lines, form)
        return
    show(
        ("source", "charges", "BilledCost"),
        [(name, f"{charges:,}", money(amount, "USD")) for name, charges, amount, _ in lines],
        form,
    )
    click.echo(f"Wrote the bills of an invented company to {folder}; what really happened is in {folder / 'truth'}.")
    click.echo(f"Next: finmod --project {folder} load")
