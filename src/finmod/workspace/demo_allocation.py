"""What the demo's screen says of allocated cost: by product, by team, how much has a product, and whether all is there.

Owns the questions; the allocation was applied before they are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from finmod.taxonomy.definition import Taxonomy

_Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Cost:
    """What a product or team costs, EffectiveCost in USD.

    Attributes:
        name: Its value; None for what is unallocated.
        direct: Of the month, what its own charges cost.
        shared: Of the month, its parts of pools.
        before: Both, of the month before.
    """

    name: str | None
    direct: Decimal
    shared: Decimal
    before: Decimal

    @property
    def full(self) -> Decimal:
        """Return all that it costs in the month."""
        return self.direct + self.shared


@dataclass(frozen=True)
class AllocatedCosts:
    """The allocation of the last month.

    Attributes:
        products: Every product, the one of most cost first; what is unallocated at the end, where anything is.
        teams: The same of teams.
        covered: EffectiveCost that has a product which is no platform, of the month and of the one before.
        sums: Number of sums before and after the allocation that are equal, to the last digit, and of all of them.
    """

    products: list[Cost]
    teams: list[Cost]
    covered: tuple[Decimal, Decimal]
    sums: tuple[int, int]


def allocated_costs(ask: _Ask, taxonomy: Taxonomy, this: str, then: str) -> AllocatedCosts:
    """Return the allocation of a month.

    Args:
        ask: Queries the public tables.
        taxonomy: Knows which products are platforms.
        this: SQL for the rows of the month.
        then: SQL for those of the month before.
    """
    products = _by(ask, "x_Product", this, then)
    values = taxonomy.dimensions["product"].values or {}
    own = [item for item in products if item.name and not (item.name in values and values[item.name].shared)]
    (sums,) = ask("SELECT count(*) FILTER (WHERE x_Difference = 0), count(*) FROM allocation_proofs")
    return AllocatedCosts(
        products=products,
        teams=_by(ask, "x_Team", this, then),
        covered=(sum((item.full for item in own), Decimal(0)), sum((item.before for item in own), Decimal(0))),
        sums=(sums[0], sums[1]),
    )


def _by(ask: _Ask, column: str, this: str, then: str) -> list[Cost]:
    rows = ask(
        f"SELECT {column}, coalesce(sum(EffectiveCost) FILTER (WHERE {this} AND x_Pool IS NULL), 0), "
        f"coalesce(sum(EffectiveCost) FILTER (WHERE {this} AND x_Pool IS NOT NULL), 0), "
        f"coalesce(sum(EffectiveCost) FILTER (WHERE {then}), 0) FROM allocated_daily WHERE {this} OR {then} GROUP BY 1"
    )
    found = [Cost(*row) for row in rows]
    return sorted(found, key=lambda item: (item.name is None, -item.full, item.name or ""))
