"""The demo's one screen."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from finmod.cli.output import console
from finmod.cli.project import command_line
from finmod.workspace.demo import DemoReport

_BARS = " ▁▂▃▄▅▆▇█"
_WIDTH = 96
COLUMNS = ("by", "name", "measure", "billing_period", "amount", "amount_before", "currency")


def show_demo(report: DemoReport) -> None:
    """Print what was loaded, what the last month cost, whether it can be believed, and where to look further."""
    screen = console()
    screen.width = min(screen.width, _WIDTH) if screen.is_terminal else _WIDTH
    effective, before = report.totals["EffectiveCost"]
    head = Text()
    head.append(f"Northwind (invented), {report.month}: EffectiveCost {effective:,.2f} USD", style="bold")
    head.append(f", {_change(effective, before)}\n")
    head.append(f"{report.trend[0][0]} to {report.month}  ")
    head.append(_spark([cost for _, cost in report.trend]), style="cyan")
    body = Group(head, Text(), _suppliers(report), Text(), _totals(report), Text(), _services(report))
    screen.print(Panel(body))
    for line in _closing(report):
        screen.print(line)
    screen.print("\nLook further:")
    folder = report.folder
    file = shlex.quote(str(folder / f"{report.month}.parquet"))
    for words in (
        "status",
        "check",
        'query "SELECT ServiceName, sum(EffectiveCost) FROM charges_daily GROUP BY 1 ORDER BY 2 DESC"',
        f"export focus --version 1.2 --period {report.month} --to {file}",
    ):
        # Not folded: a command must be copied as one line.
        screen.print(f"  {command_line(folder, words)}", markup=False, soft_wrap=True)


def demo_rows(report: DemoReport) -> Iterator[tuple[object, ...]]:
    """Yield the amounts of the screen: per supplier, in all, and per service."""
    for item in report.suppliers:
        yield "source", item.source, "BilledCost", report.month, item.billed, item.billed_before, "USD"
    for measure, (now, before) in report.totals.items():
        yield "all", None, measure, report.month, now, before, "USD"
    for name, now, before in report.services:
        yield "service", name, "EffectiveCost", report.month, now, before, "USD"


def _change(now: Decimal, before: Decimal) -> str:
    return "new" if not before else f"{(now - before) / before * 100:+.1f} %"


def _spark(values: list[Decimal]) -> str:
    top = max(values, default=Decimal(1)) or Decimal(1)
    return "".join(_BARS[max(1, int(value * 8 / top))] if value > 0 else _BARS[0] for value in values)


def _table(*columns: str, texts: int = 1) -> Table:
    """Return a table whose first columns are texts and whose others are numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    made.add_column(columns[0], ratio=1)
    for place, name in enumerate(columns[1:], start=1):
        made.add_column(name, justify="left" if place < texts else "right", no_wrap=True)
    return made


def _months(report: DemoReport) -> tuple[str, str]:
    return report.month, report.trend[-2][0]


def _suppliers(report: DemoReport) -> Table:
    made = _table("BilledCost, USD", "format", "files", "charges", *_months(report), "change", texts=2)
    for item in report.suppliers:
        now, before = item.billed, item.billed_before
        made.add_row(
            Text(item.source), item.format, f"{item.files:,}", f"{item.charges:,}",
            f"{now:,.2f}", f"{before:,.2f}", _change(now, before),
        )  # fmt: skip
    return made


def _totals(report: DemoReport) -> Table:
    meanings = {
        "ListCost": "at list price",
        "ContractedCost": "at negotiated price",
        "EffectiveCost": "upfront fees spread",
        "BilledCost": "on the invoices",
    }
    made = _table("All suppliers, USD", *_months(report), "change")
    for measure, meaning in meanings.items():
        now, before = report.totals[measure]
        made.add_row(f"{measure}, {meaning}", f"{now:,.2f}", f"{before:,.2f}", _change(now, before))
    return made


def _services(report: DemoReport) -> Table:
    made = _table("EffectiveCost by service, USD", *_months(report), "change")
    for name, now, before in report.services:
        made.add_row(Text(str(name)), f"{now:,.2f}", f"{before:,.2f}", _change(now, before))
    return made


def _closing(report: DemoReport) -> list[Text]:
    used = sum((item[1] for item in report.commitments), Decimal(0))
    unused = sum((item[2] for item in report.commitments), Decimal(0))
    listed, effective = report.totals["ListCost"][0], report.totals["EffectiveCost"][0]
    tagged, usage = report.tags
    lines = []
    if listed:
        lines.append(f"Rates: EffectiveCost is {(listed - effective) / listed * 100:.1f} % below ListCost.")
    if used + unused:
        share = f"{used / (used + unused) * 100:.1f} %"
        lines.append(f"Commitments: {share} used, {unused:,.2f} USD paid for nothing this month.")
    if usage:
        share = f"{tagged / usage * 100:.1f} %"
        lines.append(f"Tags: {share} of usage cost carries a product tag, in one spelling or another.")
    times = ", ".join(f"{what} {seconds:.0f}" for what, seconds in report.seconds.items())
    size = f"{report.charges:,} charges of {report.months} months; seconds: {times}."
    return [*map(Text, lines), *_proof(report), Text(size)]


def _proof(report: DemoReport) -> list[Text]:
    proofs, found = report.check.proofs, Counter(item.severity for item in report.check.findings)
    proof = Text("Proof: ")
    proof.append("RED" if report.check.red else "GREEN", style="bold red" if report.check.red else "bold green")
    proof.append(
        f". {sum(item.holds for item in proofs):,} of {len(proofs):,} totals are the same in files, charges and cube, "
        "to the last digit"
    )
    proof.append("; so are the invoices." if report.check.invoices_tie else ".")
    counts = f"{found['error']:,} errors, {found['warning']:,} warnings, {found['info']:,} for information"
    return [proof, Text(f"Findings: {counts}.")]
