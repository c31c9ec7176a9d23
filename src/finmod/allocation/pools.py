"""Pools as one more dimension of the taxonomy: which pool a charge key is in is found as its names are.

Owns that dimension.
"""

from __future__ import annotations
from dataclasses import replace
from typing import Final
from finmod.allocation.definition import Allocation
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy

POOL: Final = "Pool"


def with_pools(taxonomy: Taxonomy, allocation: Allocation) -> Taxonomy:
    rules = []
    for pool in allocation.pools:
        for when in pool.when:
            rules.append(
                Rule(len(rules) + 1, "when", f"pool {pool.name}", pool.place, pool.span, when=when, value=pool.name)
            )
    return replace(taxonomy, dimensions={**taxonomy.dimensions, POOL: Dimension(POOL, POOL, None, tuple(rules))})
