"""From a number of an allocation down to charges: whose cost, by which pool, share, driver, level and rule.

Owns the walk over a run that was made anew. That it gives the numbers that were applied is checked by who asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from finmod.allocation.cells import CELLS, KEYS, PLACES
from finmod.allocation.explain.answers import Asked, ChargePart, DayPart, Explanation, PoolPart
from finmod.allocation.explain.days import Days
from finmod.allocation.parts import CODED
from finmod.allocation.pools import POOL
from finmod.allocation.run import Run
from finmod.allocation.shares import EPOCH
from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.keyed import BASE, KEY
from finmod.taxonomy.naming import NAMES
from finmod.taxonomy.outcomes import Outcome
from finmod.terms.money import difference, known_sum

MOST = 10
"""So many charge keys of a pool are told, the dearest."""

_TEXTS = ("ServiceName", "SubAccountId", "SubAccountName", "ResourceId", "ResourceName", "ChargeCategory")


def explain_target(engine: Engine, run: Run, asked: Asked, cubes: tuple[str, str]) -> Explanation:
    """Return a number of a run with the pools, shares, days and charges behind it.

    Args:
        engine: Has the tables of the run.
        run: It.
        asked: Which number.
        cubes: SQL for the daily cube of the run's months, and for the true-ups that are booked in them.
    """
    return _Walk(engine, run, asked, cubes).explained()


@dataclass
class _Walk:
    """The walk from one number down."""

    engine: Engine
    run: Run
    asked: Asked
    cubes: tuple[str, str]
    wanted: Sequence[int] = field(init=False)
    days: Days = field(init=False)

    def __post_init__(self) -> None:
        self.wanted = self._targets()
        self.days = Days(self.engine, self.run, self.asked, self.wanted)

    def explained(self) -> Explanation:
        """Return the number with its parts."""
        parts = [
            part
            for pool, amount in self._amounts().items()
            for part in (self._direct(amount) if pool == 0 else [self._part(pool, amount)])
        ]
        parts.sort(key=lambda part: (-abs(part.amount), part.pool or "", part.is_cut))
        amount = known_sum(part.amount for part in parts) or Decimal(0)
        return Explanation(self.asked, amount, tuple(parts), self.run.targets.dimensions[0])

    def _targets(self) -> list[int]:
        """Return the targets that are asked for; of a dimension that the run does not have nobody has a value."""
        dimensions = self.run.targets.dimensions
        if any(value is not None and name not in dimensions for name, value in self.asked.values.items()):
            return []
        wanted = {dimensions.index(name): value for name, value in self.asked.values.items() if name in dimensions}
        return [
            number
            for number, values in enumerate(self.run.targets.every)
            if all(values[at] == value for at, value in wanted.items())
        ]

    def _amounts(self) -> dict[int, Decimal]:
        """Return what the number is the sum of, by pool."""
        pools = "" if self.asked.pool is None else f" AND pool = {self._number(self.asked.pool)}"
        rows = self.engine.rows(
            f"SELECT pool, sum({identifier(self.asked.measure)}) AS amount FROM {CODED} JOIN {PLACES} "
            f"USING (place) WHERE target IN ({_listed(self.wanted)}) AND BillingCurrency = ?{pools}{self._of_day()} "
            "GROUP BY ALL HAVING amount IS NOT NULL ORDER BY ALL",
            [self.asked.currency],
        )
        return dict(rows)

    def _of_day(self) -> str:
        return f" AND day = {(self.asked.day - EPOCH).days}" if self.asked.day else ""

    def _number(self, pool: str) -> int:
        names = [each.name for each in self.run.allocation.pools]
        return names.index(pool) + 1 if pool in names else 0

    def _direct(self, amount: Decimal) -> list[PoolPart]:
        """Return direct cost: what charges name the target of, and what they name in part alone and levels cut."""
        found = []
        days = self.days.of_cut()
        cut = known_sum(day.amount for day in days) or Decimal(0)
        if days:
            pooled = known_sum(day.pooled for day in days) or Decimal(0)
            count, parts = self._keys(f"pool = 0 AND target IN ({_listed(self.days.ancestors())})", self._main())
            found.append(PoolPart(None, cut, pooled, count, None, (), days, parts, is_cut=True))
        own = difference(amount, cut)
        count, parts = self._keys(f"pool = 0 AND target IN ({_listed(self.wanted)})", self._main())
        if count or not days:
            found.append(PoolPart(None, own, own, count, None, (), (), parts))
        return found

    def _part(self, number: int, amount: Decimal) -> PoolPart:
        pool = self.run.allocation.pools[number - 1]
        days: Sequence[DayPart] = self.days.of_pool(number)
        pooled = known_sum(day.pooled for day in days) or Decimal(0)
        count, parts = self._keys(f"pool = {number}", POOL)
        shares = tuple(share for share in pool.shares if any(share.span.holds_on(day.day) for day in days))
        return PoolPart(pool.name, amount, pooled, count, pool.place, shares, tuple(days), parts)

    def _main(self) -> str:
        dimensions, values = self.run.targets.dimensions, self.asked.values
        return next((name for name in dimensions if values.get(name) is not None), dimensions[0])

    def _costs(self) -> str:
        """Return SQL for what keys cost, of all days or of the one that is asked for."""
        measure, segment = identifier(self.asked.measure), self.run.naming.segments.of("d.x_ChargeDate")
        day = f"d.x_ChargeDate = DATE '{self.asked.day}'" if self.asked.day else "true"
        same = "d.x_Source = k.x_Source AND d.x_BillingPeriod = k.x_BillingPeriod AND d.x_ChargeKey = k.x_ChargeKey"
        days, true_ups = self.cubes
        rows_of = (
            f"SELECT k.*, d.{measure} AS amount FROM {rows} AS d JOIN {KEYS} AS k ON {same} AND k.segment = {segment} "
            f"AND k.x_TrueUpOf IS NOT DISTINCT FROM {restated} WHERE {day}"
            for rows, restated in ((days, "NULL"), (true_ups, "d.x_TrueUpOf"))
        )
        return f"({' UNION ALL '.join(rows_of)})"

    def _keys(self, where: str, dimension: str) -> tuple[int, tuple[ChargePart, ...]]:
        """Return the number of charge keys, and the dearest with the rule of a dimension that put them there."""
        listed = ", ".join(f"b.{identifier(name)}" for name in _TEXTS)
        place = self.run.naming.place(dimension)
        named, based = (
            " AND ".join(f"{table}.{name} IS NOT DISTINCT FROM k.{name}" for name in KEY) for table in ("n", "b")
        )
        rows = self.engine.rows(
            "SELECT k.x_Source, k.x_BillingPeriod, k.x_ChargeKey, sum(k.amount) AS cost, "
            f"any_value(n.o_{place}), {listed}, count(*) OVER () FROM {self._costs()} AS k "
            f"JOIN {NAMES} AS n ON {named} JOIN {BASE} AS b ON {based} WHERE {where} AND k.BillingCurrency = ? "
            f"AND k.x_BillingPeriod IN (SELECT x_BillingPeriod FROM {CELLS} JOIN {PLACES} USING (place)) "
            "GROUP BY ALL HAVING cost IS NOT NULL "
            f"ORDER BY abs(cost) DESC, k.x_ChargeKey LIMIT {MOST}",
            [self.asked.currency],
        )
        parts = []
        for source, month, key, cost, outcome, *texts, _ in rows:
            found = self._outcome(outcome)
            parts.append(
                ChargePart(
                    source,
                    month,
                    key,
                    {name: text for name, text in zip(_TEXTS, texts, strict=True) if text},
                    cost,
                    found.rule.text if found and found.rule else None,
                    found.place if found else None,
                )
            )
        return (rows[0][-1] if rows else 0), tuple(parts)

    def _outcome(self, number: int | None) -> Outcome | None:
        return self.run.naming.outcomes.found[number - 1] if number and number > 0 else None


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "NULL"
