"""What drives the company: orders, requests, active users and stored GB, per product line and day.

Owns growth, rhythm of week and year, launches and noise. Activity is an integer of 1e-4 around 10,000, so that
everything after it is integer arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from finmod.sample.products import DRIVERS, PLATFORMS, PRODUCTS, Product
from finmod.sample.streams import Floats, Ints, Stream

ACTIVITY_ONE = 10_000
_YEAR = 365.25
_SATURDAY = 5
# Share of a working day's load by hour, UTC; the sum is the divisor when a day is cut into hours.
HOURLY_LOAD = (26, 22, 20, 19, 20, 24, 31, 38, 45, 50, 53, 55, 56, 56, 57, 58, 60, 61, 60, 58, 53, 46, 38, 31)


@dataclass(frozen=True)
class Drivers:
    """The drivers of the whole window.

    Attributes:
        days: Every day of the window.
        launch_day: Per product the place of its first day in ``days``.
        activity: Integers of 1e-4, product x driver x day; 0 before a launch.
        levels: What users see, in units, product x driver x day.
        platform_use: True use of each platform, platform x product x day, integers; a share of the day's sum.
    """

    days: tuple[date, ...]
    launch_day: Ints
    activity: Ints
    levels: Ints
    platform_use: Ints


def make_drivers(seed: int, first: date, count: int) -> Drivers:
    """Return the drivers for ``count`` days from ``first``."""
    days = tuple(first + timedelta(days=offset) for offset in range(count))
    launch_day = np.array(
        [int(count * product.launched_at) if product.launched_at else 0 for product in PRODUCTS], dtype=np.int64
    )
    activity = np.zeros((len(PRODUCTS), len(DRIVERS), count), dtype=np.int64)
    levels = np.zeros_like(activity)
    for place, product in enumerate(PRODUCTS):
        for column, driver in enumerate(DRIVERS):
            stream = Stream(seed, "drivers", product.name, driver, first.isoformat())
            curve = _curve(product, driver, days, int(launch_day[place]), stream)
            activity[place, column] = np.rint(curve * ACTIVITY_ONE).astype(np.int64)
            reading = stream.integers(9_900, 10_101, count)
            levels[place, column] = product.levels[column] * activity[place, column] // ACTIVITY_ONE * reading // 10_000
    return Drivers(days, launch_day, activity, levels, _platform_use(activity))


def _curve(product: Product, driver: str, days: tuple[date, ...], launch: int, stream: Stream) -> Floats:
    ordinal = np.array([day.toordinal() for day in days], dtype=np.float64)
    elapsed = (ordinal - ordinal[0]) / _YEAR
    noise = 1 + (stream.uniform(len(days)) - 0.5) * (0.01 if driver == "stored_gb" else 0.06)
    growth = np.exp(np.log1p(product.growth * (1.3 if driver == "stored_gb" else 1.0)) * elapsed)
    if driver == "stored_gb":
        curve = growth * noise
    else:
        weekday = np.array([day.weekday() for day in days])
        week = np.where(weekday >= _SATURDAY, product.weekend, 1.0)
        in_year = np.array([day.timetuple().tm_yday for day in days], dtype=np.float64)
        season = 1 + product.season * np.cos(2 * np.pi * (in_year - 331) / _YEAR)
        curve = growth * week * season * noise
    since = np.arange(len(days)) - launch
    ramp = np.clip((since + 1) / 60, 0, 1) if launch else np.ones(len(days))
    return np.asarray(curve * ramp, dtype=np.float64)


def _platform_use(activity: Ints) -> Ints:
    use = np.zeros((len(PLATFORMS), len(PRODUCTS), activity.shape[2]), dtype=np.int64)
    for row, platform in enumerate(PLATFORMS):
        column = DRIVERS.index(platform.driver)
        for place, product in enumerate(PRODUCTS):
            use[row, place] = platform.use.get(product.name, 0) * activity[place, column] // 10
    return use


def usage_activity(drivers: Drivers) -> Ints:
    """Return activity for products, then platforms: owner x driver x day; the last driver row is ``flat``."""
    products, count, days = drivers.activity.shape
    result = np.full((products + len(PLATFORMS), count + 1, days), ACTIVITY_ONE, dtype=np.int64)
    result[:products, :count] = drivers.activity
    for row, platform in enumerate(PLATFORMS):
        weights = np.array([platform.use.get(product.name, 0) for product in PRODUCTS], dtype=np.int64)
        mixed = np.tensordot(weights, drivers.activity, axes=1) // max(int(weights.sum()), 1)
        result[products + row, :count] = mixed
    # A product that is not launched has no flat use either.
    for place in range(products):
        result[place, count, : int(drivers.launch_day[place])] = 0
    return result
