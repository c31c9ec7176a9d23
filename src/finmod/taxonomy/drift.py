"""Drift: tag keys and values that are new since the month before, and those that have vanished.

Owns the comparison of two months. A key counts by its own spelling: a new spelling of a known key is drift too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from finmod.engines.duckdb import Engine
from finmod.taxonomy.compliance import FACTS, RESOURCE, tagged_dimensions
from finmod.taxonomy.keys import keys_sql
from finmod.taxonomy.naming import Naming
from finmod.taxonomy.tag_keys import is_set_by_supplier

# So many texts of one key are values of a list; more are names, ids or times, and each month has new ones.
_MOST_VALUES = 5_000


@dataclass(frozen=True)
class Drift:
    """One key or value that came or went.

    Attributes:
        what: Whether it is a key or a value of a dimension.
        change: ``new`` or ``vanished``.
        name: The key, or the text: hostile, as it stands on the bill.
        dimension: Of a value its dimension; of a key the one that is read from it, None where none is.
        value: Of a text the value that it names; None where it names none.
        resources: Number of resources that carry it, in the month in which it stands.
        cost: Their EffectiveCost in that month, as far as it is known; None where it is of no charge.
        currency: BillingCurrency.
        example: One resource that carries it.
        supplier_set: Whether it is a key that suppliers set themselves and that no dimension is read from.
    """

    what: Literal["key", "value"]
    change: Literal["new", "vanished"]
    name: str
    dimension: str | None
    value: str | None
    resources: int
    cost: Decimal | None
    currency: str
    example: str | None
    supplier_set: bool = False


def drift(engine: Engine, naming: Naming, month: date, before: date) -> list[Drift]:
    """Return what came and went between two months, keys before values, the dearest first.

    Args:
        engine: Has the table ``tag_facts`` of both months.
        naming: What its numbers mean.
        month: The later month.
        before: The earlier one.
    """
    if month == before:
        return []
    found = [*_keys(engine, naming, month, before)]
    naming.offer_outcomes(engine)
    for dimension in tagged_dimensions(naming):
        found += _values(engine, dimension.name, naming.place(dimension.name), month, before)
    return found


def _keys(engine: Engine, naming: Naming, month: date, before: date) -> Iterator[Drift]:
    owners = {outcome.key: outcome.dimension for outcome in naming.outcomes.found if outcome.key is not None}
    rows = (
        f"SELECT f.*, keys.name, NULL::VARCHAR AS value FROM {FACTS} AS f JOIN ({keys_sql()}) AS keys ON "
        "keys.Tags IS NOT DISTINCT FROM f.Tags AND keys.AllocatedTags IS NOT DISTINCT FROM f.AllocatedTags"
    )
    for name, change, resources, cost, currency, example, _ in _moved(engine, rows, month, before):
        owner = owners.get(name)
        by_supplier = owner is None and is_set_by_supplier(name)
        yield Drift("key", change, name, owner, None, resources, cost, currency, example, by_supplier)


def _values(engine: Engine, dimension: str, place: int, month: date, before: date) -> Iterator[Drift]:
    named = "SELECT outcome, text AS name, value FROM names_outcomes WHERE tag_key IS NOT NULL"
    rows = (
        f"SELECT f.*, named.name, named.value FROM {FACTS} AS f JOIN ({named}) AS named ON named.outcome = f.s_{place}"
    )
    if engine.row(f"SELECT count(DISTINCT name) FROM ({rows})")[0] > _MOST_VALUES:
        return
    for name, change, resources, cost, currency, example, value in _moved(engine, rows, month, before):
        yield Drift("value", change, name, dimension, value, resources, cost, currency, example)


def _moved(engine: Engine, rows: str, month: date, before: date) -> list[tuple[Any, ...]]:
    """Return each name that stands in one of two months alone, per currency, the dearest first."""
    return engine.rows(
        f"WITH rows AS ({rows}), "
        "seen AS (SELECT name, min(x_BillingPeriod) AS month FROM rows WHERE x_BillingPeriod IN ($1, $2) "
        "GROUP BY name HAVING count(DISTINCT x_BillingPeriod) = 1) "
        "SELECT rows.name, CASE WHEN seen.month = $1 THEN 'new' ELSE 'vanished' END, "
        f"count(DISTINCT (x_Source, {RESOURCE})), sum(EffectiveCost) AS cost, BillingCurrency, "
        f"min({RESOURCE}), any_value(rows.value) "
        "FROM rows JOIN seen ON seen.name = rows.name AND seen.month = rows.x_BillingPeriod "
        "GROUP BY rows.name, seen.month, BillingCurrency ORDER BY cost DESC NULLS LAST, rows.name",
        [month, before],
    )
