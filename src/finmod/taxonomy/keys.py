"""Tag keys: which keys a bill has, what spend carries each, and which of them a dimension is read from.

Owns the inventory, and which key of no dimension is perhaps one of a dimension mistyped. What came and went since the
month before stands in ``drift.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from rapidfuzz.distance import OSA

from finmod.engines.duckdb import Engine
from finmod.taxonomy.compliance import CAN, FACTS, RESOURCE, tagged_dimensions
from finmod.taxonomy.fold import fold
from finmod.taxonomy.naming import Naming

# A slip in a key of fewer letters makes another word of it.
_SHORTEST, _MOST_SLIPS = 4, 2


@dataclass(frozen=True)
class TagKey:
    """One tag key of a month's bills.

    Attributes:
        key: As it stands on the bill, hostile.
        dimension: The dimension that is read from it; None where none is.
        perhaps: Of a key that no dimension is read from, the asked key that it resembles; None where it resembles none.
        resources: Resources that carry it.
        values: Number of its distinct texts.
        cost: EffectiveCost of charges that carry it and can carry tags, as far as it is known; None where it is of no
            such charge.
        taggable: EffectiveCost of all charges that can carry tags, of the currency.
        currency: BillingCurrency.
    """

    key: str
    dimension: str | None
    perhaps: str | None
    resources: int
    values: int
    cost: Decimal | None
    taggable: Decimal
    currency: str

    @property
    def share(self) -> Decimal | None:
        """Return the share of taggable cost that carries the key; None where there is none, or it is unknown."""
        return self.cost / self.taggable if self.cost is not None and self.taggable > 0 else None


def keys_sql() -> str:
    """Return SQL for each distinct pair of Tags and AllocatedTags with each key that it has, as ``name``."""
    lists = ", ".join(
        f"coalesce(CASE WHEN json_valid({column}) AND json_type({column}) = 'OBJECT' THEN json_keys({column}) END, [])"
        for column in ("Tags", "AllocatedTags")
    )
    return (
        f"SELECT Tags, AllocatedTags, unnest(list_distinct(list_concat({lists}))) AS name "
        f"FROM (SELECT DISTINCT Tags, AllocatedTags FROM {FACTS})"
    )


def tag_keys(engine: Engine, naming: Naming, month: date) -> list[TagKey]:
    """Return every key of a month, the one with most spend first.

    Args:
        engine: Has the table ``tag_facts``.
        naming: What its numbers mean.
        month: First day of the billing period.
    """
    owners = {outcome.key: outcome.dimension for outcome in naming.outcomes.found if outcome.key is not None}
    asked = {fold(key): key for each in tagged_dimensions(naming) for key in each.tag_keys}
    pointer = "'/' || replace(replace(keys.name, '~', '~0'), '/', '~1')"
    rows = engine.rows(
        f"WITH keys AS ({keys_sql()}), every AS (SELECT BillingCurrency, sum(EffectiveCost) AS cost FROM {FACTS} "
        f"WHERE x_BillingPeriod = $1 AND {CAN} GROUP BY ALL) "
        f"SELECT keys.name, count(DISTINCT (f.x_Source, {RESOURCE})), count(DISTINCT coalesce("
        f"json_extract_string(f.AllocatedTags, {pointer}), json_extract_string(f.Tags, {pointer}))), "
        f"CASE WHEN bool_or({CAN}) THEN sum(f.EffectiveCost) FILTER (WHERE {CAN}) ELSE 0 END AS cost, "
        "coalesce(any_value(every.cost), 0), "
        f"f.BillingCurrency FROM {FACTS} AS f JOIN keys ON keys.Tags IS NOT DISTINCT FROM f.Tags "
        "AND keys.AllocatedTags IS NOT DISTINCT FROM f.AllocatedTags "
        "LEFT JOIN every ON every.BillingCurrency IS NOT DISTINCT FROM f.BillingCurrency "
        "WHERE f.x_BillingPeriod = $1 GROUP BY keys.name, f.BillingCurrency ORDER BY cost DESC NULLS LAST, keys.name",
        [month],
    )
    return [
        TagKey(
            key, owners.get(key), None if key in owners else _resembled(key, asked), resources, values, cost, every,
            currency,
        )
        for key, resources, values, cost, every, currency in rows
    ]  # fmt: skip


def _resembled(key: str, asked: dict[str, str]) -> str | None:
    """Return the asked key of which a key is a slip or two away, in letters alone: ``prodct``, ``pro duct``."""
    letters = fold(key).replace("-", "")
    found = [
        (OSA.distance(letters, folded.replace("-", ""), score_cutoff=_MOST_SLIPS), own)
        for folded, own in asked.items()
        if min(len(letters), len(folded)) >= _SHORTEST
    ]
    near = [(slips, own) for slips, own in sorted(found) if slips <= min(_MOST_SLIPS, len(letters) // 4)]
    return near[0][1] if near else None
