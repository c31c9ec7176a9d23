"""Charges that other rules call otherwise: whose they were, whose they are, and the rule that says so.

Owns the pass that names charge keys by two sets of rules at once, so that both see the same days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from finmod.allocation.definition import Allocation
from finmod.allocation.moves import Move
from finmod.allocation.pools import POOL, with_pools
from finmod.engines.duckdb import Engine, identifier
from finmod.ledger.ledger import Ledger, Snapshot
from finmod.taxonomy.definition import Condition, Dimension, Rule, Taxonomy
from finmod.taxonomy.keyed import BASE, make_base
from finmod.taxonomy.naming import NAMES, Naming, name_keys
from finmod.taxonomy.outcomes import Outcome

_BEFORE = "before "
"""Stands before the names of the dimensions of the rules before; no dimension of a user's has a blank in its name."""


@dataclass(frozen=True)
class RulesOf:
    """What names and shares charges.

    Attributes:
        taxonomy: Names.
        allocation: Shares.
    """

    taxonomy: Taxonomy
    allocation: Allocation


@dataclass(frozen=True)
class Renaming:
    """What is looked at.

    Attributes:
        ledger: Has the charges.
        snapshot: Its state.
        months: First days of the billing periods.
        measure: FOCUS id of a cost.
        dimensions: Names of the dimensions that tell targets apart; one that a side lacks is NULL throughout.
    """

    ledger: Ledger
    snapshot: Snapshot
    months: Sequence[date]
    measure: str
    dimensions: Sequence[str]


def renamed(engine: Engine, look: Renaming, before: RulesOf, after: RulesOf) -> list[Move]:
    """Return what charges bring with them that are called otherwise, or are in another pool, by the rule that says so.

    Of what a pool brings or loses is told to which pool it goes or from which it comes, not who pays: both ends are the
    targets that the charges name. The table ``names`` is made anew.
    """
    old, new = (with_pools(each.taxonomy, each.allocation) for each in (before, after))
    both = Taxonomy({**new.dimensions, **_set_apart(old)})
    segments = make_base(engine, look.ledger, look.snapshot, both, look.months)
    naming = name_keys(engine, both, segments, BASE)
    names = [POOL, *look.dimensions]
    asked = [_BEFORE + name if name in old.dimensions else "" for name in names]
    asked += [name if name in new.dimensions else "" for name in names]
    values = [_value(naming, name) for name in asked]
    outcomes = [_outcome(naming, name) for name in asked]
    width = len(names)
    listed = ", ".join(f"{sql} AS v{at}" for at, sql in enumerate(values))
    numbers = ", ".join(f"{sql} AS n{at}" for at, sql in enumerate(outcomes))
    differ = " OR ".join(f"v{at} IS DISTINCT FROM v{at + width}" for at in range(width))
    every = ", ".join(f"v{at}" for at in range(2 * width))
    kept = ", ".join(f"any_value(n{at})" for at in range(2 * width))
    measure = identifier(look.measure)
    rows = engine.rows(
        f"SELECT x_BillingPeriod, BillingCurrency, {every}, {kept}, sum({measure}) AS moved FROM ("
        f"SELECT x_BillingPeriod, BillingCurrency, {measure}, {listed}, {numbers} FROM {NAMES}) WHERE {differ} "
        f"GROUP BY x_BillingPeriod, BillingCurrency, {every}, {_ruled(width)} HAVING coalesce(moved, 0) <> 0 "
        "ORDER BY ALL"
    )
    return [_move(naming, row, width) for row in rows]


def _ruled(width: int) -> str:
    """Return what tells rules apart: two of them may say the same of charges that were called the same."""
    return ", ".join(f"n{at}" for at in range(width, 2 * width))


def _value(naming: Naming, name: str) -> str:
    return naming.value_sql(name) if name else "NULL::VARCHAR"


def _outcome(naming: Naming, name: str) -> str:
    return f"o_{naming.place(name)}" if name else "NULL::INTEGER"


def _set_apart(taxonomy: Taxonomy) -> dict[str, Dimension]:
    """Return the dimensions under other names, asking each other as before."""

    def condition(each: Condition) -> Condition:
        return replace(each, subject=_BEFORE + each.subject) if each.subject in taxonomy.dimensions else each

    def rule(each: Rule) -> Rule:
        asked = each.dimension and _BEFORE + each.dimension
        return replace(each, dimension=asked, when=tuple(map(condition, each.when)))

    return {
        _BEFORE + name: replace(
            each,
            name=_BEFORE + name,
            rules=tuple(map(rule, each.rules)),
            rolls_up=each.rolls_up and _BEFORE + each.rolls_up,
        )
        for name, each in taxonomy.dimensions.items()
    }


def _move(naming: Naming, row: tuple[Any, ...], width: int) -> Move:
    month, currency, *rest, amount = row
    values, numbers = rest[: 2 * width], rest[2 * width :]
    old, new = values[:width], values[width:]
    first = next(at for at in range(width) if old[at] != new[at])
    said = numbers[width + first] or numbers[first]  # what no rule calls any more was called so by one that is gone
    place, text = _rule(naming.outcomes[said] if said else None)
    one, other = (old, new) if amount > 0 else (new, old)  # who gets less of a credit pays more
    pools = one[0], other[0]
    return Move(month, currency, pools, tuple(one[1:]), tuple(other[1:]), amount.copy_abs(), place, text)


def _rule(outcome: Outcome | None) -> tuple[str | None, str | None]:
    if outcome is None:
        return None, None
    return outcome.place, outcome.rule.text if outcome.rule else f"rolls up from {outcome.below}"
