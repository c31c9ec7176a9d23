"""Inferred tags: what resources without a tag are, by what their siblings are, as far as that can be trusted.

Owns what a resource is told by. The method and its proof stand in ``taxonomy/inference/``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from finmod.errors import printable
from finmod.ledger.reduce import relation
from finmod.ledger.tables import CHARGE_DAYS
from finmod.settings.project import Project
from finmod.taxonomy.compliance import CAN, FACTS, RESOURCE
from finmod.taxonomy.definition import Dimension, Taxonomy, asked
from finmod.taxonomy.inference.infer import Inference, InferenceOptions, infer, parent_path, resource_frame
from finmod.taxonomy.inference.report import InferenceReport
from finmod.terms.formulas import is_formula
from finmod.workspace.names import Named, named, valued_dimensions

_RESOURCES = "tag_resources"
_TEXTS = ("SubAccountId", "SubAccountName", "RegionId", "ServiceName", "ResourceType", "ResourceName")
_SEVERAL = 3
"""Months that are looked at, the month itself among them: when a resource came and went."""


@dataclass(frozen=True)
class InferredTag:
    """What one resource without an understood tag is, by its siblings.

    Attributes:
        dimension: Name of the dimension.
        source: Name of the source.
        resource: ResourceId, or that of what its cost was split to.
        is_allocated: Whether its cost was split to it: it is an AllocatedResourceId.
        account: SubAccountId.
        service: ServiceName.
        costs: BillingCurrency and EffectiveCost of the month, one entry per currency; a cost is None where unknown.
        value: The inferred value; None where nothing is inferred.
        confidence: Share of like inferences that were right on held-out labels; None without a value.
        why: The evidence, or why there is none, in words with text of the bill.
        named: What another rule of the taxonomy calls it; None where none does.
    """

    dimension: str
    source: str
    resource: str
    is_allocated: bool
    account: str | None
    service: str | None
    costs: tuple[tuple[str, Decimal | None], ...]
    value: str | None
    confidence: float | None
    why: str
    named: str | None


@dataclass(frozen=True)
class InferredDimension:
    """What was inferred of one dimension.

    Attributes:
        dimension: Its name.
        month: First day of the billing period.
        report: Precision on held-out labels, coverage, and why nothing was inferred where nothing was.
        tags: Every resource without an understood tag, the dearest first.
    """

    dimension: str
    month: date
    report: InferenceReport
    tags: tuple[InferredTag, ...]


def infer_tags(
    project: Project, month: date | None = None, *, dimension: str | None = None, target: float = 0.95
) -> list[InferredDimension]:
    """Infer the missing tags of a month.

    Args:
        project: Whose ledger and taxonomy.
        month: First day of the billing period; None for the last one.
        dimension: One dimension; None for all that tags say and that have values.
        target: Precision that must be shown on held-out labels.

    Raises:
        UserError: As in ``named``, or there is no such dimension, or the target makes no sense.
    """
    with named(project, month, before=_SEVERAL - 1) as found:
        return [inferred_dimension(found, each, target=target) for each in valued_dimensions(found, dimension)]


def inferred_dimension(found: Named, dimension: Dimension, *, target: float = 0.95) -> InferredDimension:
    """Infer the missing tags of one dimension in the last of the named months."""
    rows = _resources(found, dimension)
    frame = resource_frame(
        [f"{row['x_Source']}\n{row['resource']}" for row in rows],
        [row["label"] for row in rows],
        source=[row["x_Source"] for row in rows],
        supplier=[row["supplier"] for row in rows],
        account=[row["SubAccountId"] for row in rows],
        account_name=[row["SubAccountName"] for row in rows],
        region=[row["RegionId"] for row in rows],
        service=[row["ServiceName"] for row in rows],
        resource_type=[row["ResourceType"] for row in rows],
        name=[row["ResourceName"] for row in rows],
        resource_id=[row["resource"] for row in rows],
        parent=[parent_path(row["resource"]) for row in rows],
        dimensions={name: [row[f"d_{name}"] for row in rows] for name in _others(found.taxonomy, dimension)},
        first_day=[row["first_day"] for row in rows],
        last_day=[row["last_day"] for row in rows],
        usage=_usage([(row["days"] or [], row["costs"] or []) for row in rows]),
        # Only shares of costs are told, and none across currencies.
        cost=[(row["amounts"][0] if len(row["amounts"]) == 1 else None) or Decimal(0) for row in rows],
    )
    shared = frozenset(name for name, value in (dimension.values or {}).items() if value.shared)
    made = infer(frame, InferenceOptions(target=target, shared_values=shared))
    return InferredDimension(dimension.name, found.months[-1], made.report, _tags(dimension, rows, made))


def lookup_lines(tags: Sequence[InferredTag]) -> tuple[list[tuple[str, str, str, str, str]], int]:
    """Return inferred tags as lines of a CSV that a rule can look up, and how many are left out.

    Left out are ids that mean two values, in two sources, and those that a spreadsheet would read as more than a
    text: formulas, control characters.

    Returns:
        AllocatedResourceId or ResourceId, the other one empty, then value, confidence and why; sorted.
    """
    inferred = [tag for tag in tags if tag.value is not None]
    by_id: dict[tuple[bool, str], list[InferredTag]] = {}
    for tag in inferred:
        if _is_plain(tag.resource) and _is_plain(tag.value or ""):
            by_id.setdefault((tag.is_allocated, tag.resource.lower()), []).append(tag)
    kept = [same for same in by_id.values() if len({tag.value for tag in same}) == 1]
    lines = []
    for same in kept:
        tag = min(same, key=lambda each: each.confidence or 0)
        ids = (tag.resource, "") if tag.is_allocated else ("", tag.resource)
        lines.append((*ids, tag.value or "", f"{tag.confidence or 0:.4f}", tag.why))
    return sorted(lines), len(inferred) - sum(map(len, kept))


def _is_plain(text: str) -> bool:
    is_clean = text == text.strip() and printable(text, len(text)) == text and "\n" not in text
    return is_clean and not is_formula(text)


def _tags(dimension: Dimension, rows: Sequence[dict[str, Any]], made: Inference) -> tuple[InferredTag, ...]:
    by_key = {f"{row['x_Source']}\n{row['resource']}": row for row in rows}
    tags = []
    for place, key in enumerate(made.key.tolist()):
        row, has_value = by_key[key], bool(made.inferred[place])
        tags.append(
            InferredTag(
                dimension=dimension.name,
                source=row["x_Source"],
                resource=row["resource"],
                is_allocated=row["is_allocated"],
                account=row["SubAccountId"],
                service=row["ServiceName"],
                costs=tuple(zip(row["currencies"], row["amounts"], strict=True)),
                value=made.value[place] if has_value else None,
                confidence=float(made.confidence[place]) if has_value else None,
                why=str(made.why[place]),
                named=row["named"],
            )
        )
    return tuple(sorted(tags, key=_dearest))


def _dearest(tag: InferredTag) -> tuple[Decimal, str, str]:
    """Return the place in the list: by the largest amount, of whatever currency."""
    return -max((cost or Decimal(0) for _, cost in tag.costs), default=Decimal(0)), tag.source, tag.resource


def _resources(found: Named, dimension: Dimension) -> list[dict[str, Any]]:
    """Return one row per resource of the last month that can carry tags, with what is known of one dimension."""
    if not found.engine.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [_RESOURCES]):
        _make_resources(found)
    others = "".join(f', "o_{name}" AS "d_{name}"' for name in _others(found.taxonomy, dimension))
    sql = f'SELECT *, "s_{dimension.name}" AS label, "v_{dimension.name}" AS named{others} FROM {_RESOURCES}'
    names = [name for name, _ in found.engine.columns(sql)]
    return [dict(zip(names, row, strict=True)) for row in found.engine.rows(sql)]


def _make_resources(found: Named) -> None:
    """Make the table of the resources of the last month that can carry tags, once for every dimension.

    Of each dimension it has ``s_NAME``, what its tags say, ``v_NAME``, what it is called, and ``o_NAME``, what it is
    called by what is no inference; each NULL where the charges of a resource differ. First and last day are those of
    the named months, and of days those alone are read.
    """
    naming, month = found.naming, found.months[-1]
    called = "".join(
        f', {single(value)} AS "{letter}_{name}"'
        for name in found.taxonomy.dimensions
        for letter, value in (
            ("v", naming.value_sql(name)),
            ("s", naming.value_sql(name, of="s")),
            ("o", uninferred(found, name, naming.value_sql(name))),
        )
    )
    day, months = f"DATE '{month}'", ", ".join(f"DATE '{each}'" for each in found.months)
    own = ", ".join(f"min({name}) AS {name}" for name in _TEXTS)
    days = relation(found.ledger.files(CHARGE_DAYS, found.snapshot))
    found.engine.run(
        f"CREATE TEMP TABLE {_RESOURCES} AS "
        f"WITH facts AS (SELECT *, {RESOURCE} AS resource FROM {FACTS} WHERE {CAN} AND {RESOURCE} IS NOT NULL), "
        "daily AS (SELECT f.x_Source, f.resource, d.x_ChargeDate AS day, d.x_BillingPeriod AS period, "
        "CAST(coalesce(sum(d.EffectiveCost), 0) AS DOUBLE) AS cost "
        "FROM (SELECT DISTINCT x_Source, x_BillingPeriod, x_ChargeKey, resource FROM facts WHERE x_TrueUpOf IS NULL) "
        f"AS f JOIN (SELECT * FROM {days} WHERE x_BillingPeriod IN ({months})) AS d "
        "USING (x_Source, x_BillingPeriod, x_ChargeKey) GROUP BY ALL), "
        "lives AS (SELECT x_Source, resource, min(day) AS first_day, max(day) AS last_day, "
        f"list(datediff('day', {day}, day)) FILTER (period = {day}) AS days, "
        f"list(cost) FILTER (period = {day}) AS costs FROM daily GROUP BY ALL), "
        "spent AS (SELECT x_Source, resource, list(BillingCurrency ORDER BY BillingCurrency) AS currencies, "
        "list(cost ORDER BY BillingCurrency) AS amounts FROM (SELECT x_Source, resource, BillingCurrency, "
        f"sum(EffectiveCost) AS cost FROM facts WHERE x_BillingPeriod = {day} GROUP BY ALL) GROUP BY ALL) "
        f"SELECT facts.x_Source, facts.resource, min(coalesce(ServiceProviderName, x_ProviderName)) AS supplier, "
        f"{own}, bool_and(AllocatedResourceId IS NOT NULL) AS is_allocated, "
        "any_value(currencies) AS currencies, any_value(amounts) AS amounts, "
        "any_value(first_day) AS first_day, any_value(last_day) AS last_day, any_value(days) AS days, "
        "any_value(costs) AS costs"
        f"{called} FROM facts JOIN spent USING (x_Source, resource) LEFT JOIN lives USING (x_Source, resource) "
        f"WHERE x_BillingPeriod = {day} GROUP BY facts.x_Source, facts.resource"
    )


def _usage(days: Sequence[tuple[list[int], list[float]]]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return resource x day of the month, given days and costs of each; a day without a charge is 0."""
    made = np.zeros((len(days), 31), dtype=np.float32)
    for place, found in enumerate(days):
        for day, cost in zip(*found, strict=True):
            if 0 <= day < made.shape[1]:
                made[place, day] += cost
    return made


def _others(taxonomy: Taxonomy, dimension: Dimension) -> list[str]:
    """Return the dimensions that can be evidence: those that are not told by this one, which would tell itself."""
    return [
        name
        for name in taxonomy.dimensions
        if name != dimension.name and dimension.name not in _behind(taxonomy, name, frozenset())
    ]


def _behind(taxonomy: Taxonomy, name: str, seen: frozenset[str]) -> frozenset[str]:
    """Return those seen already with every dimension that a name may come from."""
    for other in asked(taxonomy.dimensions[name], taxonomy):
        if other not in seen:
            seen = _behind(taxonomy, other, seen | {other})
    return seen


def uninferred(found: Named, dimension: str, sql: str, outcome: str | None = None) -> str:
    """Return SQL that is NULL where it would come from what was inferred: that would prove itself.

    Args:
        found: Has the names.
        dimension: Whose outcome is looked at.
        sql: What is told of it.
        outcome: Column of the outcome; None for that which names a key.
    """
    naming = found.naming
    inferred = naming.outcomes.inferred_sql(dimension, outcome or f"o_{naming.place(dimension)}")
    return f"CASE WHEN {inferred} THEN NULL ELSE {sql} END" if inferred else sql


def single(sql: str) -> str:
    """Return SQL for the text that all rows of a group have; NULL where they differ or one has none."""
    return f"CASE WHEN count(DISTINCT {sql}) = 1 AND count({sql}) = count(*) THEN min({sql}) END"
