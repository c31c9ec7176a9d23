"""Why a charge key is called what it is called: which rule named it, and what every other rule would have said.

Owns the answer for single keys. The names of all keys are made in ``naming.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.definition import Dimension, Rule
from finmod.taxonomy.keyed import KEY
from finmod.taxonomy.naming import Naming
from finmod.taxonomy.outcomes import Outcome
from finmod.taxonomy.parents import parents_of


@dataclass(frozen=True)
class ParentName:
    """The parent resource that a name came from.

    Attributes:
        resource: Its ResourceId: hostile, as it stands on the bill.
        outcome: What names it.
    """

    resource: str
    outcome: Outcome


@dataclass(frozen=True)
class RuleAnswer:
    """What one rule says of a key.

    Attributes:
        rule: The rule; None of what rolls up from the dimension below.
        outcome: What it says; None where it says nothing.
        wins: Whether it names the key.
        parent: Of a rule ``parent`` with an answer, the resource that it comes from.
    """

    rule: Rule | None
    outcome: Outcome | None
    wins: bool
    parent: ParentName | None = None


@dataclass(frozen=True)
class DimensionName:
    """What a key is called in one dimension.

    Attributes:
        dimension: The dimension.
        outcome: What names it; None where no rule does.
        answers: What each rule says, in order.
    """

    dimension: Dimension
    outcome: Outcome | None
    answers: tuple[RuleAnswer, ...]

    @property
    def parent(self) -> ParentName | None:
        """Return the parent resource that the name came from; None where it came from elsewhere."""
        return next((answer.parent for answer in self.answers if answer.wins), None)


@dataclass(frozen=True)
class KeyNames:
    """One charge key of one month with its names.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: The charge key.
        restated: Month that it is a true-up of; None of a month's own charges.
        since: First day of the segment; None where nothing began to hold before.
        until: Day after its last day; None where nothing ends to hold later.
        charges: Number of charges.
        effective_cost: Their EffectiveCost; None where it is unknown.
        billed_cost: Their BilledCost; None where it is unknown.
        currency: BillingCurrency.
        taggable: Whether it can carry tags, or why not.
        texts: FOCUS column -> text of those that rules look at, where there is one: hostile, as they stand on the bill.
        names: One per dimension.
    """

    source: str
    month: date
    key: int
    restated: date | None
    since: date | None
    until: date | None
    charges: int
    effective_cost: Decimal | None
    billed_cost: Decimal | None
    currency: str
    taggable: str
    texts: dict[str, str]
    names: tuple[DimensionName, ...]


_AMOUNTS = ("x_Charges", "EffectiveCost", "BilledCost", "BillingCurrency")


def explain_keys(
    engine: Engine, naming: Naming, condition: str, parameters: Sequence[Any], most: int
) -> list[KeyNames]:
    """Return the keys that a condition finds, the dearest first.

    Args:
        engine: Has the tables ``names`` and ``tag_facts``.
        naming: What their numbers mean.
        condition: SQL over a key.
        parameters: What is bound in it.
        most: Number of keys at most.
    """
    answers = [name for dimension in naming.taxonomy.dimensions.values() for name, _ in naming.answers(dimension)]
    texts = [name for name, kind in engine.columns("SELECT * FROM names_base") if kind == "VARCHAR" and name not in KEY]
    columns = [*KEY, *_AMOUNTS, *texts, *answers]
    rows = engine.rows(
        f"SELECT {', '.join(f'r.{identifier(name)}' for name in columns)}, f.x_Taggable FROM ({naming.rules}) AS r "
        f"JOIN tag_facts AS f ON {' AND '.join(f'f.{name} IS NOT DISTINCT FROM r.{name}' for name in KEY)} "
        f"WHERE {condition} ORDER BY abs(r.EffectiveCost) DESC NULLS LAST, r.x_ChargeKey LIMIT {most}",
        parameters,
    )
    return [_made(engine, naming, dict(zip((*columns, "x_Taggable"), row, strict=True)), texts) for row in rows]


def _made(engine: Engine, naming: Naming, row: dict[str, Any], texts: Sequence[str]) -> KeyNames:
    segment, days = row["segment"], naming.segments.days
    return KeyNames(
        source=row["x_Source"],
        month=row["x_BillingPeriod"],
        key=row["x_ChargeKey"],
        restated=row["x_TrueUpOf"],
        since=days[segment - 1] if segment else None,
        until=days[segment] if segment < len(days) else None,
        charges=row["x_Charges"],
        effective_cost=row["EffectiveCost"],
        billed_cost=row["BilledCost"],
        currency=row["BillingCurrency"],
        taggable=row["x_Taggable"],
        texts={name: row[name] for name in texts if row[name] is not None},
        names=tuple(_names(engine, naming, row, dimension) for dimension in naming.taxonomy.dimensions.values()),
    )


def _names(engine: Engine, naming: Naming, row: dict[str, Any], dimension: Dimension) -> DimensionName:
    answers: list[RuleAnswer] = []
    winner: Outcome | None = None
    for column, rule in naming.answers(dimension):
        number = row[column]
        outcome = naming.outcomes[number] if number else None
        wins = winner is None and number is not None and number > 0
        winner = outcome if wins else winner
        is_of_parent = rule is not None and rule.kind == "parent" and outcome is not None
        parent = _parent(engine, naming, row, dimension) if is_of_parent else None
        answers.append(RuleAnswer(rule, outcome, wins, parent))
    return DimensionName(dimension, winner, tuple(answers))


def _parent(engine: Engine, naming: Naming, row: dict[str, Any], dimension: Dimension) -> ParentName | None:
    """Return the nearest parent that has a name, of those that ``make_parents`` looks at, in its order."""
    child, place = row["ResourceId"], naming.place(dimension.name)
    if child is None:
        return None
    above = parents_of(child, dimension)
    named = dict(
        engine.rows(
            f"SELECT ResourceId, o_{place} FROM names_resources WHERE x_Source = ? AND x_BillingPeriod = ? "
            f"AND segment = ? AND o_{place} IS NOT NULL AND list_contains(?::VARCHAR[], ResourceId)",
            [row["x_Source"], row["x_BillingPeriod"], row["segment"], above],
        )
    )
    return next((ParentName(each, naming.outcomes[named[each]]) for each in above if each in named), None)
