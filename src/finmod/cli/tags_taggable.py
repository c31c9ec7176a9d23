"""``finmod tags taggable``: which services' spend can carry tags, how much of it, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table, twelve_places
from finmod.cli.project import opened
from finmod.cli.tags import percent, period_option

if TYPE_CHECKING:
    from finmod.taxonomy.taggable_spend import ServiceSpend, VerdictSpend

_COLUMNS = (
    "billing_period", "supplier", "service", "verdict", "can_carry", "why", "effective_cost", "currency", "charges",
    "service_cost",
)  # fmt: skip
_SHOWN = 40


@click.command("taggable")
@period_option
@output_option
@click.pass_obj
def taggable(folder: Path | None, period: str | None, *, form: Form) -> None:
    """Show which services' spend can carry tags, how much of it, and why the rest cannot.

    What is judged how stands in docs/reference/taggable.md; taxonomy.yaml can say otherwise under taggable. A share is
    one of amounts without their signs. Other forms than the table have a row per service, verdict and currency.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import taggable_report

    project = opened(folder)
    month, found = taggable_report(project, parse_period(period) if period else None)
    if form != "table":
        show(_COLUMNS, [_row(item, part) for item in found for part in item.parts], form)
        return
    screen = console()
    say(screen, f"{project.name}, {month:%Y-%m}: EffectiveCost by whether it can carry tags", style="bold")
    rows = [
        (one_line(item.service or "(none)", TEXT), one_line(item.supplier or "(none)", TEXT),
         money(item.cost, item.currency), money(item.taggable, item.currency), percent(item.share), _parts(item))
        for item in found[:_SHOWN]
    ]  # fmt: skip
    headings = ("service", "supplier", "EffectiveCost", "can carry tags", "share", "what cannot")
    table(headings, rows, right=headings[2:5], spare=("supplier", "share"), whole_words=True)
    if len(found) > _SHOWN:
        say(screen, f"... and {len(found) - _SHOWN:,} more: --output csv shows them all.")
    for text in (*_totals(found), *_reasons(found)):
        say(screen, text)


def _parts(item: ServiceSpend) -> str:
    """Return what cannot carry tags or of what nobody knows, with its amount."""
    rest = [part for part in item.parts if part.can is not True and money(part.cost, None) != "0.00"]
    return ", ".join(f"{_word(part.verdict)} {money(part.cost, None)}" for part in rest)


def _word(verdict: str) -> str:
    return verdict.replace("-", " ")


def _totals(found: Sequence[ServiceSpend]) -> Iterator[str]:
    for currency in dict.fromkeys(item.currency for item in found):
        of_it = [item for item in found if item.currency == currency]
        whole = sum((item.cost for item in of_it), Decimal(0))
        can = sum((item.taggable for item in of_it), Decimal(0))
        yield f"Of {money(whole, currency)} in all, {money(can, currency)} can carry tags."


def _reasons(found: Sequence[ServiceSpend]) -> Iterator[str]:
    from finmod.taxonomy.taggable_spend import why

    parts = [part for item in found for part in item.parts if part.can is not True]
    for verdict in sorted({part.verdict for part in parts if money(part.cost, None) != "0.00"}):
        yield f"{_word(verdict)}: {why(verdict)}."


def _row(item: ServiceSpend, part: VerdictSpend) -> tuple[Any, ...]:
    return (
        f"{item.month:%Y-%m}", item.supplier, item.service, part.verdict, part.can, part.why, twelve_places(part.cost),
        item.currency, part.charges, twelve_places(item.cost),
    )  # fmt: skip
