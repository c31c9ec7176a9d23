"""The demo's one screen."""

from __future__ import annotations

from decimal import Decimal

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from finmod.cli.output import console
from finmod.workspace.demo import DemoReport

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 96


def show_demo(report: DemoReport) -> None:
    """Print the last month of the sample company: what it cost, why, and whether it can be believed."""
    screen = console()
    if not screen.is_terminal:
        screen.width = _WIDTH
    effective, before = report.totals["EffectiveCost"]
    head = Text()
    head.append(f"Northwind (invented), {report.month}: ", style="bold")
    head.append(f"{effective:,.0f} USD effective", style="bold")
    head.append(f", {_change(effective, before)} on the month before   {_spark([cost for _, cost in report.trend])}")
    body = Group(head, Text(), _totals(report), Text(), _services(report))
    screen.print(Panel(body, width=min(screen.width, _WIDTH)))
    _closing(report, screen)


def _change(now: Decimal, before: Decimal) -> str:
    return "new" if not before else f"{(now - before) / before * 100:+.1f} %"


def _spark(values: list[Decimal]) -> str:
    top = max(values, default=Decimal(1)) or Decimal(1)
    return "".join(_BARS[max(1, int(value * 8 / top))] if value > 0 else _BARS[0] for value in values)


def _table(*columns: str) -> Table:
    made = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    made.add_column(columns[0], ratio=1)
    for name in columns[1:]:
        made.add_column(name, justify="right")
    return made


def _totals(report: DemoReport) -> Table:
    meanings = {
        "ListCost": "at list price",
        "ContractedCost": "after negotiated discounts",
        "EffectiveCost": "commitments over their term",
        "BilledCost": "on the invoices",
    }
    made = _table("Cost, USD", "this month", "month before", "change")
    for measure, meaning in meanings.items():
        now, before = report.totals[measure]
        made.add_row(f"{measure}, {meaning}", f"{now:,.2f}", f"{before:,.2f}", _change(now, before))
    return made


def _services(report: DemoReport) -> Table:
    made = _table("EffectiveCost by service, USD", "this month", "month before", "change")
    for name, now, before in report.services:
        made.add_row(Text(str(name)), f"{now:,.2f}", f"{before:,.2f}", _change(now, before))
    return made


def _closing(report: DemoReport, screen: Console) -> None:
    used = sum((item[1] for item in report.commitments), Decimal(0))
    unused = sum((item[2] for item in report.commitments), Decimal(0))
    tagged, usage = report.tags
    lines = []
    if used + unused:
        lines.append(
            f"Commitments: {used / (used + unused) * 100:.1f} % used, {unused:,.2f} USD paid for nothing this month."
        )
    lines.append(f"Tags: {tagged / usage * 100:.1f} % of usage cost carries a product tag, in one spelling or another.")
    proofs = report.check.proofs
    holding = sum(proof.holds for proof in proofs)
    verdict = "RED" if report.check.red else "GREEN"
    lines.append(
        f"Proof: {holding:,} of {len(proofs):,} totals are the same in files, charges and cube, to the last digit. "
        f"{verdict}."
    )
    times = ", ".join(f"{what} in {seconds:.0f} s" for what, seconds in report.seconds.items())
    lines.append(f"{report.charges:,} charges of {report.months} months: {times}.")
    folder = report.folder
    lines += [
        "",
        "Look further:",
        f"  finmod --project {folder} status",
        (
            f"  finmod --project {folder} query "
            '"SELECT ServiceName, sum(EffectiveCost) FROM charges_daily GROUP BY 1 ORDER BY 2 DESC"'
        ),
        f"  finmod --project {folder} export focus --version 1.2 --to {report.month}.parquet --period {report.month}",
    ]
    for line in lines:
        screen.print(line, markup=False, soft_wrap=True)
