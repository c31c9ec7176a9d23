"""``finmod tags rules``: what each rule names, and which rules name nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.lines import one_line, say
from finmod.cli.output import Form, console, money, output_option, show, table
from finmod.cli.project import opened
from finmod.cli.tags import MONTHS, period_option
from finmod.cli.values import Name
from finmod.errors import counted
from finmod.terms.money import twelve_places

if TYPE_CHECKING:
    from finmod.taxonomy.rule_use import RuleUse

_COLUMNS = (
    "dimension",
    "rule",
    "text",
    "place",
    "answers",
    "names",
    "effective_cost",
    "currency",
    "answered_before_by",
)


@click.command("rules")
@period_option
@click.option(
    "--months",
    type=MONTHS,
    metavar="NUMBER",
    default=1,
    show_default=True,
    help="Look at so many months together, the period the last of them.",
)
@click.option("--dimension", type=Name("a dimension"), metavar="NAME", help="Rules of this dimension alone.")
@output_option
@click.pass_obj
def rules(folder: Path | None, period: str | None, months: int, dimension: str | None, *, form: Form) -> None:
    """Show what each rule names, in charge keys and EffectiveCost, and which rules name nothing.

    A charge key is a set of charges that are alike in all but time and amount. Other forms than the table have a row
    per rule and currency.
    """
    from finmod.terms.periods import parse_period
    from finmod.workspace.tags import rule_report

    month = parse_period(period) if period else None
    uses = rule_report(opened(folder), month, months=months, dimension=dimension)
    if form != "table":
        show(_COLUMNS, [row for use in uses for row in _rows(use)], form)
        return
    if not uses:
        say(console(), "There is no rule.")
    for number, name in enumerate(dict.fromkeys(use.dimension for use in uses)):
        if number:
            console().print()
        _screen(name, [use for use in uses if use.dimension == name])
    if uses:
        say(console(), "")
        say(console(), "Counted are charge keys; of rules that match one, the first names it.")


def _screen(dimension: str, uses: Sequence[RuleUse]) -> None:
    """Print the rules of one dimension; of rule sets those alone that name something."""
    screen = console()
    say(screen, dimension, style="bold")
    shown = [use for use in uses if use.names or use.rule is None or not use.rule.included]
    rows = [
        (str(use.rule.number) if use.rule else "", one_line(use.rule.text) if use.rule else "rolls up from below",
         f"{use.answers:,}", f"{use.names:,}", _costs(use), _of_rule(use), use.rule.place if use.rule else "")
        for use in shown
    ]  # fmt: skip
    headings = ("rule", "says", "matches", "names", "EffectiveCost", "", "place")
    if rows:
        table(headings, rows, right=headings[2:5], spare=("place", "matches"))
    if len(shown) < len(uses):
        rest = len(uses) - len(shown)
        name = "names" if rest == 1 else "name"
        say(screen, f"{counted(rest, 'rule')} of included files {name} nothing here: --output csv shows them all.")


def _costs(use: RuleUse) -> str:
    return ", ".join(money(each.cost, each.currency) for each in use.amounts if each.names)


def _of_rule(use: RuleUse) -> str:
    if use.before is not None:
        return f"rule {use.before.number} answers first"
    return "" if use.names or use.answers else "matches nothing"


def _rows(use: RuleUse) -> Iterator[tuple[Any, ...]]:
    """Yield a row per currency in which the rule has an answer, or one without a currency."""
    rule = use.rule
    head = (use.dimension, rule and rule.number, rule.text if rule else "rolls up", rule and rule.place)
    before = use.before and use.before.place
    for each in use.amounts:
        yield (*head, each.answers, each.names, twelve_places(each.cost), each.currency, before)
    if not use.amounts:
        yield (*head, 0, 0, None, None, before)
