"""What each rule does: how many charge keys it answers, how many it names, and what answers before it.

Owns the findings about rules that a bill shows: one that matches nothing, one that others always answer before. What
the rules alone show stands in ``shadows.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from finmod.engines.duckdb import Engine
from finmod.errors import printable
from finmod.taxonomy.definition import Dimension, Rule
from finmod.taxonomy.naming import Naming
from finmod.terms.findings import Finding


@dataclass(frozen=True)
class RuleUse:
    """What one rule does with the charge keys of some months.

    Attributes:
        dimension: Name of the dimension.
        rule: The rule; None of what rolls up from the dimension below.
        answers: Charge keys that it has an answer for.
        names: Charge keys that it names: no rule before it has an answer.
        cost: EffectiveCost of those, all currencies of one kind.
        currency: BillingCurrency of the cost; None where it names keys in several, and the cost is not known then.
        before: Of a rule that answers and names nothing, the rule that most often answers before it.
    """

    dimension: str
    rule: Rule | None
    answers: int
    names: int
    cost: Decimal | None
    currency: str | None
    before: Rule | None


def rule_uses(engine: Engine, naming: Naming) -> list[RuleUse]:
    """Return the use of every rule, in the order of the taxonomy.

    Args:
        engine: Has the tables that the keys were named from.
        naming: Of those keys.
    """
    engine.run(f"CREATE OR REPLACE TEMP TABLE names_rules AS {naming.rules}")
    found: list[RuleUse] = []
    for dimension in naming.taxonomy.dimensions.values():
        found += _of(engine, naming, dimension)
    engine.run("DROP TABLE names_rules")
    return found


def _of(engine: Engine, naming: Naming, dimension: Dimension) -> Iterator[RuleUse]:
    place = naming.place(dimension.name)
    rolls = any(each.rolls_up == dimension.name for each in naming.taxonomy.dimensions.values())
    rules: list[Rule | None] = [*dimension.rules, *([None] if rolls else [])]
    if not rules:
        return
    columns = [f"p_{place}_{rule.number if rule else 0}" for rule in rules]
    first = " ".join(f"WHEN {column} > 0 THEN {at}" for at, column in enumerate(columns))
    engine.run(f"CREATE OR REPLACE TEMP TABLE names_winners AS SELECT *, CASE {first} END AS winner FROM names_rules")
    parts = [
        f"count(*) FILTER ({column} > 0), count(*) FILTER (winner = {at}), sum(EffectiveCost) FILTER (winner = {at}), "
        f"CASE WHEN count(DISTINCT BillingCurrency) FILTER (winner = {at}) = 1 THEN "
        f"any_value(BillingCurrency) FILTER (winner = {at}) END, mode(winner) FILTER ({column} > 0)"
        for at, column in enumerate(columns)
    ]
    row = engine.row(f"SELECT {', '.join(parts)} FROM names_winners")
    for at, rule in enumerate(rules):
        answers, names, cost, currency, winner = row[at * 5 : at * 5 + 5]
        before = rules[winner] if answers and not names and winner is not None else None
        yield RuleUse(dimension.name, rule, answers, names, cost if currency else None, currency, before)


def rule_findings(uses: Sequence[RuleUse]) -> list[Finding]:
    """Return a finding for each rule of the user's own that names nothing."""
    found = []
    for use in uses:
        if use.rule is None or use.rule.included or use.names:
            continue
        what = f"{use.dimension} rule {use.rule.number} ({printable(use.rule.text, 100)})"
        if use.before is not None:
            message = f"{what} names nothing: {printable(use.before.text, 100)} ({use.before.place}) answers first."
            found.append(
                Finding(code="FM2021", severity="warning", message=message, where=use.rule.place, rows=use.answers)
            )
        elif not use.answers:
            message = f"{what} matches no charge."
            found.append(Finding(code="FM2020", severity="warning", message=message, where=use.rule.place))
    return found
