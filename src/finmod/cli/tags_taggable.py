"""``finmod tags taggable``: which services' spend can carry tags, how much of it, and why the rest cannot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.tags import percent, period_option, unknown_texts, unsure_text
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.taxonomy.taggable_spend import ServiceSpend, VerdictSpend

_COLUMNS = (
    "billing_period", "supplier", "service", "verdict", "can_carry", "why", "effective_cost", "currency", "charges",
    "service_cost", "unknown_charges",
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
    # Where all is known there is no column of what is not.
    is_unsure = any(map(_unsure, found[:_SHOWN]))
    rows = [
        (one_line(item.service or "(none)", TEXT), one_line(item.supplier or "(none)", TEXT),
         money(item.cost, item.currency), money(item.taggable, item.currency), percent(item.share),
         *([_unsure(item)] if is_unsure else []), _parts(item))
        for item in found[:_SHOWN]
    ]  # fmt: skip
    unsure = ("unsure",) if is_unsure else ()
    headings = ("service", "supplier", "EffectiveCost", "can carry tags", "share", *unsure, "what cannot")
    table(headings, rows, right=headings[2:-1], spare=("supplier", "share", "unsure"), whole_words=True)
    if len(found) > _SHOWN:
        say(screen, f"... and {len(found) - _SHOWN:,} more: --output csv shows them all.")
    unknown = sum(part.unknown_charges for item in found for part in item.parts)
    for text in (*_totals(found), *unknown_texts(unknown), *_reasons(found)):
        say(screen, text)


def _unsure(item: ServiceSpend) -> str:
    """Return what counts as able to carry tags because nobody knows better; empty where there is no such spend."""
    return "" if _is_shown_as_none(item.unsure) else money(item.unsure, item.currency)


def _is_shown_as_none(cost: Decimal | None) -> bool:
    return money(cost, None) == "0.00"


def _parts(item: ServiceSpend) -> str:
    """Return what cannot carry tags, with its amount."""
    rest = [part for part in item.parts if part.can is False and not _is_shown_as_none(part.cost)]
    return ", ".join(f"{_word(part.verdict)} {money(part.cost, None)}" for part in rest)


def _word(verdict: str) -> str:
    return verdict.replace("-", " ")


def _totals(found: Sequence[ServiceSpend]) -> Iterator[str]:
    from finmod.taxonomy.taggable_spend import known_cost

    for currency in dict.fromkeys(item.currency for item in found):
        parts = [part for item in found if item.currency == currency for part in item.parts]
        can = known_cost([part for part in parts if part.can is not False])
        cannot = known_cost([part for part in parts if part.can is False])
        yield f"In all, {_amount(can, currency)} can carry tags, {_amount(cannot, currency)} cannot."
        unsure = known_cost([part for part in parts if part.can is None])
        if not _is_shown_as_none(unsure):
            yield unsure_text(_amount(unsure, currency))


def _amount(cost: Decimal | None, currency: str) -> str:
    return "an unknown amount" if cost is None else money(cost, currency)


def _reasons(found: Sequence[ServiceSpend]) -> Iterator[str]:
    from finmod.taxonomy.taggable_spend import why

    parts = [part for item in found for part in item.parts if part.can is False]
    for verdict in sorted({part.verdict for part in parts if not _is_shown_as_none(part.cost)}):
        yield f"{_word(verdict)}: {why(verdict)}."


def _row(item: ServiceSpend, part: VerdictSpend) -> tuple[Any, ...]:
    return (
        f"{item.month:%Y-%m}", item.supplier, item.service, part.verdict, part.can, part.why, twelve_places(part.cost),
        item.currency, part.charges, twelve_places(item.cost), part.unknown_charges,
    )  # fmt: skip
