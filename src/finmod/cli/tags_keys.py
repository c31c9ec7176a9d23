"""``finmod tags keys``: which tag keys the bills have, and what spend carries each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import TEXT, one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.tags import percent, period_option
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.taxonomy.keys import TagKey

_COLUMNS = (
    "key", "dimension", "perhaps", "share", "effective_cost", "currency", "resources", "values", "billing_period",
)  # fmt: skip
_SHOWN = 40


@click.command("keys")
@period_option
@output_option
@click.pass_obj
def keys(folder: Path | None, period: str | None, *, form: Form) -> None:
    """Show every tag key of a month's bills: what spend carries it, and which dimension is read from it.

    A key that no dimension is read from, and that is a slip away from one that is, is named with what it resembles: add
    it to the rule in taxonomy.yaml, or mend the resources.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import key_report

    project = opened(folder)
    month, found = key_report(project, parse_period(period) if period else None)
    if form != "table":
        show(_COLUMNS, [_row(each, f"{month:%Y-%m}") for each in found], form)
        return
    screen = console()
    say(screen, f"{project.name}, {month:%Y-%m}: tag keys, by EffectiveCost of what can carry them", style="bold")
    if not found:
        say(screen, "No charge of the month carries a tag.")
        return
    rows = [
        (one_line(each.key, TEXT), each.dimension or "", each.perhaps or "", percent(each.share),
         money(each.cost, each.currency), f"{each.resources:,}", f"{each.values:,}")
        for each in found[:_SHOWN]
    ]  # fmt: skip
    headings = ("key", "read as", "perhaps", "share", "EffectiveCost", "resources", "texts")
    # What no key resembles needs no column.
    spare = ("texts", "resources") if any(row[2] for row in rows) else ("perhaps", "texts", "resources")
    table(headings, rows, right=headings[3:], spare=spare, whole_words=True)
    if len(found) > _SHOWN:
        say(screen, f"... and {len(found) - _SHOWN:,} more: --output csv shows them all.")


def _row(item: TagKey, month: str) -> tuple[Any, ...]:
    share = None if item.share is None else round(item.share, 6)
    return (
        item.key, item.dimension, item.perhaps, share, twelve_places(item.cost), item.currency, item.resources,
        item.values, month,
    )  # fmt: skip
