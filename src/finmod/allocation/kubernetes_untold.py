"""Charges for nodes that no usage report tells of: what they cost, and by what they were shared.

Owns the finding. They go by what their cluster held, which says nothing of the node itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from finmod.allocation.cells import CELLS, KEYS, PLACES
from finmod.allocation.definition import Allocation, Pool
from finmod.allocation.kubernetes_charges import OF_CHARGES
from finmod.allocation.kubernetes_shares import ByKubernetes
from finmod.allocation.shares import Dated
from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.terms.findings import Finding


def untold_nodes(engine: Engine, allocation: Allocation, pools: Mapping[int, Dated]) -> Iterator[Finding]:
    """Yield what charges for nodes cost that no report tells of, by pool, source, month and currency.

    Args:
        engine: Has the tables of a run.
        allocation: Has the pools.
        pools: Their shares, asked.
    """
    for number, dated in sorted(pools.items()):
        asked = [each for _, chain in dated.shares for _, each in chain if isinstance(each, ByKubernetes)]
        yield from _of_pool(engine, allocation.pools[number - 1], asked)


def _of_pool(engine: Engine, pool: Pool, asked: Iterable[ByKubernetes]) -> list[Finding]:
    cells = sorted({(each.pool, *cell) for each in asked for cell in each.untold})
    if not cells:
        return []
    engine.run(
        "CREATE OR REPLACE TEMP TABLE kubernetes_untold AS SELECT unnest(?::INTEGER[]) AS pool, "
        "unnest(?::INTEGER[]) AS grp, unnest(?::INTEGER[]) AS day",
        [list(column) for column in zip(*cells, strict=True)],
    )
    rows = engine.rows(
        "WITH costs AS (SELECT x_Source, x_BillingPeriod, BillingCurrency, sum(BilledCost) AS cost, "
        f"count(DISTINCT day) AS days FROM {CELLS} JOIN kubernetes_untold USING (pool, grp, day) "
        f"JOIN {PLACES} USING (place) GROUP BY ALL), nodes AS (SELECT k.x_Source, k.x_BillingPeriod, "
        f"count(DISTINCT o.ResourceId) AS nodes, min(o.ResourceId) AS example FROM {KEYS} AS k JOIN {OF_CHARGES} AS o "
        "USING (x_Source, x_BillingPeriod, x_ChargeKey) WHERE (k.pool, k.grp) IN (SELECT (pool, grp) FROM "
        "kubernetes_untold) GROUP BY ALL) SELECT c.x_Source, c.x_BillingPeriod, BillingCurrency, cost, days, "
        "nodes, example FROM costs AS c JOIN nodes AS n USING (x_Source, x_BillingPeriod) ORDER BY ALL"
    )
    return [
        Finding(
            code="FM2240",
            severity="info",
            message=f"{counted(nodes, 'node')} of pool {printable(pool.name, 80)} "
            f"{'has' if nodes == 1 else 'have'} charges on {counted(days, 'day')} of which no usage report tells: "
            "shared by what their clusters held.",
            source=source,
            billing_period=f"{period:%Y-%m}",
            column="ResourceId",
            amount=cost,
            currency=currency,
            example=example and printable(example),
            where=pool.place,
        )
        for source, period, currency, cost, days, nodes, example in rows
    ]
