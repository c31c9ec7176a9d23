"""Compliance: how much of the spend that can carry tags carries tags that are understood.

Owns the measures and the groups that they are told by. Costs are EffectiveCost, per BillingCurrency: what a resource
costs, not what was invoiced for it. A charge counts as taggable unless it is known not to be.

Source: FinOps Foundation, "Allocation" (percentage of cost tagged; untaggable cost apart).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from finmod.engines.duckdb import Engine, literal
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.naming import NAMES, Naming
from finmod.taxonomy.taggable import TAGGABLE, UNKNOWN, evidence_sql, verdict_sql

FACTS = "tag_facts"
"""The table ``names`` with ``x_Taggable``: taggable, unknown, or why a key can carry no tags."""

RESOURCE: Final = "coalesce(AllocatedResourceId, ResourceId)"
CAN: Final = f"x_Taggable IN ({literal(TAGGABLE)}, {literal(UNKNOWN)})"

NEGATIVE: Final = "negative-cost"
"""Why spend is in no share whose resource gave more back than it cost in the month."""

GROUPS: Final = {
    "account": "concat_ws(' ', SubAccountId, '(' || nullif(SubAccountName, SubAccountId) || ')')",
    "service": "ServiceName",
    "supplier": "coalesce(ServiceProviderName, x_ProviderName)",
    "source": "x_Source",
    "region": "RegionId",
}
"""What compliance can be told by, beside the dimensions themselves: word -> SQL."""


@dataclass(frozen=True)
class Compliance:
    """The tags of one dimension over one group of charges in one month and currency.

    Costs are EffectiveCost; ``understood + unrecognised + missing = taggable``.

    Attributes:
        month: First day of the billing period.
        dimension: Name of the dimension.
        group: Value of what it is told by; None for all charges, and for those without such a value.
        currency: BillingCurrency.
        taggable: Cost of charges that can carry tags, as far as is known.
        unsure: That part of it of which nobody knows whether it can.
        untaggable: Cost of charges that cannot.
        understood: Cost whose tag names a value.
        respelt: That part of it whose key or text is not as the taxonomy writes it.
        unrecognised: Cost whose tag has a text that is no value.
        missing: Cost without a tag.
        named: Cost that some rule names, tag or not, untaggable cost included.
        gap_named: Cost without an understood tag that another rule names all the same.
        resources: Resources that can carry tags.
        resources_understood: Those all of whose charges carry a tag that is understood.
        unknown_charges: Charges whose EffectiveCost is not known: they are in no cost here.
        required: Share that the taxonomy demands; None where it demands none.
    """

    month: date
    dimension: str
    group: str | None
    currency: str
    taggable: Decimal
    unsure: Decimal
    untaggable: Decimal
    understood: Decimal
    respelt: Decimal
    unrecognised: Decimal
    missing: Decimal
    named: Decimal
    gap_named: Decimal
    resources: int
    resources_understood: int
    unknown_charges: int
    required: Decimal | None

    @property
    def share(self) -> Decimal | None:
        """Return the share of taggable cost that is understood; None where there is no such cost."""
        return self.understood / self.taggable if self.taggable > 0 else None

    @property
    def gap(self) -> Decimal:
        """Return the taggable cost whose tag is missing or not recognised."""
        return self.taggable - self.understood

    @property
    def meets(self) -> bool | None:
        """Return whether the demanded share is reached; None where none is demanded or there is nothing to tag."""
        return None if self.required is None or self.share is None else self.share >= self.required

    @property
    def short(self) -> Decimal | None:
        """Return what the share lacks of the demanded one, 0 where it is reached; None where ``meets`` is."""
        if self.required is None or self.share is None:
            return None
        return max(self.required - self.share, Decimal(0))

    @property
    def short_cost(self) -> Decimal | None:
        """Return the cost that must be understood besides to reach the demanded share; None where ``meets`` is.

        The gap to the target, where ``gap`` is the one to all of it.
        """
        if self.required is None or self.share is None:
            return None
        return max(self.required * self.taggable - self.understood, Decimal(0))


def make_facts(engine: Engine) -> None:
    """Make the table ``tag_facts`` of the table ``names``."""
    verdict = verdict_sql(
        names_resources="coalesce(names_resources, false)",
        shows_tags="coalesce(shows_tags, false)",
        overrules=[("x_Said", True), ("NOT x_Said", False)],
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {FACTS} AS SELECT * EXCLUDE (names_resources, shows_tags), "
        f"{verdict} AS x_Taggable FROM ("
        f"SELECT n.*, e.names_resources, e.shows_tags FROM {NAMES} AS n LEFT JOIN ({evidence_sql(NAMES)}) AS e "
        "ON e.x_Source = n.x_Source AND e.x_BillingPeriod = n.x_BillingPeriod "
        "AND e.ServiceProviderName IS NOT DISTINCT FROM n.ServiceProviderName)"
    )
    _set_negative_apart(engine)


def _set_negative_apart(engine: Engine) -> None:
    """Take out of what can carry tags the resources that gave money back in a month: a share of less is none.

    A discount or refund that stands on a resource lowers its cost. Where it is more than the cost, there is no spend of
    which a share could be understood.
    """
    same = ("x_BillingPeriod", "BillingCurrency", "x_Source", "SubAccountId", "ServiceName", "Tags", "AllocatedTags")
    columns = ", ".join(same)
    whose = " AND ".join(f"n.{name} IS NOT DISTINCT FROM {FACTS}.{name}" for name in same)
    engine.run(
        f"UPDATE {FACTS} SET x_Taggable = {literal(NEGATIVE)} FROM (SELECT {columns}, {RESOURCE} AS resource "
        f"FROM {FACTS} WHERE {CAN} GROUP BY ALL HAVING sum(EffectiveCost) < 0) AS n "
        f"WHERE {CAN} AND {whose} AND n.resource IS NOT DISTINCT FROM "
        f"coalesce({FACTS}.AllocatedResourceId, {FACTS}.ResourceId)"
    )


def tagged_dimensions(naming: Naming) -> list[Dimension]:
    """Return the dimensions that tags say."""
    return [each for each in naming.taxonomy.dimensions.values() if each.tag_keys]


def compliance(engine: Engine, naming: Naming, *, by: str | None = None) -> list[Compliance]:
    """Return the compliance of every dimension that tags say, largest gap first within a month and dimension.

    Args:
        engine: Has the table ``tag_facts``.
        naming: What its numbers mean.
        by: A word of ``GROUPS``, or a dimension; None for all charges together.
    """
    found = []
    for dimension in tagged_dimensions(naming):
        found += [*_of(engine, naming, dimension, by)]
    return found


def _of(engine: Engine, naming: Naming, dimension: Dimension, by: str | None) -> Iterator[Compliance]:
    place = naming.place(dimension.name)
    group = _group_sql(naming, by)
    sums = {
        "taggable": CAN,
        "unsure": f"x_Taggable = {literal(UNKNOWN)}",
        "untaggable": f"NOT {CAN}",
        "understood": f"{CAN} AND s_{place} > 0",
        "respelt": f"{CAN} AND {respelt_sql(naming, dimension)}",
        "unrecognised": f"{CAN} AND s_{place} < 0",
        "missing": f"{CAN} AND s_{place} IS NULL",
        "named": f"o_{place} IS NOT NULL",
        "gap_named": f"{CAN} AND coalesce(s_{place}, 0) <= 0 AND o_{place} IS NOT NULL",
    }
    amounts = ", ".join(f"coalesce(sum(EffectiveCost) FILTER (WHERE {test}), 0)" for test in sums.values())
    rows = engine.rows(
        f"WITH facts AS (SELECT *, {group} AS g FROM {FACTS}), "
        f"resources AS (SELECT x_BillingPeriod, BillingCurrency, g, count(*) AS every, count(*) FILTER (fine) AS fine "
        f"FROM (SELECT x_BillingPeriod, BillingCurrency, g, x_Source, {RESOURCE}, "
        f"bool_and(coalesce(s_{place} > 0, false)) AS fine FROM facts "
        f"WHERE {CAN} AND {RESOURCE} IS NOT NULL GROUP BY ALL) GROUP BY ALL) "
        f"SELECT f.x_BillingPeriod, f.g, f.BillingCurrency, {amounts}, coalesce(any_value(r.every), 0), "
        f"coalesce(any_value(r.fine), 0), CAST(sum(x_UnknownEffectiveCost) AS BIGINT) "
        "FROM facts AS f LEFT JOIN resources AS r ON r.x_BillingPeriod = f.x_BillingPeriod AND "
        "r.BillingCurrency IS NOT DISTINCT FROM f.BillingCurrency AND r.g IS NOT DISTINCT FROM f.g "
        "GROUP BY f.x_BillingPeriod, f.g, f.BillingCurrency"
    )
    names = ("month", "group", "currency", *sums, "resources", "resources_understood", "unknown_charges")
    made = [
        Compliance(dimension=dimension.name, required=dimension.required, **dict(zip(names, row, strict=True)))
        for row in rows
    ]
    yield from sorted(made, key=lambda each: (each.month, each.currency, -each.gap, each.group or ""))


def _group_sql(naming: Naming, by: str | None) -> str:
    """Return SQL for what compliance is told by; the value of a dimension, whatever rule names it."""
    if by is None:
        return "NULL::VARCHAR"
    if by in GROUPS:
        return GROUPS[by]
    return naming.value_sql(by)


def respelt_sql(naming: Naming, dimension: Dimension) -> str:
    """Return SQL for whether a tag is understood, but its key or text is not as the taxonomy writes it."""
    days = map(naming.segments.start, naming.segments.all())
    keys = {key for day in days for key in dimension.keys_on(day)[:1]}
    place = naming.place(dimension.name)
    fine = [
        str(number)
        for number, each in naming.outcomes.of_dimension(dimension.name)
        if each.how in {"exact", "open"} and _own(each.key or "") in keys
    ]
    return f"s_{place} > 0" + (f" AND s_{place} NOT IN ({', '.join(fine)})" if fine else "")


def _own(key: str) -> str:
    """Return a key without what its supplier puts in front of it."""
    return key.removeprefix("user:").removeprefix("user_")


@dataclass(frozen=True)
class Untaggable:
    """Spend that can carry no tags, for one reason.

    Attributes:
        month: First day of the billing period.
        reason: A word of the table of what can carry tags.
        currency: BillingCurrency.
        cost: EffectiveCost.
        charges: Number of charges.
    """

    month: date
    reason: str
    currency: str
    cost: Decimal
    charges: int


def untaggable(engine: Engine) -> list[Untaggable]:
    """Return what can carry no tags, by reason, the dearest first within a month."""
    rows = engine.rows(
        f"SELECT x_BillingPeriod, x_Taggable, BillingCurrency, coalesce(sum(EffectiveCost), 0) AS cost, "
        f"CAST(sum(x_Charges) AS BIGINT) FROM {FACTS} WHERE NOT {CAN} GROUP BY ALL ORDER BY 1, abs(cost) DESC, 2"
    )
    return [Untaggable(*row) for row in rows]
