"""From a number of an allocation down to charges: whose cost, by which pool, share, driver and rule; and up again.

Owns the walk over a run that was made anew. That it gives the numbers that were applied is checked by who asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from finmod.allocation.asking import Cuts
from finmod.allocation.basis import Basis, basis_of
from finmod.allocation.cells import CELLS, KEYS, PLACES
from finmod.allocation.definition import Share
from finmod.allocation.parts import CODED
from finmod.allocation.pools import POOL
from finmod.allocation.run import Run
from finmod.allocation.shares import EPOCH, Dated, When
from finmod.allocation.split import UNIT, split_wide
from finmod.allocation.vectors import Vector
from finmod.engines.duckdb import Engine, identifier
from finmod.taxonomy.naming import NAMES
from finmod.taxonomy.outcomes import Outcome
from finmod.terms.money import known_sum

MOST = 10
"""So many charge keys of a pool are told, the dearest."""


@dataclass(frozen=True)
class Asked:
    """Which number is explained.

    Attributes:
        values: Dimension -> its value, None for what has none; of the dimensions that are named alone.
        measure: FOCUS id of the cost.
        currency: BillingCurrency.
        pool: The part of one pool; None for all. ``direct`` is no pool.
        day: Of one charge date; None for all of the run's.
    """

    values: Mapping[str, str | None]
    measure: str
    currency: str
    pool: str | None = None
    day: date | None = None


@dataclass(frozen=True)
class ChargePart:
    """One charge key behind a number.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: x_ChargeKey.
        texts: FOCUS column -> text: hostile, as they stand on the bill.
        cost: Its cost.
        rule: The rule that put it there, in a few words; None where none did.
        place: ``file:line:column`` of that.
    """

    source: str
    month: date
    key: int
    texts: Mapping[str, str]
    cost: Decimal
    rule: str | None
    place: str | None


@dataclass(frozen=True)
class DayPart:
    """One day of a pool's part.

    Attributes:
        day: Charge date.
        pooled: What the pool cost.
        amount: What of it the target got.
        basis: What the share went by; None where the target has no part of its own there.
        way: Pools that part of it came by -> their part, 0 to 1; the rest came straight from the pool.
    """

    day: date
    pooled: Decimal
    amount: Decimal
    basis: Basis | None
    way: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PoolPart:
    """What of a number came from a pool, or directly.

    Attributes:
        pool: Its name; None for direct cost.
        amount: The target's part.
        pooled: What the pool cost in all; of direct cost the same as ``amount``.
        charges: Number of charge keys in it.
        place: ``file:line:column`` of the pool.
        shares: The shares that held, each with its place.
        days: Per charge date; empty for direct cost.
        parts: Its charge keys, the dearest ``MOST``.
    """

    pool: str | None
    amount: Decimal
    pooled: Decimal
    charges: int
    place: str | None
    shares: tuple[Share, ...]
    days: tuple[DayPart, ...]
    parts: tuple[ChargePart, ...]


@dataclass(frozen=True)
class Explanation:
    """A number with everything that it is the sum of.

    Attributes:
        asked: Which number.
        amount: It; the sum of the parts, to the last digit.
        parts: By pool, the largest first.
    """

    asked: Asked
    amount: Decimal
    parts: tuple[PoolPart, ...]


def explain_target(engine: Engine, run: Run, asked: Asked) -> Explanation:
    """Return a number of a run with the pools, shares, days and charges behind it.

    Args:
        engine: Has the tables of the run.
        run: It.
        asked: Which number.
    """
    return _Walk(engine, run, asked).explained()


@dataclass
class _Walk:
    """The walk from one number down."""

    engine: Engine
    run: Run
    asked: Asked

    def explained(self) -> Explanation:
        """Return the number with its parts."""
        by_pool: dict[int, dict[date, Decimal]] = {}
        for pool, day, amount in self._amounts():
            by_pool.setdefault(pool, {})[day] = amount
        parts = [self._part(pool, days) for pool, days in by_pool.items()]
        parts.sort(key=lambda part: (-abs(part.amount), part.pool or ""))
        amount = known_sum([part.amount for part in parts]) or Decimal(0)
        return Explanation(self.asked, amount, tuple(parts))

    def _targets(self) -> list[int]:
        dimensions = self.run.targets.dimensions
        wanted = {dimensions.index(name): value for name, value in self.asked.values.items()}
        return [
            number
            for number, values in enumerate(self.run.targets.every)
            if all(values[at] == value for at, value in wanted.items())
        ]

    def _amounts(self) -> list[tuple[int, date, Decimal]]:
        targets = ", ".join(map(str, self._targets())) or "NULL"
        pools = "" if self.asked.pool is None else f" AND pool = {self._number(self.asked.pool)}"
        return [
            (pool, EPOCH + timedelta(days=day), amount)
            for pool, day, amount in self.engine.rows(
                f"SELECT pool, day, sum({identifier(self.asked.measure)}) AS amount FROM {CODED} JOIN {PLACES} "
                f"USING (place) WHERE target IN ({targets}) AND BillingCurrency = ?{pools}{self._of_day()} "
                "GROUP BY ALL HAVING amount IS NOT NULL ORDER BY ALL",
                [self.asked.currency],
            )
        ]

    def _of_day(self) -> str:
        return f" AND day = {(self.asked.day - EPOCH).days}" if self.asked.day else ""

    def _number(self, pool: str) -> int:
        names = [each.name for each in self.run.allocation.pools]
        return names.index(pool) + 1 if pool in names else 0

    def _part(self, number: int, days: Mapping[date, Decimal]) -> PoolPart:
        amount = known_sum(days.values()) or Decimal(0)
        if number == 0:
            keys = self._keys(f"pool = 0 AND target IN ({', '.join(map(str, self._own()))})", self._main())
            return PoolPart(None, amount, amount, keys[0], None, (), (), keys[1])
        pool = self.run.allocation.pools[number - 1]
        spent = self._pooled(number)
        told = tuple(self._day(number, day, spent.get(day, Decimal(0)), part) for day, part in sorted(days.items()))
        pooled = known_sum(each.pooled for each in told) or Decimal(0)
        count, parts = self._keys(f"pool = {number}", POOL)
        shares = tuple(share for share in pool.shares if any(share.span.holds_on(day) for day in days))
        return PoolPart(pool.name, amount, pooled, count, pool.place, shares, told, parts)

    def _own(self) -> list[int]:
        """Return the targets whose own cost is in the number: those of the same main value that are cut further too."""
        wanted = self._targets()
        cuts = self.run.network.cut
        cut = cuts.cut().tolist() if isinstance(cuts, Cuts) else []
        mains = {self.run.targets.main(number) for number in wanted}
        return [*wanted, *(number for number in cut if number not in wanted and self.run.targets.main(number) in mains)]

    def _main(self) -> str:
        return next(
            (name for name, value in self.asked.values.items() if value is not None), self.run.targets.dimensions[0]
        )

    def _pooled(self, number: int) -> dict[date, Decimal]:
        rows = self.engine.rows(
            f"SELECT day, sum({identifier(self.asked.measure)}) AS cost FROM {CELLS} JOIN {PLACES} USING (place) "
            f"WHERE pool = {number} AND BillingCurrency = ?{self._of_day()} GROUP BY ALL HAVING cost IS NOT NULL",
            [self.asked.currency],
        )
        return {EPOCH + timedelta(days=day): cost for day, cost in rows}

    def _day(self, number: int, day: date, pooled: Decimal, amount: Decimal) -> DayPart:
        at = (day - EPOCH).days
        periods = self.engine.rows(
            f"SELECT DISTINCT CAST(x_BillingPeriod - DATE '1970-01-01' AS BIGINT), grp FROM {CELLS} JOIN {PLACES} "
            f"USING (place) WHERE pool = {number} AND day = {at} AND BillingCurrency = ? ORDER BY ALL",
            [self.asked.currency],
        )
        if len(periods) != 1:  # groups of charges, or billing periods, that are shared apart
            return DayPart(day, pooled, amount, None)
        when = When(at, periods[0][0], periods[0][1], self.asked.currency)
        wanted = self._targets()
        basis = basis_of(self.run, number, when, set(wanted))
        return DayPart(day, pooled, amount, basis, self._by_way(number, when, wanted))

    def _by_way(self, number: int, when: When, wanted: Sequence[int]) -> dict[str, float]:
        """Return of the part of a day what came by way of other pools."""
        network = self.run.network
        whole = _held(network.ends(-number, when), wanted)
        first = network.pools[number].on(when)
        if whole <= 0:
            return {}
        after = replace(when, group=0)
        found = {
            self.run.allocation.pools[-place - 1].name: part * _held(network.ends(place, after), wanted) / whole
            for place, part in zip(first.places.tolist(), first.parts.tolist(), strict=True)
            if place < 0
        }
        return {name: part for name, part in found.items() if part > 0}

    def _keys(self, where: str, dimension: str) -> tuple[int, tuple[ChargePart, ...]]:
        """Return the number of charge keys, and the dearest with the rule of a dimension that put them there."""
        columns = ("ServiceName", "SubAccountId", "SubAccountName", "ResourceId", "ResourceName", "ChargeCategory")
        listed = ", ".join(f"n.{identifier(name)}" for name in columns)
        place = self.run.naming.place(dimension)
        same = " AND ".join(
            f"n.{name} = k.{name}" for name in ("x_Source", "x_BillingPeriod", "x_ChargeKey", "segment")
        )
        rows = self.engine.rows(
            f"SELECT k.x_Source, k.x_BillingPeriod, k.x_ChargeKey, sum(k.{identifier(self.asked.measure)}) AS cost, "
            f"any_value(n.o_{place}), {listed}, count(*) OVER () FROM {KEYS} AS k JOIN {NAMES} AS n ON {same} "
            f"AND n.x_TrueUpOf IS NOT DISTINCT FROM k.x_TrueUpOf WHERE {where} AND k.BillingCurrency = ? "
            f"AND k.place IN (SELECT place FROM {CELLS}) GROUP BY ALL HAVING cost IS NOT NULL "
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
                    {name: text for name, text in zip(columns, texts, strict=True) if text},
                    cost,
                    found.rule.text if found and found.rule else None,
                    found.place if found else None,
                )
            )
        return (rows[0][-1] if rows else 0), tuple(parts)

    def _outcome(self, number: int | None) -> Outcome | None:
        return self.run.naming.outcomes.found[number - 1] if number and number > 0 else None


def _held(way: Vector, wanted: Sequence[int]) -> float:
    return float(way.parts[np.isin(way.places, np.array(wanted, dtype=np.int64))].sum())


@dataclass(frozen=True)
class ChargeTarget:
    """What of a charge key went to one target.

    Attributes:
        named: Dimension -> its value, None where it has none.
        amount: Its part.
    """

    named: Mapping[str, str | None]
    amount: Decimal


@dataclass(frozen=True)
class ChargeWay:
    """Where the cost of a charge key went.

    Attributes:
        source: Name of the source.
        month: First day of the billing period.
        key: x_ChargeKey.
        pool: The pool that it is in; None where it is a target's own.
        place: ``file:line:column`` of the rule of the pool that took it.
        share: How the pool is shared; None as above.
        cost: Its cost.
        currency: BillingCurrency.
        targets: Who got it, the largest part first; they sum to its cost, to the last digit.
    """

    source: str
    month: date
    key: int
    pool: str | None
    place: str | None
    share: Share | None
    cost: Decimal
    currency: str
    targets: tuple[ChargeTarget, ...]


def explain_charge(
    engine: Engine, run: Run, key: tuple[str, date, int], cube: str, measure: str
) -> Iterator[ChargeWay]:
    """Yield where the cost of a charge key went, one answer for each pool that it was in.

    Args:
        engine: Has the tables of the run.
        run: It.
        key: Source, first day of the billing period and x_ChargeKey.
        cube: SQL for the daily cube.
        measure: FOCUS id of the cost.
    """
    segment = run.naming.segments.of("d.x_ChargeDate")
    rows = engine.rows(
        f"SELECT k.pool, k.grp, k.target, k.BillingCurrency, d.x_ChargeDate, sum(d.{identifier(measure)}) AS cost, "
        f"any_value(n.o_{run.naming.place(POOL)}) FROM {cube} AS d JOIN {KEYS} AS k ON k.x_ChargeKey = d.x_ChargeKey "
        "AND k.x_Source = d.x_Source AND k.x_BillingPeriod = d.x_BillingPeriod AND k.x_TrueUpOf IS NULL "
        f"AND k.segment = {segment} JOIN {NAMES} AS n ON n.x_ChargeKey = k.x_ChargeKey AND n.x_Source = k.x_Source "
        "AND n.x_BillingPeriod = k.x_BillingPeriod AND n.segment = k.segment AND n.x_TrueUpOf IS NULL "
        "WHERE d.x_Source = $1 AND d.x_BillingPeriod = $2 AND d.x_ChargeKey = $3 GROUP BY ALL "
        "HAVING cost IS NOT NULL ORDER BY ALL",
        list(key),
    )
    gathered: dict[tuple[int, str, int | None], dict[int, int]] = {}
    shares: dict[int, Share | None] = {}
    for pool, group, target, currency, day, cost, outcome in rows:
        when = When((day - EPOCH).days, (key[1] - EPOCH).days, group, currency)
        shares.setdefault(pool, _share(run.network.pools[pool], when) if pool else None)
        way = run.network.ends(-pool if pool else target, when) if pool or run.network.cut(target, when) else None
        sums = gathered.setdefault((pool, currency, outcome), {})
        whole = int(cost.scaleb(12))
        parts = [whole] if way is None else split_wide(whole, way.edges)
        for place, part in zip([target] if way is None else way.places.tolist(), parts, strict=True):
            sums[place] = sums.get(place, 0) + part
    for (pool, currency, outcome), sums in gathered.items():
        found = run.naming.outcomes.found[outcome - 1] if outcome else None
        told = [ChargeTarget(_named(run, place), _money(part)) for place, part in sums.items() if part]
        told.sort(key=lambda each: (-abs(each.amount), str(each.named)))
        yield ChargeWay(
            *key, run.allocation.pools[pool - 1].name if pool else None, found.place if found else None, shares[pool],
            _money(sum(sums.values())), currency, tuple(told),
        )  # fmt: skip


def _named(run: Run, place: int) -> dict[str, str | None]:
    return dict(zip(run.targets.dimensions, run.targets.every[place], strict=True))


def _share(dated: Dated, when: When) -> Share | None:
    """Return the share that answered; the one that holds where none did."""
    held = next(((share, chain) for share, chain in dated.shares if share.span.holds_on(when.date)), None)
    if held is None:
        return None
    return next((share for share, asked in held[1] if isinstance(asked.on(when), Vector)), held[0])


def _money(units: int) -> Decimal:
    return Decimal(units) / UNIT if abs(units) < 10**27 else Decimal(units).scaleb(-12)
