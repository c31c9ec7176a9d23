"""Parent resources: what the resource is called that another one is part of.

Owns how a parent is found: a list of the user's, or the resource's own id, whose beginning is the id of its parent as
in ``.../servers/one/databases/two`` or ``arn:...:cluster/one/service/two``. Ids of Azure are compared without case, as
Azure itself does: their case differs from export to export.

Source: Azure, "Naming rules and restrictions for Azure resources": names of resources are case-insensitive.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Dimension
from finmod.taxonomy.row_insert import insert_rows


def _same(column: str) -> str:
    """Return SQL for what is equal of ids that mean one resource."""
    return f"CASE WHEN {column} ILIKE '/subscriptions/%' THEN lower({column}) ELSE {column} END"


PARENTS_JOIN = (
    f"LEFT JOIN names_parents AS parents ON parents.x_Source = base.x_Source "
    f"AND parents.ResourceId = {_same('base.ResourceId')} "
    "AND parents.x_BillingPeriod = base.x_BillingPeriod AND parents.segment = base.segment"
)
# So many levels up an id is looked through: account, group, server, database, table.
_LEVELS = 4
_CUT = "^(.+)[/:][^/:]+$"
_ABOVE = re.compile(_CUT)


def agreed_sql(value: str, outcome: str, inferred: str | None) -> str:
    """Return SQL for the outcome of rows that are all called the same; NULL where they differ or one has no name.

    Where one of them was inferred, so is what all agree on: without it, they would not.

    Args:
        value: SQL for the value of a row.
        outcome: Column of its outcome.
        inferred: SQL for whether that was inferred; None where nothing was.
    """
    first = f"coalesce(min({outcome}) FILTER ({inferred}), min({outcome}))" if inferred else f"min({outcome})"
    return f"CASE WHEN count(DISTINCT {value}) = 1 AND count({outcome}) = count(*) THEN {first} END"


def make_parents(engine: Engine, dimensions: Sequence[tuple[int, Dimension]], agreed: Sequence[str]) -> None:
    """Make the table ``names_parents`` of the names without parents: child resource -> its parent's outcomes.

    A resource is called what all its charges of a month and stretch of days are called; where they differ it has no
    name. Where it has no charge in a stretch, it is called as in the others of the month, if these agree. The nearest
    parent that has a name counts: first of those that the user lists, up to four levels, then of those that the id
    tells, up to four levels too.

    Args:
        engine: Has the table ``names``.
        dimensions: Places and dimensions that ask for parents.
        agreed: SQL for what rows of the table ``names`` agree on in each of them, as of ``agreed_sql``.
    """
    asked = [(place, sql) for (place, _), sql in zip(dimensions, agreed, strict=True)]
    own = ", ".join(f"{sql} AS o_{place}" for place, sql in asked)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE names_stretches AS SELECT x_Source, x_BillingPeriod, {_same('ResourceId')} AS "
        f"ResourceId, segment, {own} FROM names WHERE ResourceId IS NOT NULL GROUP BY ALL"
    )
    _fill(engine, asked)
    _list(engine, dimensions)
    cuts = ["ResourceId"]
    for _ in range(_LEVELS):
        cuts.append(f"nullif(regexp_extract({cuts[-1]}, '{_CUT}', 1), '')")
    joins = [
        f"LEFT JOIN names_listed_parents AS l{place}_{level} ON l{place}_{level}.child = "
        f"{f'l{place}_{level - 1}.parent' if level else 'r.ResourceId'} AND l{place}_{level}.place = {place} "
        f"{_join(f'listed{place}_{level}', f'l{place}_{level}.parent')}"
        for place, each in dimensions
        for level in _listed(each)
    ]
    joins += [_join(f"up{level}", f"r.cut{level}") for level in range(1, _LEVELS + 1)]
    ups = [f"up{level}" for level in range(1, _LEVELS + 1)]
    every = {
        place: [*(f"listed{place}_{level}" for level in _listed(dimension)), *ups] for place, dimension in dimensions
    }
    found = ", ".join(
        f"coalesce({', '.join(f'{up}.o_{place}' for up in above)}) AS o_{place}" for place, above in every.items()
    )
    cut = ", ".join(f"{sql} AS cut{level}" for level, sql in enumerate(cuts) if level)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE names_parents AS SELECT r.x_Source, r.x_BillingPeriod, r.ResourceId, "
        f"r.segment, {found} "
        f"FROM (SELECT *, {cut} FROM names_resources) AS r {' '.join(joins)}"
    )


def _listed(dimension: Dimension) -> range:
    """Return the levels that are looked through of the parents that users list; none where no list is given."""
    return range(_LEVELS if any(rule.parents for rule in dimension.rules) else 0)


def parents_of(child: str, dimension: Dimension) -> list[str]:
    """Return the ids under which the parents of a resource are looked for, the one that counts first in front.

    Ids of Azure are in small letters, as the tables of parents have them.
    """
    listed: dict[str, str] = {}
    for rule in dimension.rules:
        for own, parent in rule.parents:
            listed.setdefault(_same_id(own), _same_id(parent))
    above, found = _same_id(child), []
    for _ in range(_LEVELS if listed else 0):
        if above not in listed:
            break
        above = listed[above]
        if above != _same_id(child):
            found.append(above)
    above = _same_id(child)
    for _ in range(_LEVELS):
        match = _ABOVE.match(above)
        if match is None:
            break
        above = match[1]
        found.append(above)
    return list(dict.fromkeys(found))


def _same_id(text: str) -> str:
    """Return what is equal of ids that mean one resource, as ``_same`` does in SQL."""
    return text.lower() if text.lower().startswith("/subscriptions/") else text


def _fill(engine: Engine, asked: Sequence[tuple[int, str]]) -> None:
    """Make the table of resources: each in every stretch of days, as it is called there, or else in the others."""
    own = ", ".join(f"coalesce(any_value(s.o_{place}), any_value(every.o_{place})) AS o_{place}" for place, _ in asked)
    agreed = ", ".join(f"{sql} AS o_{place}" for place, sql in asked)
    engine.run(
        "CREATE OR REPLACE TEMP TABLE names_resources AS "
        f"SELECT x_Source, x_BillingPeriod, ResourceId, segments.segment, {own} FROM "
        f"(SELECT x_Source, x_BillingPeriod, ResourceId, {agreed} FROM names_stretches GROUP BY ALL) AS every "
        "CROSS JOIN (SELECT DISTINCT segment FROM names_stretches) AS segments "
        "LEFT JOIN names_stretches AS s USING (x_Source, x_BillingPeriod, ResourceId, segment) GROUP BY ALL"
    )


def _list(engine: Engine, dimensions: Sequence[tuple[int, Dimension]]) -> None:
    """Make the table of the parents that users list: of each dimension and child one, that of the first rule.

    Of ids that differ in case alone, each rule has the first.
    """
    listed = {
        (place, _same_id(child)): _same_id(parent)
        for place, dimension in dimensions
        for rule in reversed(dimension.rules)
        for child, parent in reversed(rule.parents)
    }
    engine.run("CREATE OR REPLACE TEMP TABLE names_listed_parents (place INTEGER, child VARCHAR, parent VARCHAR)")
    rows = [(*key, parent) for key, parent in listed.items()]
    insert_rows(engine, "names_listed_parents", ("INTEGER", "VARCHAR", "VARCHAR"), rows)


def _join(name: str, parent: str) -> str:
    return (
        f"LEFT JOIN names_resources AS {name} ON {name}.x_Source = r.x_Source AND {name}.segment = r.segment "
        f"AND {name}.x_BillingPeriod = r.x_BillingPeriod AND {name}.ResourceId = {parent} "
        f"AND {name}.ResourceId <> r.ResourceId"  # where the listed parents go round, nothing is part of itself
    )
