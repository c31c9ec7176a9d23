"""What really happened, beside the exports: whose each cost was, what events did, what commitments were worth.

Owns the true split of every charge and the files under truth/. Every split is exact: parts sum to the charge.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from finmod.engines.duckdb import Engine
from finmod.sample.charges import NETTED, SHARED, Bill, Charge
from finmod.sample.prices import SOURCES, decimal_text
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.shares import split
from finmod.sample.tables import money, texts
from finmod.sample.teams import TEAMS
from finmod.sample.world import World

_COUNT = len(PRODUCTS)


@dataclass
class Allocation:
    """The true owners, gathered bill by bill; one row per day, source, pool, product and team.

    A row is (billing month, day, source, pool, product, team or -1, billed, effective), money in 1e-10 USD.
    """

    rows: list[tuple[int, date, int, str, int, int, int, int]] = field(default_factory=list)
    by_product: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, world: World, bill: Bill) -> None:
        """Add one bill: direct use, platforms by their true use, everything else by the month's effective cost."""
        first = len(self.rows)
        self._cells(world, bill)
        for charge in bill.charges:
            if charge.owner >= 0:
                self._owned(world, bill, charge)
        costs = [0] * _COUNT
        for row in self.rows[first:]:
            costs[row[4]] += row[7]
        weights = [max(cost, 0) for cost in costs]
        self._shared(bill, weights if any(weights) else [1] * _COUNT)
        for row in self.rows[first:]:
            key = (row[0], row[4])
            self.by_product[key] = self.by_product.get(key, 0) + row[7]

    def _row(self, bill: Bill, day: date, pool: str, owner: tuple[int, int], costs: tuple[int, int]) -> None:
        if costs != (0, 0):
            self.rows.append((bill.usage.number, day, SOURCES.index(bill.source), pool, *owner, *costs))

    def _cells(self, world: World, bill: Bill) -> None:
        usage, resources = bill.usage, world.resources[bill.source]
        owner, team = resources.owner[usage.resource], resources.team[usage.resource]
        keys, place = np.unique((usage.slot * 1000 + owner) * 1000 + team, return_inverse=True)
        billed, effective = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.int64)
        np.add.at(billed, place, bill.billed)
        np.add.at(effective, place, bill.effective)
        for key, one, other in zip(keys.tolist(), billed.tolist(), effective.tolist(), strict=True):
            slot, who, worker = key // 1_000_000, key // 1000 % 1000, key % 1000
            self._owner(world, bill, usage.starts[slot].date(), (who, worker), (one, other))

    def _owned(self, world: World, bill: Bill, charge: Charge) -> None:
        self._owner(world, bill, charge.start.date(), (charge.owner, -1), (charge.billed, charge.effective))

    def _owner(self, world: World, bill: Bill, day: date, owner: tuple[int, int], costs: tuple[int, int]) -> None:
        if owner[0] < _COUNT:
            self._row(bill, day, "direct", owner, costs)
            return
        platform = owner[0] - _COUNT
        weights = world.platform_use(platform, day).tolist()
        for product, parts in enumerate(zip(split(costs[0], weights), split(costs[1], weights), strict=True)):
            self._row(bill, day, PLATFORMS[platform].name, (product, -1), parts)

    def _shared(self, bill: Bill, weights: list[int]) -> None:
        sums: dict[tuple[str, date], tuple[int, int]] = {}
        for charge in bill.charges:
            if charge.owner in {SHARED, NETTED}:
                key = (charge.kind, charge.start.date())
                billed, effective = sums.get(key, (0, 0))
                netted = charge.owner == NETTED
                sums[key] = (billed + (0 if netted else charge.billed), effective + charge.effective)
        for (kind, day), costs in sums.items():
            for product, parts in enumerate(zip(split(costs[0], weights), split(costs[1], weights), strict=True)):
                self._row(bill, day, kind, (product, -1), parts)

    def write(self, engine: Engine, world: World, path: Path) -> None:
        """Write the rows as Parquet, in the order in which they were added."""
        columns = list(zip(*self.rows, strict=True))
        engine.register(
            "allocation",
            {
                "period": np.array([world.months[number].first for number in columns[0]], dtype="datetime64[us]"),
                "day": np.array(columns[1], dtype="datetime64[us]"),
                "source": texts([SOURCES[place] for place in columns[2]]),
                "pool": texts(list(columns[3])),
                "product": texts([PRODUCTS[place].name for place in columns[4]]),
                "team": texts([TEAMS[place].name if place >= 0 else None for place in columns[5]]),
                "billed": np.array(columns[6], dtype=np.int64),
                "effective": np.array(columns[7], dtype=np.int64),
            },
        )
        query = f"""SELECT CAST(period AS DATE) AS BillingPeriod, CAST(day AS DATE) AS ChargeDate, source AS Source,
            pool AS Pool, product AS Product, team AS Team, {money("billed")} AS BilledCost,
            {money("effective")} AS EffectiveCost FROM allocation"""
        engine.copy_parquet(query, path, ordered=True)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file whose lines end in a line feed on every system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def customer_rows(world: World, allocation: Allocation) -> Iterable[tuple[str, str, str, str]]:
    """Yield (billing period, product, customer, EffectiveCost); the customers of a product sum to its cost."""
    customers = world.customers
    for (number, product), amount in sorted(allocation.by_product.items()):
        use = np.where(customers.joined <= number, customers.use[:, product], 0).tolist()
        for place, part in enumerate(split(amount, use)):
            if part:
                yield world.months[number].label, PRODUCTS[product].name, customers.names[place], decimal_text(part)


def day_of(world: World, place: int) -> str:
    """Return the date of a day of the window; the day after the window for its length."""
    return (world.drivers.days[0] + timedelta(days=place)).isoformat()
