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

_KEY = "(x_Source, x_BillingPeriod, x_ChargeKey, x_TrueUpOf)"


@dataclass(frozen=True)
class RuleAmount:
    """What one rule does with the charge keys of one currency.

    Attributes:
        currency: BillingCurrency.
        answers: Charge keys that it has an answer for.
        names: Charge keys that it names.
        cost: EffectiveCost of those that it names; None where it names none, or no cost is known.
    """

    currency: str
    answers: int
    names: int
    cost: Decimal | None


@dataclass(frozen=True)
class RuleUse:
    """What one rule does with the charge keys of some months.

    Attributes:
        dimension: Name of the dimension.
        rule: The rule; None of what rolls up from the dimension below.
        answers: Charge keys that it has an answer for.
        names: Charge keys that it names: no rule before it has an answer.
        amounts: The same by currency, of those in which it has an answer, in their order.
        before: Of a rule that answers and names nothing, the rule that most often answers before it.
        holds: Whether the rule holds on any of the days looked at.
    """

    dimension: str
    rule: Rule | None
    answers: int
    names: int
    amounts: tuple[RuleAmount, ...]
    before: Rule | None
    holds: bool = True


def rule_uses(engine: Engine, naming: Naming) -> list[RuleUse]:
    """Return the use of every rule, in the order of the taxonomy.

    Args:
        engine: Has the tables that the keys were named from.
        naming: Of those keys.
    """
    answers = ", ".join(
        name for dimension in naming.taxonomy.dimensions.values() for name, _ in naming.answers(dimension)
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE names_rules AS SELECT EffectiveCost, BillingCurrency, {_KEY} AS key"
        f"{answers and f', {answers}'} FROM ({naming.rules})"
    )
    found: list[RuleUse] = []
    for dimension in naming.taxonomy.dimensions.values():
        found += _of(engine, naming, dimension)
    engine.run("DROP TABLE names_rules")
    return found


def _of(engine: Engine, naming: Naming, dimension: Dimension) -> Iterator[RuleUse]:
    every = list(naming.answers(dimension))
    if not every:
        return
    # A key that is named in two stretches of days is one key.
    keys = "count(DISTINCT key)" if naming.segments.days else "count(*)"
    first = " ".join(f"WHEN {column} > 0 THEN {at}" for at, (column, _) in enumerate(every))
    rows = f"(SELECT *, CASE {first} END AS winner FROM names_rules)"
    answered = ", ".join(f"{keys} FILTER ({column} > 0)" for column, _ in every)
    named = {
        (at, currency): (number, cost)
        for at, currency, number, cost in engine.rows(
            f"SELECT winner, BillingCurrency, {keys}, sum(EffectiveCost) FROM {rows} WHERE winner IS NOT NULL "
            "GROUP BY ALL"
        )
    }
    amounts: dict[int, list[RuleAmount]] = {}
    for currency, *counts in engine.rows(
        f"SELECT BillingCurrency, {answered} FROM names_rules GROUP BY BillingCurrency ORDER BY BillingCurrency"
    ):
        for at, number in enumerate(counts):
            if number:
                amounts.setdefault(at, []).append(RuleAmount(currency, number, *named.get((at, currency), (0, None))))
    for at, (column, rule) in enumerate(every):
        of_it = tuple(amounts.get(at, ()))
        answers, names = sum(each.answers for each in of_it), sum(each.names for each in of_it)
        before = None
        if answers and not names:
            before = every[engine.row(f"SELECT mode(winner) FROM {rows} WHERE {column} > 0")[0]][1]
        holds = rule is None or bool(naming.segments.holding(rule.span))
        yield RuleUse(dimension.name, rule, answers, names, of_it, before, holds)


def rule_findings(uses: Sequence[RuleUse]) -> list[Finding]:
    """Return a finding for each rule of the user's own that names nothing."""
    found = []
    for use in uses:
        if use.rule is None or use.rule.included or use.names or not use.holds:
            continue
        what = f"{use.dimension} rule {use.rule.number} ({printable(use.rule.text, 100)})"
        if use.before is not None:
            first = f"{printable(use.before.text, 100)} ({use.before.place})"
            message = f"{what} names nothing: {first} answers first. Move it above, or take it out."
            found.append(
                Finding(code="FM2021", severity="warning", message=message, where=use.rule.place, rows=use.answers)
            )
        elif not use.answers:
            message = f"{what} has an answer for no charge. Correct it, or take it out."
            found.append(Finding(code="FM2020", severity="warning", message=message, where=use.rule.place))
    return found
