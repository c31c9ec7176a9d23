"""What the finance department of the company has: revenue by product and customer, payment fees, salaries.

Owns how much is earned and paid. The amounts are invented: what holds between them is told by each function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from finmod.sample.products import PRODUCTS
from finmod.sample.shares import split
from finmod.sample.streams import Stream
from finmod.sample.teams import TEAMS
from finmod.sample.truth import write_csv
from finmod.sample.world import World

# Per mille of revenue; USD a month of a team.
_FEE = 24
_LEAST_PAID, _MOST_PAID = 12_000, 34_000

# USD a day, by weight, at the level of the start.
_LEAST_EARNED, _MOST_EARNED = 700, 1_800


def write_finance(folder: Path, world: World) -> list[Path]:
    """Write what the finance department has: revenue, that of each customer, fees, salaries, and who customers are."""
    by_customer = ("month", "product", "customer", "revenue")
    return [
        _csv(folder / "revenue.csv", ("month", "product", "revenue", "currency"), _revenue(world)),
        _csv(folder / "customer_revenue.csv", by_customer, _customer_revenue(world)),
        _csv(folder / "payment_fees.csv", ("month", "product", "payment_fees"), _payment_fees(world)),
        _csv(folder / "salaries.csv", ("month", "product", "team", "salaries"), _salaries(world)),
        _csv(folder / "customer_list.csv", ("customer", "segment", "started"), _customer_list(world)),
    ]


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    write_csv(path, header, rows)
    return path


def _revenue(world: World) -> Iterable[tuple[str, str, str, str]]:
    """Yield monthly revenue in whole USD: so much per order, or per active user where nothing is ordered.

    A product of twice the weight earns about twice as much: three to eight times what its cloud costs at the start, for
    a company that spends 8 million a year.
    """
    worth = Stream(world.seed, "revenue").integers(_LEAST_EARNED, _MOST_EARNED, len(PRODUCTS)).tolist()
    for number, month in enumerate(world.months):
        days = slice(world.days_before[number], world.days_before[number + 1])
        for place, product in enumerate(PRODUCTS):
            column = 0 if product.levels[0] else 2
            base = int(world.drivers.levels[place, column, days].sum())
            earned = base * int(product.weight) * worth[place] // product.levels[column]
            yield month.label, product.name, str(earned), "USD"


def _customer_revenue(world: World) -> Iterable[tuple[str, str, str, int]]:
    """Yield each product's revenue by customer, in proportion to use; of a product that nobody uses yet by size."""
    customers, numbers = world.customers, {month.label: at for at, month in enumerate(world.months)}
    places = {product.name: place for place, product in enumerate(PRODUCTS)}
    for month, product, amount, _ in _revenue(world):
        use = np.where(customers.joined <= numbers[month], customers.use[:, places[product]], 0).tolist()
        parts = split(int(amount), use if any(use) else customers.use.sum(axis=1).tolist())
        yield from ((month, product, name, part) for name, part in zip(customers.names, parts, strict=True) if part)


def _payment_fees(world: World) -> Iterable[tuple[str, str, str]]:
    """Yield what payments cost: 2.4 % of revenue, in whole cents."""
    for month, product, amount, _ in _revenue(world):
        cents = int(amount) * _FEE // 10
        yield month, product, f"{cents // 100}.{cents % 100:02d}"


def _salaries(world: World) -> Iterable[tuple[str, str, str, int]]:
    """Yield what the people of each product's teams cost, in whole USD; they get a little more every month."""
    teams = [team for team in TEAMS if team.owns in {product.name for product in PRODUCTS}]
    paid = Stream(world.seed, "salaries").integers(_LEAST_PAID, _MOST_PAID, len(teams)).tolist()
    for number, month in enumerate(world.months):
        for team, base in zip(teams, paid, strict=True):
            yield month.label, team.owns, team.name, base * (1000 + 3 * number) // 1000


def _customer_list(world: World) -> Iterable[tuple[str, str, str]]:
    """Yield who each customer is, and the month in which it came; that before the window for those who were there."""
    customers = world.customers
    for name, segment, joined in zip(customers.names, customers.segments, customers.joined.tolist(), strict=True):
        yield name, segment, world.months[joined].label if joined else "before"
