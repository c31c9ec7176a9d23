"""Savings by month: the list of every month that has charges, as rows of the public table.

Owns which rows it has. The list of a month is found once and kept until its bill, a rule or a name changes.
"""

from __future__ import annotations

from functools import cache
from itertools import count

from finmod.marts.rows import Row
from finmod.taxonomy.keyed import months_of
from finmod.taxonomy.naming import Naming
from finmod.workspace.metrics.measures import Measures
from finmod.workspace.savings.evidence import name_months
from finmod.workspace.savings.kept import are_kept
from finmod.workspace.savings.rows import told_of
from finmod.workspace.savings.rules import rules_of
from finmod.workspace.savings.savings import savings_of

SAVINGS = "savings_monthly"


def savings_monthly(books: Measures) -> tuple[list[str], list[Row]]:
    """Return the names of dimensions, and the rows of the table ``savings_monthly``.

    Raises:
        UserError: taxonomy.yaml, savings.yaml, or the table of exchange rates, has problems.
    """
    taxonomy = books.taxonomy
    dimensions = {each.name: each.column for each in taxonomy.dimensions.values()} if taxonomy else {}
    rules = rules_of(books.project, books.engine)
    months = months_of(books.ledger, books.snapshot)
    lacking = [month for month in months if not are_kept(books, month, rules)]

    @cache
    def naming() -> Naming:  # of all months at once: to plan it takes as long as to name a month
        return name_months(books, lacking, [*rules.rules.values()])

    rows: list[Row] = []
    for month in months:
        savings, _ = savings_of(books, month, rules, naming if month in lacking else None)
        told = (told_of(each, dimensions, books.project.currency) for each in savings)
        rows += [(month, rank, *each) for rank, each in zip(count(1), told, strict=False)]
    return [*dimensions], rows
