"""The demo's one screen."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from finmod.cli.metric import change_text, figure_text, places_of
from finmod.cli.output import console
from finmod.cli.project import command_line
from finmod.cli.spark import spark
from finmod.cli.tags import percent
from finmod.workspace.demo import DemoReport
from finmod.workspace.demo_allocation import Cost
from finmod.workspace.demo_meaning import UnitCost

_WIDTH = 100
# Below this width an amount of millions and a name have no room beside each other.
_LEAST_WIDTH = 36
_LEAST_NAME, _GAP, _FRAME = 14, 2, 4
# Products where the screen is not high enough for all, lines around the panel, teams.
_FEW_PRODUCTS, _AROUND, _TEAMS = 8, 16, 6
_TEXTS = ("format",)
COLUMNS = ("by", "name", "measure", "billing_period", "amount", "amount_before", "currency")


def show_demo(report: DemoReport) -> None:
    """Print what was loaded, what the last month cost, whether it can be believed, and where to look further."""
    screen = console()
    screen.width = max(min(screen.width, _WIDTH), _LEAST_WIDTH) if screen.is_terminal else _WIDTH
    whole = month_panel(report, screen.width, products=len(report.allocated.products))
    high = screen.is_terminal and len(screen.render_lines(whole)) + _AROUND <= screen.height
    screen.print(whole if high else month_panel(report, screen.width))
    for line in _closing(report):
        screen.print(line)
    screen.print("\nLook further:")
    folder = report.folder
    file = shlex.quote(str(folder / f"{report.month}.parquet"))
    for words in (
        "check",
        "plan",
        *(f"explain --of product={item.name}" for item in report.allocated.products[:1] if item.name),
        "report variance",
        "variance --by product",
        "metric cost_per_order --by product --compare year",
        "pnl --by product",
        "tags",
        'query "SELECT x_Product, x_Pool, sum(EffectiveCost) FROM allocated_daily GROUP BY ALL ORDER BY 1, 3 DESC"',
        f"export focus --version 1.2 --period {report.month} --to {file}",
    ):
        # Not folded: a command must be copied as one line.
        screen.print(f"  {command_line(folder, words)}", markup=False, soft_wrap=True)


def month_panel(report: DemoReport, width: int, *, products: int = _FEW_PRODUCTS) -> Panel:
    """Return the last month of the sample company.

    Args:
        report: What is shown.
        width: Number of characters, 36 at least.
        products: How many of them are shown; the others together.
    """
    effective, before = report.totals["EffectiveCost"]
    head = Text()
    head.append(f"Northwind (invented), {report.month}: EffectiveCost {effective:,.2f} USD", style="bold")
    head.append(f", {_change(effective, before)}\n")
    head.append(f"{report.trend[0][0]} to {report.month}  ")
    head.append(spark([cost for _, cost in report.trend]), style="cyan")
    every = (
        _suppliers(report), _totals(report), _services(report), _products(report, products), _units(report),
        _teams(report), _tags(report),
    )  # fmt: skip
    tables = [table.drawn(width - _FRAME) for table in every]
    return Panel(Group(head, *(part for table in tables for part in (Text(), table))), width=width)


def demo_rows(report: DemoReport) -> Iterator[tuple[object, ...]]:
    """Yield the amounts of the screen: per supplier, in all, per service, product and team, and what lacks a tag."""
    for item in report.suppliers:
        yield "source", item.source, "BilledCost", report.month, item.billed, item.billed_before, "USD"
    for measure, (now, before) in report.totals.items():
        yield "all", None, measure, report.month, now, before, "USD"
    for name, now, before in report.services:
        yield "service", name, "EffectiveCost", report.month, now, before, "USD"
    for by, costs in (("product", report.allocated.products), ("team", report.allocated.teams)):
        for cost in costs:
            yield by, cost.name, "EffectiveCost", report.month, cost.full, cost.before, "USD"
            yield f"{by}, direct", cost.name, "EffectiveCost", report.month, cost.direct, None, "USD"
    for unit in report.meaning.units:
        yield "all", None, unit.metric.name, report.month, unit.now, unit.before, unit.metric.unit or None
    for product, margin in report.meaning.margins.items():
        yield "product, margin", product, "gross_margin", report.month, margin, None, None
    for tags in report.tags:
        yield "dimension", tags.dimension, "TagGap", report.month, tags.gap, None, tags.currency


def _change(now: Decimal, before: Decimal) -> str:
    return "new" if not before else f"{(now - before) / before * 100:+.1f} %"


@dataclass(frozen=True)
class _Numbers:
    """A table of names and what belongs to them; what is not needed most goes where the screen is narrow.

    Attributes:
        headings: Of the names, then of each further column.
        rows: As many texts each.
        spare: Headings of columns that may go, the first one first.
    """

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    spare: tuple[str, ...] = ()

    def drawn(self, width: int) -> Table:
        """Return the table for a width: no number is cut, and names keep room to be read."""
        places = list(range(1, len(self.headings)))
        for name in self.spare:
            if sum(self._width(place) + _GAP for place in places) + _LEAST_NAME > width:
                places = [place for place in places if self.headings[place] != name]
        made = Table(box=None, pad_edge=False, header_style="bold", expand=True)
        made.add_column(self.headings[0], ratio=1, min_width=_LEAST_NAME, overflow="fold")
        for place in places:
            is_number = self.headings[place] not in _TEXTS
            made.add_column(
                self.headings[place],
                justify="right" if is_number else "left",
                no_wrap=True,
                min_width=self._width(place),
            )
        for row in self.rows:
            made.add_row(*(Text(row[place]) for place in (0, *places)))
        return made

    def _width(self, place: int) -> int:
        return max(len(row[place]) for row in (self.headings, *self.rows))


def _months(report: DemoReport) -> tuple[str, str]:
    return report.month, report.trend[-2][0]


def _suppliers(report: DemoReport) -> _Numbers:
    this, before = _months(report)
    rows = [
        (
            item.source, item.format, f"{item.files:,}", f"{item.charges:,}", f"{item.billed:,.2f}",
            f"{item.billed_before:,.2f}", _change(item.billed, item.billed_before), _tied(*item.invoices),
        )
        for item in report.suppliers
    ]  # fmt: skip
    headings = ("BilledCost, USD", "format", "files", "charges", this, before, "change", "invoices")
    return _Numbers(headings, rows, ("format", "files", "charges", "invoices", "change", before))


def _tied(tied: int, every: int) -> str:
    return f"{every:,} tie" if tied == every else f"{tied:,} of {every:,}"


def _totals(report: DemoReport) -> _Numbers:
    meanings = {
        "ListCost": "at list price, where known",
        "ContractedCost": "at negotiated price, where known",
        "EffectiveCost": "upfront fees spread",
        "BilledCost": "on the invoices",
    }
    rows = [(f"{measure}, {meaning}", *_amounts(*report.totals[measure])) for measure, meaning in meanings.items()]
    return _Numbers(("All suppliers, USD", *_months(report), "change"), rows, ("change", _months(report)[1]))


def _services(report: DemoReport) -> _Numbers:
    rows = [(str(name), *_amounts(now, before)) for name, now, before in report.services]
    return _Numbers(("EffectiveCost by service, USD", *_months(report), "change"), rows, ("change", _months(report)[1]))


def _products(report: DemoReport, most: int) -> _Numbers:
    found = [*_few(report.allocated.products, most), ("in all", _sum(report.allocated.products))]
    margins = {name: margin for name, margin in report.meaning.margins.items() if name and margin is not None}
    margins |= {"in all": report.meaning.margin} if report.meaning.margin is not None else {}
    headings = ("EffectiveCost by product, USD", "direct", "shared", "full", "change", "gross margin")
    rows = [
        (
            name, f"{item.direct:,.2f}", f"{item.shared:,.2f}", f"{item.full:,.2f}", _change(item.full, item.before),
            percent(margins[name]) if name in margins else "",
        )
        for name, item in found
    ]  # fmt: skip
    return _Numbers(headings, rows, ("change", "shared", "direct", "gross margin"))


def _units(report: DemoReport) -> _Numbers:
    this, before = _months(report)
    rows = []
    for unit in report.meaning.units:
        places = places_of(unit.metric, unit.trend)
        now, then = (figure_text(unit.metric, value, places) for value in (unit.now, unit.before))
        label = f"{unit.metric.label}{', USD' if unit.metric.currency else ''}"
        rows.append((label, now, then, _unit_change(unit), spark(unit.trend)))
    return _Numbers(("Unit costs", this, before, "change", "trend"), rows, ("trend", "change", before))


def _unit_change(unit: UnitCost) -> str:
    if unit.now is None or not unit.before:
        return ""
    change = unit.now - unit.before
    return change_text(unit.metric, change, change / abs(unit.before))


def _teams(report: DemoReport) -> _Numbers:
    rows = [(name, *_amounts(item.full, item.before)) for name, item in _few(report.allocated.teams, _TEAMS)]
    return _Numbers(("EffectiveCost by team, USD", *_months(report), "change"), rows, ("change", _months(report)[1]))


def _few(costs: Sequence[Cost], most: int) -> list[tuple[str, Cost]]:
    """Return the largest with their names, the others as one, and what is unallocated."""
    named = [(item.name, item) for item in costs if item.name is not None]
    rest = [item for _, item in named[most:]]
    others = [(f"{len(rest):,} others", _sum(rest))] if rest else []
    return [*named[:most], *others, *(("unallocated", item) for item in costs if item.name is None)]


def _sum(costs: Sequence[Cost]) -> Cost:
    parts = zip(*((item.direct, item.shared, item.before) for item in costs), strict=True)
    return Cost(None, *(sum(each, Decimal(0)) for each in parts))


def _amounts(now: Decimal, before: Decimal) -> tuple[str, str, str]:
    return f"{now:,.2f}", f"{before:,.2f}", _change(now, before)


def _closing(report: DemoReport) -> list[Text]:
    used = sum((item[1] for item in report.commitments), Decimal(0))
    unused = sum((item[2] for item in report.commitments), Decimal(0))
    listed, effective = report.listed
    lines = []
    if listed:
        share = f"{(listed - effective) / listed * 100:.1f} %"
        lines.append(f"Rates: EffectiveCost is {share} below ListCost, where a list price is known.")
    if used + unused:
        share = f"{used / (used + unused) * 100:.1f} %"
        lines.append(f"Commitments: {share} used, {unused:,.2f} USD paid for nothing this month.")
    times = ", ".join(f"{what} {seconds:.0f}" for what, seconds in report.seconds.items())
    size = f"{report.charges:,} charges of {report.months} months; seconds: {times}."
    return [*map(Text, (*lines, _allocation(report))), *_proof(report), Text(size)]


def _allocation(report: DemoReport) -> str:
    found = report.allocated
    whole = report.totals["EffectiveCost"]
    now, before = (f"{part / of * 100:.1f} %" for part, of in zip(found.covered, whole, strict=True))
    equal, every = found.sums
    sums = f"{equal:,} sums" if equal == every else f"{equal:,} of {every:,} sums"
    return (
        f"Allocation: {now} of EffectiveCost has a product ({before} the month before); {sums} before and after are "
        "equal, to the last digit."
    )


def _tags(report: DemoReport) -> _Numbers:
    rows = [
        (item.dimension, percent(item.share), percent(item.required), f"{item.gap:,.2f}", f"{item.gap_named:,.2f}")
        for item in report.tags
    ]
    headings = ("Tags of what can carry them, USD", "understood", "required", "gap", "named by other rules")
    return _Numbers(headings, rows, ("named by other rules", "required"))


def _proof(report: DemoReport) -> list[Text]:
    proofs, found = report.check.proofs, Counter(item.severity for item in report.check.findings)
    proof = Text("Proof: ")
    proof.append("RED" if report.check.red else "GREEN", style="bold red" if report.check.red else "bold green")
    proof.append(
        f". {sum(item.holds for item in proofs):,} of {len(proofs):,} totals are the same in files, charges and cube, "
        "to the last digit"
    )
    same = ["the invoices"] if report.check.invoices_tie else []
    same += ["the costs of the product P&L"] if report.meaning.ties else []
    proof.append(f"; so are {' and '.join(same)}." if same else ".")
    counts = f"{found['error']:,} errors, {found['warning']:,} warnings, {found['info']:,} for information"
    return [proof, Text(f"Findings: {counts}.")]
