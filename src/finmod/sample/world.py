"""The invented company as one frozen value: what it makes, who works there, what it uses, holds and went through.

Owns the assembly and the scale (how many resources, how fine the charges are). Writers read it and add nothing to it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Literal

import numpy as np

from finmod.sample.commitments import Commitment, make_commitments
from finmod.sample.customers import Customers, make_customers
from finmod.sample.drivers import Drivers, make_drivers, usage_activity
from finmod.sample.incidents import Effect, PriceCut, make_effects, make_price_cuts
from finmod.sample.months import Month, months_until
from finmod.sample.payers import Move, make_move
from finmod.sample.prices import SUPPLIERS, Supplier, skus
from finmod.sample.resources import Resources, make_resources
from finmod.sample.streams import Ints

Grain = Literal["hour", "day", "month"]
# Below the first a day per resource would leave too few resources; above the second an hour each still has many.
_DAILY_FROM, _HOURLY_FROM = 2_800, 430_000
# So many resources has each supplier, however few rows are wanted.
_FEWEST = 5


@dataclass(frozen=True)
class World:
    """The company over the window.

    Attributes:
        seed: The company's seed.
        months: The window, oldest first.
        days_before: Per month the number of days of the window before it.
        grain: Length of a usage charge.
        drivers: What drove it.
        activity: ``drivers.usage_activity`` of those.
        resources: Per source.
        commitments: In the order in which suppliers apply them.
        effects: Incidents and initiatives.
        price_cuts: List prices that fell.
        customers: Who used the products.
        move: The AWS account that changed its payer.
    """

    seed: int
    months: tuple[Month, ...]
    days_before: tuple[int, ...]
    grain: Grain
    drivers: Drivers
    activity: Ints
    resources: dict[str, Resources]
    commitments: tuple[Commitment, ...]
    effects: tuple[Effect, ...]
    price_cuts: tuple[PriceCut, ...]
    customers: Customers
    move: Move

    @property
    def restated_month(self) -> int:
        """Return the place of the closed month that the next month's bills correct."""
        return max(len(self.months) // 2 - 1, 0)

    def list_prices(self, source: str, month: int) -> Ints:
        """Return the list price of each resource of a source in a month, integers of 1e-6 USD."""
        prices = np.array([sku.list_price for sku in skus()], dtype=np.int64)
        for cut in self.price_cuts:
            if month >= cut.from_month:
                prices[cut.sku] = max(int(prices[cut.sku]) * (1000 - cut.cut) // 1000, 1)
        resources = self.resources[source]
        return np.asarray(prices[resources.sku] * resources.multiple, dtype=np.int64)

    def platform_use(self, platform: int, day: date) -> Ints:
        """Return the true use of a platform by product: of a day, or of its whole month where charges are monthly."""
        use = self.drivers.platform_use[platform]
        place = (day - self.drivers.days[0]).days
        if self.grain == "month":
            month = bisect_right(self.days_before, place) - 1
            days = slice(self.days_before[month], self.days_before[month + 1])
            return np.asarray(use[:, days].sum(axis=1), dtype=np.int64)
        return np.asarray(use[:, place], dtype=np.int64)


def make_world(*, seed: int, months: int, end: Month, rows: int, spend: Decimal) -> World:
    """Return the company.

    Args:
        seed: Same seed, same company.
        months: Length of the window.
        end: Last month of the window.
        rows: Charges wanted over all sources and months.
        spend: Wanted spend in a year, USD.
    """
    window = months_until(end, months)
    days_before = [0]
    for month in window:
        days_before.append(days_before[-1] + month.days)
    drivers = make_drivers(seed, window[0].first, days_before[-1])
    activity = usage_activity(drivers)
    per_month = rows / months
    grain: Grain = "hour" if per_month >= _HOURLY_FROM else "day" if per_month >= _DAILY_FROM else "month"
    resources = {
        supplier.source: _fitted(
            rows * supplier.rows - months * _own_rows(supplier.source, grain) - _pod_rows(supplier.source, grain),
            (grain, tuple(days_before)),
            partial(_resources, seed, supplier, activity, float(spend) / 365.25 * days_before[-1]),
        )
        for supplier in SUPPLIERS
    }
    return World(
        seed,
        window,
        tuple(days_before),
        grain,
        drivers,
        activity,
        resources,
        make_commitments(resources, activity, window, days_before),
        make_effects(seed, resources, days_before[-1], months),
        make_price_cuts(seed, months),
        make_customers(seed, months),
        make_move(window),
    )


def _own_rows(source: str, grain: Grain) -> int:
    """Return about how many charges a source has in a month beside usage: fees, taxes, credits, commitments."""
    slots = 1 if grain == "month" else 30
    fixed = {"aws": 37, "azure-ea": 4, "azure-mca": 6, "gcp": 3, "oci": 1, "ai": 1, "datacentre": 2}
    daily = {"aws": 6, "azure-ea": 2, "azure-mca": 1, "gcp": 2}
    return fixed[source] + daily.get(source, 0) * slots


def _pod_rows(source: str, grain: Grain) -> int:
    """Return about how many split rows the last days of the window have: two for each user of a node."""
    slots = {"hour": 240, "day": 10, "month": 1}[grain]
    return 22 * slots if source == "aws" else 0


def _resources(seed: int, supplier: Supplier, activity: Ints, spend: float, count: int) -> Resources:
    return make_resources(seed, supplier.source, count, activity, spend * supplier.share * supplier.gross_up)


def _fitted(rows: float, calendar: tuple[Grain, tuple[int, ...]], make: Callable[[int], Resources]) -> Resources:
    """Return as many resources as give the wanted number of usage charges: a few tries, each scaled by the last."""
    slots = {"hour": 24 * calendar[1][-1], "day": calendar[1][-1], "month": len(calendar[1]) - 1}[calendar[0]]
    count = max(int(rows / slots), _FEWEST)
    for _ in range(4):
        resources = make(count)
        actual = _charges(resources, calendar)
        better = max(int(count * rows / max(actual, 1)), _FEWEST)
        if abs(better - count) <= count // 100:
            break
        count = better
    return resources


def _charges(resources: Resources, calendar: tuple[Grain, tuple[int, ...]]) -> int:
    grain, days_before = calendar
    if grain == "month":
        edges = np.array(days_before)
        alive = (resources.first_day[:, None] < edges[1:]) & (resources.end_day[:, None] > edges[:-1])
        return int((alive & (resources.first_day < resources.end_day)[:, None]).sum())
    return int((resources.end_day - resources.first_day).sum()) * (24 if grain == "hour" else 1)
