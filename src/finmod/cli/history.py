"""``finmod history``: closes and reopenings, and what restated bills of closed months moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click
from rich.text import Text

from finmod.cli.close import MONTH
from finmod.cli.moves import months_words
from finmod.cli.output import (
    Form,
    cell,
    console,
    minute,
    money,
    output_option,
    show,
    table,
)
from finmod.cli.project import opened
from finmod.errors import counted, printable
from finmod.reports.markdown import markdown_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.ledger.applied import Run
    from finmod.ledger.closes import Close
    from finmod.workspace.history import History, Movement

_COLUMNS = (
    "event", "at", "first_billing_period", "billing_period", "ledger_version", "booked_in", "source", "service",
    "currency", "charges", "billed_cost", "effective_cost", "reason", "version", "author", "rule_hash",
)  # fmt: skip
_RULES = 12
_MOVED = ("loaded (UTC)", "booked in", "source", "service", "true-ups", "BilledCost", "EffectiveCost")


@click.command("history")
@click.argument("period", type=MONTH, required=False, metavar="[PERIOD]")
@output_option
@click.pass_obj
def command(folder: Path | None, period: str | None, *, form: Form) -> None:
    """Show closes, reopenings and allocations, and what restated bills moved by service; of a month, YYYY-MM, or all.

    Amounts are differences: what the bill says now less what was told before. True-ups that a reopening took back are
    not shown any more.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.history import history

    project = opened(folder)
    month = parse_period(period) if period else None
    found = history(project, month)
    if form == "markdown":
        click.echo("\n".join(_page(project.name, found, month)))
    elif form == "table":
        _screen(found, period)
    else:
        show(_COLUMNS, _rows(found), form)


def _rows(found: History) -> list[tuple[Any, ...]]:
    """Return every close, reopening and movement in the order in which they happened."""
    rows: list[tuple[Any, ...]] = []
    for close in found.closes:
        months = f"{close.since:%Y-%m}", f"{close.period:%Y-%m}"
        rows.append(("close", _instant(close.closed_at), *months, close.version, *[None] * 7, close.note, *[None] * 3))
        if close.reopened_at:
            undone = close.reopened_version
            rows.append(
                ("reopen", _instant(close.reopened_at), *months, undone, *[None] * 7, close.reason, *[None] * 3)
            )
    rows += [
        (
            "true-up", item.loaded_at, *[f"{item.restated:%Y-%m}"] * 2, None, f"{item.booked_in:%Y-%m}", item.source,
            item.service, item.currency, item.charges, twelve_places(item.billed_cost),
            twelve_places(item.effective_cost), *[None] * 4,
        )
        for item in found.movements
    ]  # fmt: skip
    for run in found.runs:
        ends = (*run.changed[:1], *run.changed[-1:]) or (None, None)
        span = [month and f"{month:%Y-%m}" for month in ends]
        said = run.note, run.version, run.author, run.rule_hash
        rows.append(("apply", _instant(run.applied_at), *span, run.ledger_version, *[None] * 7, *said))
    return sorted(rows, key=lambda row: row[1])


def _instant(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def _screen(found: History, period: str | None) -> None:
    screen = console()
    for close in found.closes:
        screen.print(Text(printable(_sentence(close), 1000)))
    if not found.closes:
        screen.print(f"{period} was never closed." if period else "No month was ever closed.")
    if found.movements:
        screen.print()
        shown = [(f"{item.restated:%Y-%m}", *_moved(item)) for item in found.movements]
        table(("restated", *_MOVED), shown, right=_MOVED[4:], spare=_MOVED[:1])
        for line in _sums(found.movements):
            screen.print(line, markup=False)
    elif found.closes:
        screen.print("No restated bill has moved anything since.")
    if found.runs:
        screen.print()
    for run in found.runs:
        screen.print(Text(printable(_applied(run), 1000)))


def _sentence(close: Close) -> str:
    note = f" ({close.note})" if close.note else ""
    text = f"{close.months} closed {minute(close.closed_at)} UTC as ledger version {close.version}{note}"
    if close.reopened_at is None:
        return f"{text}."
    reason = close.reason or ""
    end = "" if reason.endswith((".", "!", "?")) else "."
    return f"{text}; reopened {minute(close.reopened_at)} UTC, version {close.reopened_version}: {reason}{end}"


def _applied(run: Run) -> str:
    note = f" ({run.note})" if run.note else ""
    changed = months_words(run.changed) if run.changed else "no month"
    return (
        f"Allocation version {run.version} applied {minute(run.applied_at)} UTC by {run.author}: rules "
        f"{run.rule_hash[:_RULES]} on ledger version {run.ledger_version}, new rows in {changed}{note}."
    )


def _moved(item: Movement) -> tuple[str, ...]:
    return (
        minute(item.loaded_at), f"{item.booked_in:%Y-%m}", item.source, cell(item.service), f"{item.charges:,}",
        money(item.billed_cost, item.currency), money(item.effective_cost, item.currency),
    )  # fmt: skip


def _sums(movements: Sequence[Movement]) -> Iterator[str]:
    from finmod.workspace.history import totals

    for currency, charges, billed, effective in totals(movements):
        yield (
            f"In all {counted(charges, 'true-up')}: BilledCost {money(billed, currency)}, "
            f"EffectiveCost {money(effective, currency)}."
        )


def _page(name: str, found: History, period: date | None) -> Iterator[str]:
    """Yield the lines of a page, of one month or all: a paragraph per close, and what restatements moved."""
    yield f"# Closed months of {markdown_text(name)}"
    yield ""
    yield (
        "A closed month stays as it was told. What its bills said later is booked as true-ups in the month that was "
        "open then. Amounts are differences."
    )
    months = sorted({close.period for close in found.closes} | {item.restated for item in found.movements})
    months = [period] if period and months else months
    if not months:
        yield from ("", "No month was ever closed.")
    for month in months:
        yield from ("", f"## {month:%Y-%m}")
        for close in found.closes:
            if close.covers(month):
                yield from ("", markdown_text(_sentence(close)))
        moved = found.of(month)
        if not moved:
            yield from ("", "No restated bill has moved anything since.")
            continue
        yield from ("", f"| {' | '.join(_MOVED)} |", f"| {' | '.join(['---'] * 4 + ['---:'] * 3)} |")
        for item in moved:
            yield f"| {' | '.join(markdown_text(text) for text in _moved(item))} |"
        yield from ("", *_sums(moved))
    if found.runs:
        yield from ("", "## Allocations")
    for run in found.runs:
        yield from ("", markdown_text(_applied(run)))
