"""Leaves of a change: charge keys of two months by all that a cause can be named by.

Owns which columns these are. Costs are those of the charges themselves: what is shared out has no cause of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.marts.variance import ROWS, SIDES
from finmod.models.rootcause.answer import Value
from finmod.models.rootcause.causes import of_as_many_days
from finmod.models.rootcause.leaves import Dimension, Flags, Leaves
from finmod.workspace.variance.cells import Looked, both, called_column, exact_sql
from finmod.workspace.variance.variance import Made

WORDS: Final = {
    "source": "x_Source", "account": "SubAccountId", "service": "ServiceName", "region": "RegionId",
    "sku": "coalesce(SkuId, SkuMeter)", "category": "ChargeCategory",
}  # fmt: skip
"""What causes are named by, beside dimensions: word -> SQL of charge keys."""
RESOURCE: Final = "resource"
_LEAVES: Final = "rootcause_leaves"
# Machines of one group often share a name, and so do things of several accounts: these are told by their ids.
_SHARED: Final = (
    f"SELECT ResourceName FROM {ROWS} WHERE ResourceName IS NOT NULL GROUP BY 1 HAVING count(DISTINCT ResourceId) > 1"
)
_RESOURCE: Final = (
    f"CASE WHEN ResourceName IS NULL OR ResourceName IN ({_SHARED}) THEN coalesce(ResourceId, ResourceName) "
    "ELSE ResourceName END"
)


def leaves_of(made: Made) -> Leaves:
    """Return the leaves of a comparison that was made with ``called``."""
    engine, called = made.books.engine, (*made.books.called, *made.books.tags)
    columns = {**WORDS, **{name: identifier(called_column(name)) for name in called}}
    # Where people call a dimension so, that is what they mean by it.
    resource = RESOURCE if RESOURCE not in columns else "ResourceName"
    told = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in columns.items())
    amounts = (f"coalesce(sum(amount) FILTER (side = {at}), 0) AS amount_{at}" for at in SIDES)
    sums = ", ".join(("max(unknown + unrated) > 0 AS lacks", *amounts, _given(made.looked)))
    # Whichever thread was first, a leaf has the same number.
    number = f"row_number() OVER (ORDER BY hash({', '.join(map(identifier, (*columns, resource)))}))"
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE {_LEAVES} AS SELECT {number} AS leaf, * FROM (SELECT {told}, "
        f"{_RESOURCE} AS {identifier(resource)}, {sums} FROM {ROWS} GROUP BY ALL "
        # What cost nothing has no place in the search; what nobody knows the cost of is there all the same.
        "HAVING amount_0 <> 0 OR amount_1 <> 0 OR lacks)"
    )
    units = ", ".join(exact_sql(f"amount_{at}", at) for at in SIDES)
    before, after = both(engine.arrays(f"SELECT {units} FROM {_LEAVES} ORDER BY leaf"))
    lacks = engine.arrays(f"SELECT coalesce(lacks, false) AS lacks FROM {_LEAVES} ORDER BY leaf")["lacks"]
    leaves = Leaves(
        dimensions=tuple(_dimension(engine, name) for name in columns),
        before=before,
        after=after,
        resource=_dimension(engine, resource),
        lacks=np.asarray(lacks, dtype=np.bool_),
    )
    if all(each.is_whole for each in made.looked):
        return leaves
    return of_as_many_days(leaves, engine.arrays(f"SELECT given FROM {_LEAVES} ORDER BY leaf")["given"])


def _given(looked: tuple[Looked, Looked]) -> str:
    """Return SQL for what a leaf cost before, in as many days as are told of it after; only use is by the day."""
    before, after = looked
    partial = sorted({source for each in looked for source in (*each.told.until, *each.told.since)})
    shares = [f"WHEN {literal(each)} THEN {after.days(each) / before.days(each)!r}::DOUBLE" for each in partial]
    days = f"CASE x_Source {' '.join(shares)} ELSE 1 END" if shares else "1"
    share = f"CASE WHEN ChargeCategory = 'Usage' THEN {days} ELSE 1 END"
    # Summed as decimals: doubles would be told otherwise in another order.
    given = f"CAST(CAST(amount AS DOUBLE) * {share} AS DECIMAL(38,12))"
    return f"CAST(coalesce(sum({given}) FILTER (side = 0), 0) AS DOUBLE) AS given"


def _dimension(engine: Engine, name: str) -> Dimension:
    column = identifier(name)
    rank = f"CAST(dense_rank() OVER (ORDER BY {column} NULLS FIRST) - 1 AS BIGINT)"
    codes = engine.arrays(f"SELECT {rank} AS code FROM {_LEAVES} ORDER BY leaf")["code"]
    texts = engine.rows(f"SELECT DISTINCT {column} FROM {_LEAVES} ORDER BY {column} NULLS FIRST")
    return Dimension(name, np.asarray(codes, dtype=np.int64), [text for (text,) in texts])


def within(leaves: Leaves, name: Sequence[Value]) -> Flags:
    """Return which leaves a combination has: those with all of its values. What leaves are not told by has none."""
    every = (*leaves.dimensions, *([leaves.resource] if leaves.resource else []))
    dimensions = {each.name: each for each in every}
    rows = np.ones(len(leaves.before), dtype=np.bool_)
    for word, value in name:
        each = dimensions.get(word)
        codes = [at for at, text in enumerate(each.texts) if text == value] if each else []
        rows &= np.isin(each.codes, codes) if each else np.zeros_like(rows)
    return rows
