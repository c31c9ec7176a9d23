"""Parent resources: what the resource is called that another one is part of.

Owns how a parent is found: a list of the user's, or the resource's own id, whose beginning is the id of its parent as
in ``.../servers/one/databases/two`` or ``arn:...:cluster/one/service/two``.
"""

from __future__ import annotations

from collections.abc import Sequence

from finmod.engines.duckdb import Engine
from finmod.taxonomy.definition import Dimension

PARENTS_JOIN = (
    "LEFT JOIN names_parents AS parents ON parents.x_Source = base.x_Source AND parents.ResourceId = base.ResourceId "
    "AND parents.segment = base.segment"
)
# So many levels up an id is looked through: account, group, server, database, table.
_LEVELS = 4


def make_parents(engine: Engine, dimensions: Sequence[tuple[int, Dimension]]) -> None:
    """Make the table ``names_parents`` of the names without parents: child resource -> its parent's outcomes.

    A resource's outcome is that of all its charges; where they differ it has none. The nearest parent that has one
    counts, of those that the user lists first.

    Args:
        engine: Has the table ``names``.
        dimensions: Places and dimensions that ask for parents.
    """
    own = ", ".join(
        f"CASE WHEN count(DISTINCT o_{place}) = 1 AND count(o_{place}) = count(*) THEN min(o_{place}) END AS o_{place}"
        for place, _ in dimensions
    )
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE names_resources AS SELECT x_Source, ResourceId, segment, {own} FROM names "
        "WHERE ResourceId IS NOT NULL GROUP BY ALL"
    )
    listed = sorted({pair for _, dimension in dimensions for rule in dimension.rules for pair in rule.parents})
    engine.run("CREATE OR REPLACE TEMP TABLE names_listed_parents (child VARCHAR, parent VARCHAR)")
    if listed:
        columns = [list(column) for column in zip(*listed, strict=True)]
        engine.run("INSERT INTO names_listed_parents SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[])", columns)
    cuts = ["ResourceId"]
    for _ in range(_LEVELS):
        cuts.append(f"regexp_extract({cuts[-1]}, '^(.+)[/:][^/:]+$', 1)")
    joins = ["LEFT JOIN names_listed_parents AS listed ON listed.child = r.ResourceId"]
    joins += [_join("up0", "listed.parent")]
    joins += [_join(f"up{level}", f"r.cut{level}") for level in range(1, _LEVELS + 1)]
    found = ", ".join(
        f"coalesce({', '.join(f'up{level}.o_{place}' for level in range(_LEVELS + 1))}) AS o_{place}"
        for place, _ in dimensions
    )
    cut = ", ".join(f"{sql} AS cut{level}" for level, sql in enumerate(cuts) if level)
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE names_parents AS SELECT r.x_Source, r.ResourceId, r.segment, {found} "
        f"FROM (SELECT *, {cut} FROM names_resources) AS r {' '.join(joins)}"
    )


def _join(name: str, parent: str) -> str:
    return (
        f"LEFT JOIN names_resources AS {name} ON {name}.x_Source = r.x_Source AND {name}.segment = r.segment "
        f"AND {name}.ResourceId = {parent}"
    )
