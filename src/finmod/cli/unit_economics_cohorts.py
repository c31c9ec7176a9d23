"""How cohorts look: a table for people, rows for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from finmod.cli.figures import for_programs, percent_text, whole_text
from finmod.cli.lines import say
from finmod.cli.moves import finding_words
from finmod.cli.output import Form, console, table
from finmod.workspace.unit_economics.rows import COHORTS, cohort_rows

if TYPE_CHECKING:
    from finmod.models.unit_economics.cohorts import CohortMonth
    from finmod.workspace.unit_economics.cohorts import CohortAnswer

_HEADINGS = (
    "cohort", "age", "customers", "revenue", "direct", "fully loaded", "margin", "cost per customer",
    "customers kept", "revenue kept",
)  # fmt: skip


def tell_cohorts(answer: CohortAnswer, form: Form) -> None:
    """Show cohorts."""
    if form != "table":
        for_programs(COHORTS, cohort_rows(answer), form, answer.findings)
        return
    table(_HEADINGS, [_shown(each) for each in answer.rows], right=_HEADINGS[1:], spare=("direct", "cost per customer"))
    if not answer.rows:
        click.echo("Nothing to tell.")
    screen = console()
    earned = f"revenue is {answer.revenue}" if answer.revenue else "no driver of revenue is told by them"
    say(screen, f"{answer.currency}, fully loaded margin; {earned}; left are those of the first month, of customers")
    say(screen, "that are seen from their start until that age.")
    for finding in answer.findings:
        say(screen, finding_words(finding))


def _shown(each: CohortMonth) -> tuple[Any, ...]:
    return (
        each.cohort, "-" if each.age is None else str(each.age), f"{each.customers:,}", whole_text(each.revenue),
        whole_text(each.costs["direct"]), whole_text(each.costs["fully_loaded"]),
        whole_text(each.margins["fully_loaded"]), whole_text(each.costs_per_customer["fully_loaded"]),
        percent_text(each.customer_retention), percent_text(each.revenue_retention),
    )  # fmt: skip
