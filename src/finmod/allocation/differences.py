"""Differences: what each target has more or less of each pool's cost in one allocation than in another.

Owns the SQL over the rows of two allocations. A closed month is told with what was booked of it later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from finmod.allocation.moves import DUST, Change
from finmod.engines.duckdb import Engine, identifier
from finmod.terms.money import difference

_NOISE = "1e-9::DECIMAL(38,12)"
"""Below it, what targets of a pool have more or less in a month is the order in which it was split, if it sums to 0."""

_SUMS = ", ".join(
    f"CASE WHEN count(*) FILTER ({side}) = 0 THEN 0::DECIMAL(38,12) ELSE sum(amount) FILTER ({side}) END"
    for side in ("NOT is_after", "is_after")
)
"""SQL: what there was before and what there is after; NULL of what is there and of no known cost."""

MONTH = "coalesce(x_AllocationOf, x_BillingPeriod)"
"""SQL: the month that a row says something of."""


@dataclass(frozen=True)
class Total:
    """The whole of two allocations in one currency.

    Attributes:
        currency: BillingCurrency.
        before: Sum of the measure; 0 where there are no charges, None where there are and no cost of them is known.
        after: As above.
    """

    currency: str
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Return by how much the total changed: 0 where the charges are the same; None where one is unknown."""
        return _difference(self.before, self.after)


@dataclass(frozen=True)
class Sides:
    """Two allocations.

    Attributes:
        before: SQL for the rows of the one.
        after: SQL for those of the other.
        columns: Columns of the dimensions by which they are compared; both have them.
        measure: FOCUS id of a cost.
        months: First days of the months that are compared; None for all.
    """

    before: str
    after: str
    columns: Sequence[str]
    measure: str
    months: Sequence[date] | None = None

    def rows(self, *, after: bool, costs: Sequence[str] = ()) -> str:
        """Return SQL for the rows of a side: month, currency, pool, dimensions, amount, and which side it is.

        Args:
            after: Which side.
            costs: Costs that are wanted by their own names, in place of the amount.
        """
        kept = ", ".join(("BillingCurrency", "x_Pool", *map(identifier, self.columns)))
        wanted = ", ".join(map(identifier, costs)) or f"{identifier(self.measure)} AS amount"
        amounts = f"{wanted}, {str(after).lower()} AS is_after"
        side = self.after if after else self.before
        return f"SELECT {MONTH} AS month, {kept}, {amounts} FROM ({side}){of_months(self.months)}"


def of_months(months: Sequence[date] | None) -> str:
    """Return SQL that keeps the rows of some months, all for None."""
    days = ", ".join(f"DATE '{month}'" for month in months or ())
    return f" WHERE {MONTH} IN ({days})" if days else ""


def changes(engine: Engine, sides: Sides) -> list[Change]:
    """Return what differs, by month, currency, pool and target.

    What differs below 1e-9 everywhere within a pool and sums to 0 does not count: nobody's rules or charges changed.
    """
    columns = ", ".join(("month", "BillingCurrency", "x_Pool", *map(identifier, sides.columns)))
    after, before = (f"coalesce(sum(amount) FILTER ({side}), 0)" for side in ("is_after", "NOT is_after"))
    rows = engine.rows(
        f"SELECT * FROM (SELECT {columns}, {after} - {before} AS moved FROM ({sides.rows(after=False)} UNION ALL "
        f"{sides.rows(after=True)}) GROUP BY {columns} HAVING moved <> 0) "
        "WINDOW pool AS (PARTITION BY month, BillingCurrency, x_Pool) "
        f"QUALIFY max(abs(moved)) OVER pool >= {_NOISE} OR sum(moved) OVER pool <> 0 ORDER BY {columns}"
    )
    return [Change(row[0], row[1], row[2], tuple(row[3:-1]), row[-1]) for row in rows]


def moved_costs(engine: Engine, sides: Sides, costs: Sequence[str]) -> tuple[str, ...]:
    """Return those of some costs of which anything differs, as ``changes`` tells it.

    Args:
        engine: Has the rows of both sides.
        sides: The two allocations; their own measure is not read.
        costs: FOCUS ids.
    """
    keys = ", ".join(("month", "BillingCurrency", "x_Pool", *map(identifier, sides.columns)))
    moved, pools, found = [], [], []
    for at, cost in enumerate(map(identifier, costs)):
        after, before = (f"coalesce(sum({cost}) FILTER ({side}), 0)" for side in ("is_after", "NOT is_after"))
        moved.append(f"{after} - {before} AS moved_{at}")
        pools.append(f"max(abs(moved_{at})) >= {_NOISE} OR sum(moved_{at}) <> 0 AS differs_{at}")
        found.append(f"coalesce(bool_or(differs_{at}), false)")
    rows = f"{sides.rows(after=False, costs=costs)} UNION ALL {sides.rows(after=True, costs=costs)}"
    by_target = f"SELECT {keys}, {', '.join(moved)} FROM ({rows}) GROUP BY {keys}"
    by_pool = f"SELECT {', '.join(pools)} FROM ({by_target}) GROUP BY month, BillingCurrency, x_Pool"
    answers = engine.row(f"SELECT {', '.join(found)} FROM ({by_pool})") if costs else ()
    return tuple(cost for cost, differs in zip(costs, answers, strict=True) if differs)


def totals(engine: Engine, sides: Sides) -> list[Total]:
    """Return the whole of both, per currency."""
    rows = engine.rows(
        f"SELECT BillingCurrency, {_SUMS} FROM ({sides.rows(after=False)} UNION ALL {sides.rows(after=True)}) "
        "GROUP BY 1 ORDER BY 1"
    )
    return [Total(currency, before, after) for currency, before, after in rows]


def months(engine: Engine, sides: Sides) -> list[date]:
    """Return the months of either side, oldest first."""
    rows = engine.rows(
        f"SELECT DISTINCT month FROM ({sides.rows(after=False)} UNION ALL {sides.rows(after=True)}) ORDER BY 1"
    )
    return [month for (month,) in rows]


@dataclass(frozen=True)
class Result:
    """What a value of the main dimension has in two allocations.

    Attributes:
        currency: BillingCurrency.
        value: The value; None for what is unallocated.
        before: Sum of the measure, as in ``Total``.
        after: As above.
    """

    currency: str
    value: str | None
    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Return what it has more; None where one is unknown."""
        return _difference(self.before, self.after)

    @property
    def is_same(self) -> bool:
        """Return whether the difference shows as 0.00, or both are unknown."""
        more = self.difference
        return self.before is self.after if more is None else more.copy_abs() < DUST


def _difference(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else difference(after, before)


def results(engine: Engine, sides: Sides) -> list[Result]:
    """Return what each value of the first column has, per currency the largest first, what nobody has at the end."""
    value = identifier(sides.columns[0])
    rows = engine.rows(
        f"SELECT BillingCurrency, {value}, {_SUMS} FROM ({sides.rows(after=False)} UNION ALL "
        f"{sides.rows(after=True)}) GROUP BY 1, 2"
    )
    found = [Result(*row) for row in rows]
    return sorted(found, key=lambda each: (each.currency, each.value is None, -(each.after or 0), each.value or ""))
