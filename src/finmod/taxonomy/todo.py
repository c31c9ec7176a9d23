"""The to-do list: which resources need which tag, who should see to it, and what it costs while nobody does.

Owns the list and its order. What a text should have been is told in ``repair/``, what a missing tag should be in
``inference/``; here both are suggestions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from finmod.engines.duckdb import Engine
from finmod.errors import printable
from finmod.taxonomy.compliance import CAN, FACTS, RESOURCE, respelt_sql, tagged_dimensions
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy
from finmod.taxonomy.naming import Naming
from finmod.taxonomy.outcomes import Outcome
from finmod.taxonomy.patterns import is_pattern

Problem = Literal["missing", "unrecognised", "respelt"]

_TEXT = 80
"""Characters of a text in a reason at most."""
NOBODY = "(nobody)"
"""Owner of what no value with an owner names."""


@dataclass(frozen=True)
class Suggestion:
    """What a tag should be, as far as can be told.

    Attributes:
        value: Name of the value.
        why: In a few words.
        sure: How sure it is, 0 to 1; None where a rule says so.
    """

    value: str
    why: str
    sure: float | None = None


@dataclass(frozen=True)
class Task:
    """One tag of one resource that is to be mended.

    Attributes:
        owner: Who should: the owner of the first dimension's value that has one; where none has, that of the first
            value that is suggested for the resource; ``NOBODY`` where none has either.
        dimension: Name of the dimension.
        problem: ``missing``, ``unrecognised``, or ``respelt`` where it is understood in another spelling.
        key: The tag key to write.
        text: What stands there now, and under which key; None where nothing does. Hostile, as it stands on the bill.
        suggestion: What it should be; None where nothing tells.
        source: Name of the source.
        account: SubAccountId.
        account_name: SubAccountName.
        service: ServiceName.
        resource: ResourceId, or that of what its cost was split to; None of charges without one.
        cost: EffectiveCost of the month, of the resource in that account and service, as far as it is known; None where
            it is of no charge.
        currency: BillingCurrency.
    """

    owner: str
    dimension: str
    problem: Problem
    key: str
    text: str | None
    suggestion: Suggestion | None
    source: str
    account: str | None
    account_name: str | None
    service: str | None
    resource: str | None
    cost: Decimal | None
    currency: str


def tasks(engine: Engine, naming: Naming, month: date, *, respelt: bool = False) -> list[Task]:
    """Return what is to be mended in a month, the dearest first, and last what is of unknown cost.

    What costs nothing is not listed.

    Args:
        engine: Has the table ``tag_facts``.
        naming: What its numbers mean.
        month: First day of the billing period.
        respelt: Whether texts that are understood, but not as the taxonomy writes them, are listed too.
    """
    found: list[Task] = []
    for dimension in listed_dimensions(naming):
        found += _of(engine, naming, dimension, month, respelt=respelt)
    return sorted(found, key=_place)


def _place(task: Task) -> tuple[bool, Decimal, str, str, str]:
    return (task.cost is None, -(task.cost or Decimal(0)), task.dimension, task.source, task.resource or "")


def listed_dimensions(naming: Naming) -> list[Dimension]:
    """Return the dimensions whose tags are listed: those with a demand, or all that tags say where none has one."""
    dimensions = tagged_dimensions(naming)
    return [each for each in dimensions if each.required is not None] or dimensions


def _of(engine: Engine, naming: Naming, dimension: Dimension, month: date, *, respelt: bool) -> Iterator[Task]:
    place = naming.place(dimension.name)
    wrong = f"coalesce(s_{place}, 0) <= 0" + (f" OR ({respelt_sql(naming, dimension)})" if respelt else "")
    every = range(len(naming.taxonomy.dimensions))
    # Who answers is told by most of the cost; what it should be by all of it, or not at all.
    named = ", ".join(f"arg_max(o_{each}, coalesce(EffectiveCost, 0))" for each in every)
    value = naming.value_sql(dimension.name)
    agreed = f"CASE WHEN count(DISTINCT {value}) = 1 AND count(o_{place}) = count(*) THEN min(o_{place}) END"
    rows = engine.rows(
        f"SELECT x_Source, SubAccountId, any_value(SubAccountName), ServiceName, {RESOURCE} AS resource, "
        f"BillingCurrency, s_{place}, sum(EffectiveCost) AS cost, {agreed}, {named} "
        f"FROM {FACTS} WHERE x_BillingPeriod = ? AND {CAN} AND ({wrong}) "
        f"GROUP BY x_Source, SubAccountId, ServiceName, resource, BillingCurrency, s_{place} "
        "HAVING cost IS DISTINCT FROM 0",
        [month],
    )
    segments = naming.segments
    key = (dimension.keys_on(segments.start(segments.all()[-1])) or dimension.tag_keys)[0]
    for source, account, account_name, service, resource, currency, seen, cost, agreed_on, *numbers in rows:
        outcome = naming.outcomes[seen] if seen else None
        other = naming.outcomes[agreed_on] if agreed_on else None
        suggestion = Suggestion(other.value, _why(other)) if other and other.value else None
        yield Task(
            owner=_owner(naming, numbers),
            dimension=dimension.name,
            problem="missing" if seen is None else "unrecognised" if seen < 0 else "respelt",
            key=key,
            text=None if outcome is None else f"{outcome.key}={outcome.text}",
            suggestion=suggestion,
            source=source,
            account=account,
            account_name=account_name,
            service=service,
            resource=resource,
            cost=cost,
            currency=currency,
        )


def _why(said: Outcome) -> str:
    """Return in a few words why a rule says what it says, and where that stands."""
    rule, text = said.rule, printable(said.text or "", _TEXT)
    inferred = ", as was inferred" if said.how == "inferred" else ""
    if said.key is not None:
        kind = "label" if rule and rule.kind == "label" else "tag"
        words = f"its {kind} is {printable(said.key, _TEXT)}={text}"
    elif said.below is not None:
        words = f"its {said.below} {'says so' if rule else 'rolls up to it'}{inferred}"
    elif rule is not None and rule.column is not None:
        verb = "is like" if _is_pattern(rule, said.text) else "is"
        words = f"its {rule.column} {verb} {text}{', for which it was inferred' if said.how == 'inferred' else ''}"
    elif rule is not None and rule.kind == "parent":
        words = f"its parent resource is called so{inferred}"
    else:
        words = f"{printable(rule.text if rule else '', 2 * _TEXT)}{inferred}"
    return f"{words} ({f'rule {rule.number}, ' if rule else ''}{said.place})"


def _is_pattern(rule: Rule, text: str | None) -> bool:
    """Return whether the line of a map that says so is a pattern: a key of a lookup is none, whatever it holds."""
    # A map may have very many lines: most texts are told at a glance.
    return is_pattern(text or "") and any(entry.is_pattern for entry in rule.entries or () if entry.key == text)


def _owner(naming: Naming, named: Sequence[int | None]) -> str:
    """Return who answers for the first value, in the order of the dimensions, that has an owner."""
    for dimension, number in zip(naming.taxonomy.dimensions.values(), named, strict=True):
        value = (dimension.values or {}).get(naming.outcomes[number].value or "") if number else None
        if value is not None and value.owner:
            return value.owner
    return NOBODY


def with_suggestions(
    found: Sequence[Task],
    repaired: Mapping[tuple[str, str], Suggestion],
    inferred: Mapping[tuple[str, str, str | None], Suggestion],
    taxonomy: Taxonomy,
) -> list[Task]:
    """Return tasks with what else is known: what the text was meant to be, then a rule's word, then siblings.

    Args:
        found: The tasks.
        repaired: (dimension, ``key=text``) -> what the text was meant to be.
        inferred: (dimension, source, resource) -> what its siblings are.
        taxonomy: Names the owners of what is suggested.
    """
    done = []
    for task in found:
        meant = repaired.get((task.dimension, task.text or ""))
        siblings = inferred.get((task.dimension, task.source, task.resource))
        done.append(replace(task, suggestion=meant or task.suggestion or siblings))
    owners = _suggested_owners(done, taxonomy)
    return [
        replace(task, owner=owners.get((task.source, task.resource), NOBODY)) if task.owner == NOBODY else task
        for task in done
    ]


def _suggested_owners(found: Sequence[Task], taxonomy: Taxonomy) -> dict[tuple[str, str | None], str]:
    """Return (source, resource) -> who answers for what it should be called."""
    order = list(taxonomy.dimensions)
    owners: dict[tuple[str, str | None], str] = {}
    for task in sorted(found, key=lambda each: order.index(each.dimension)):
        if task.suggestion is not None and task.resource is not None:
            value = (taxonomy.dimensions[task.dimension].values or {}).get(task.suggestion.value)
            if value is not None and value.owner:
                owners.setdefault((task.source, task.resource), value.owner)
    return owners
