"""Pools as a dimension: each charge key is named the pool that has it, by the machinery that names its product.

Owns the dimension. Its rules are the sets of conditions of the pools, those of policies first; the first one wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from finmod.allocation.definition import Allocation, Pool
from finmod.taxonomy.definition import Dimension, Rule, Taxonomy

POOL: Final = "Pool"
"""Name of the dimension. No user's dimension is called so: theirs begin with a small letter."""


def with_pools(taxonomy: Taxonomy, allocation: Allocation) -> Taxonomy:
    """Return a taxonomy with one dimension more: the pool of each charge, as the value of ``POOL``.

    A charge key without an outcome there is in no pool: its cost is direct.
    """
    rules = tuple(rule for rule, _ in pool_rules(allocation))
    dimension = Dimension(POOL, POOL, None, rules, place=allocation.place)
    return Taxonomy({**taxonomy.dimensions, POOL: dimension}, taxonomy.taggable)


def pool_rules(allocation: Allocation) -> Iterator[tuple[Rule, Pool]]:
    """Yield each rule of the dimension with its pool, in order: sets of policies before any pool's own."""
    sets = [
        (pool, number)
        for of_policies in (True, False)
        for pool in allocation.pools
        for number in range(len(pool.when))
        if of_policies is (pool.is_policy or number < pool.first)
    ]
    for place, (pool, number) in enumerate(sets, start=1):
        text, where = pool.texts[number] if number < len(pool.texts) else (pool.name, pool.place)
        yield (
            Rule(
                number=place, kind="when", text=text, place=where, span=pool.span, when=pool.when[number],
                value=pool.name, included=pool.is_policy or number < pool.first,
            ),
            pool,
        )  # fmt: skip
