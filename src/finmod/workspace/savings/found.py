"""What rules found in a month: the groups that show all evidence, with their names, their owner and their parts.

Owns how rows of the tables of evidence become records. Which share of their cost goes away, ``candidates.py`` tells.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from finmod.engines.duckdb import identifier
from finmod.ledger.reduce import whole
from finmod.ledger.tables import CHARGE_KEYS
from finmod.models.savings import Part
from finmod.taxonomy.definition import Taxonomy
from finmod.terms.periods import months_before
from finmod.terms.savings import SavingRule
from finmod.workspace.savings.evidence import Looked, files_of

_OWNERS = ("product", "team")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What the days of a month showed of a group.

    Attributes:
        days: Number of days on which it was charged.
        span: Number of days that the bill reaches.
        weekdays: How many of them are no weekend.
        quantity: What was used; None of several units.
        unit: ConsumedUnit; None of several, or where a charge has none: then amounts are costs.
        cost: Effective cost of the usage, before credits that go with it.
        amount: Of the days on which it is billed by the day, quantity, or cost where there is no unit.
        least_cost: Cost of the least day.
        on_weekdays: Of ``amount`` that of weekdays.
        on_weekends: Of ``amount`` that of weekends.
        beside_cost: What usage beside it cost.
        unknown: Number of charges whose cost no bill tells.
        unrated: Number of days of charges whose cost has no exchange rate.
    """

    days: int
    span: int
    weekdays: int
    quantity: Decimal | None
    unit: str | None
    cost: Decimal | None
    amount: Decimal | None
    least_cost: Decimal | None
    on_weekdays: Decimal | None
    on_weekends: Decimal | None
    beside_cost: Decimal
    unknown: int
    unrated: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """A thing that a rule found.

    Attributes:
        rule: The rule.
        source: Name of the source.
        account: SubAccountId; None of families and commitments, which may be of several.
        account_name: SubAccountName.
        region: RegionId.
        service: ServiceName.
        resource_id: ResourceId; None of families, commitments, and of charges without one.
        resource: What it is called: name of the resource, family or commitment, or the meter where there is none of
            them; None of a place.
        meter: What tells the kind of usage, of its dearest charge.
        members: Dimension -> what it is called; of a family or commitment None where its charges are of several.
        owner: Who answers for it; None where nobody is named.
        since: First month in which the books have the resource; None without one.
        months: Number of the months before that its rule demands in which the resource is charged.
        shown: What was seen.
        parts: What its cost is made of.
    """

    rule: SavingRule
    source: str
    account: str | None
    account_name: str | None
    region: str | None
    service: str | None
    resource_id: str | None
    resource: str | None
    meter: str | None
    members: Mapping[str, str | None] = field(default_factory=dict)
    owner: str | None
    since: date | None
    months: int
    shown: Shown
    parts: tuple[Part, ...]


_SHOWN = (
    "days", "span", "weekdays", "quantity", "unit", "cost", "amount", "least_cost", "on_weekdays", "on_weekends",
    "beside_cost", "unknown", "unrated",
)  # fmt: skip


def found_groups(looked: Looked) -> list[Group]:
    """Return what shows all the evidence that its rule demands; what costs nothing net of its credits is left out."""
    parts, since = _parts(looked), _since(looked)
    taxonomy = looked.books.taxonomy
    groups = []
    for number, place, *rest in looked.books.engine.rows(_groups_sql(looked.dimensions)):
        rule, own = looked.rules[place].rule, parts.get(number, ())
        first, months = since.get(number, (None, 0))
        if not own or (rule.evidence.months or 0) > months:
            continue
        told, shown = rest[: -len(_SHOWN)], dict(zip(_SHOWN, rest[-len(_SHOWN) :], strict=True))
        source, account, account_name, region, service, resource_id, name, kind, meter, *values = told
        members = dict(zip(looked.dimensions, values, strict=True))
        groups.append(
            Group(
                rule=rule,
                source=source,
                account=account,
                account_name=account_name,
                region=region,
                service=service,
                resource_id=resource_id,
                resource=name if resource_id is not None else kind,
                meter=meter,
                members=members,
                owner=owner_of(taxonomy, members),
                since=first,
                months=months,
                shown=Shown(**shown),
                parts=own,
            )
        )
    return groups


def _groups_sql(dimensions: Mapping[str, str]) -> str:
    """Return SQL of the groups with the names of their dearest charges, or of all where these agree."""
    dearest = "arg_max_null({name}, coalesce(c.cost, 0))"
    agreed = "CASE WHEN count(DISTINCT coalesce({name}, chr(0))) = 1 THEN min({name}) END"
    named = "".join(
        f", CASE WHEN g.per = 'resource' THEN {dearest.format(name=column)} ELSE {agreed.format(name=column)} END"
        for column in (f"k.{identifier(each)}" for each in dimensions.values())
    )
    one = [dearest.format(name=f"k.{name}") for name in ("SubAccountName", "name", "meter")]
    account = f"CASE WHEN g.per IN ('resource', 'place') THEN {one[0]} END"
    commitment = f"coalesce({dearest.format(name='k.CommitmentDiscountName')}, nullif(g.kind, ''))"
    kind = f"CASE g.per WHEN 'commitment' THEN {commitment} ELSE "
    shown = ", ".join(f"e.{name}" for name in _SHOWN)
    return (
        "WITH costs AS (SELECT key, sum(cost) AS cost FROM savings_days GROUP BY ALL) "
        f"SELECT g.grp, g.rule, g.x_Source, g.SubAccountId, {account}, "
        f"g.RegionId, g.ServiceName, g.ResourceId, {one[1]}, {kind}g.kind END, {one[2]}{named}, {shown} "
        "FROM savings_evidence AS e JOIN savings_groups AS g USING (grp) JOIN savings_members AS m USING (grp) "
        "JOIN savings_keys AS k USING (key) JOIN costs AS c USING (key) "
        "GROUP BY g.grp, g.rule, g.per, g.kind, g.x_Source, g.SubAccountId, g.RegionId, g.ServiceName, g.ResourceId, "
        f"{shown}"
    )


def _parts(looked: Looked) -> dict[int, tuple[Part, ...]]:
    """Return group -> its parts; one that costs nothing, or less, is none: nothing would be saved of it."""
    rows = looked.books.engine.rows(
        "SELECT DISTINCT m.grp, p.part, CASE WHEN p.unknown = 0 AND p.unrated = 0 THEN p.cost END, p.commitment "
        "FROM savings_evidence JOIN savings_members AS m USING (grp) JOIN savings_part_keys USING (key) "
        "JOIN savings_parts AS p USING (part) ORDER BY ALL"
    )
    found: defaultdict[int, list[Part]] = defaultdict(list)
    for group, number, cost, commitment in rows:
        if cost is None or cost > 0:
            found[group].append(Part(number, cost, commitment))
    return {group: tuple(every) for group, every in found.items()}


def _since(looked: Looked) -> dict[int, tuple[date, int]]:
    """Return group with a resource -> its first month in the books, and how many of the months demanded it is in."""
    month = looked.month
    files = files_of(looked.books, CHARGE_KEYS, first=date.min, last=month)
    columns = "x_Source, ResourceId, x_BillingPeriod"
    demanded = {place: each.rule.evidence.months or 0 for place, each in enumerate(looked.rules)}
    first = " ".join(
        f"WHEN {place} THEN DATE '{months_before(month, back)}'" for place, back in demanded.items() if back
    )
    start = f"CASE g.rule {first} ELSE DATE '{month}' END" if first else f"DATE '{month}'"
    rows = looked.books.engine.rows(
        "WITH wanted AS (SELECT g.grp, g.rule, g.x_Source, g.ResourceId FROM savings_evidence JOIN savings_groups AS g "
        "USING (grp) WHERE g.has_resource) "
        f"SELECT g.grp, min(k.x_BillingPeriod), count(DISTINCT k.x_BillingPeriod) FILTER (k.x_BillingPeriod >= {start} "
        f"AND k.x_BillingPeriod < DATE '{month}') FROM (SELECT DISTINCT {columns} FROM {whole(CHARGE_KEYS, files)} "
        "WHERE ResourceId IN (SELECT ResourceId FROM wanted)) AS k "
        "JOIN wanted AS g USING (x_Source, ResourceId) GROUP BY ALL"
    )
    return {group: (since, months) for group, since, months in rows}


def owner_of(taxonomy: Taxonomy | None, members: Mapping[str, str | None]) -> str | None:
    """Return who answers for what has some names: the owner of its product, of its team, of another name, or its team.

    Args:
        taxonomy: Says who owns a value; None for none.
        members: Dimension -> what it is called.
    """
    if taxonomy is None:
        return None
    for name in _first(list(taxonomy.dimensions)):
        value = members.get(name)
        found = (taxonomy.dimensions[name].values or {}).get(value) if value is not None else None
        if found is not None and found.owner is not None:
            return found.owner
    return members.get("team")


def _first(dimensions: Sequence[str]) -> list[str]:
    return [*(name for name in _OWNERS if name in dimensions), *(name for name in dimensions if name not in _OWNERS)]
