"""Every resource of the company: what it is, whose it truly is, how much of it is used on an average day.

Owns the resources of one source as arrays of equal length. How use moves from day to day is in usage.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from finmod.sample.drivers import ACTIVITY_ONE
from finmod.sample.homes import make_homes
from finmod.sample.prices import PRICE_DIGITS, QUANTITY_DIGITS, Sku, skus, supplier
from finmod.sample.products import DRIVERS, PLATFORMS, PRODUCTS
from finmod.sample.streams import Floats, Ints, Stream
from finmod.sample.tags import written_tags

# One resource in five does not live through the window; most of those start late, the others end early.
_SHORT_LIVED, _BORN_LATE = 0.2, 0.6


@dataclass(frozen=True)
class Resources:
    """The resources of one source, in the order of their numbers.

    Attributes:
        sku: Place in ``prices.skus()``.
        owner: Product's place, or number of products + platform's place.
        team: Place in ``TEAMS``.
        environment: Name of the true environment.
        account: Place in ``ACCOUNTS``.
        region: Place in the supplier's regions.
        multiple: Multiple of the SKU's list price, by size.
        size: Name of the size; "" where there is one.
        base: Use of an average day, integer of 1e-4 pricing units.
        first_day: First day of life, place in the window.
        end_day: Day after the last day of life.
        ids: The supplier's resource ids.
        names: Names that people gave.
        tags: What people wrote.
    """

    source: str
    sku: Ints
    owner: Ints
    team: Ints
    environment: tuple[str, ...]
    account: Ints
    region: Ints
    multiple: Ints
    size: tuple[str, ...]
    base: Ints
    first_day: Ints
    end_day: Ints
    ids: tuple[str, ...]
    names: tuple[str, ...]
    tags: tuple[dict[str, str], ...]

    @property
    def count(self) -> int:
        """Return the number of resources."""
        return len(self.ids)


def places(weights: Floats, count: int) -> Ints:
    """Return ``count`` places spread by weight, every place at least once while there is room."""
    share = weights / math.fsum(weights.tolist())
    whole = np.maximum(np.floor(share * count), 1).astype(np.int64)
    order = np.repeat(np.arange(len(weights)), whole)
    rest = count - len(order)
    if rest < 0:
        return (
            np.argsort(-weights, kind="stable")[:count].astype(np.int64)
            if count < len(weights)
            else np.sort(order[:count])
        )
    best = np.argsort(-(share * count - whole), kind="stable")
    return np.sort(np.concatenate([order, best[np.arange(rest) % len(weights)]])).astype(np.int64)


@dataclass(frozen=True)
class _Draft:
    """Resources before they have names: what they are, whose, and when they live."""

    sku: Ints
    owner: Ints
    first_day: Ints
    end_day: Ints
    share: Floats


def make_resources(seed: int, source: str, count: int, activity: Ints, spend: float) -> Resources:
    """Return ``count`` resources of a source whose list cost over the window comes to about ``spend`` USD.

    Args:
        seed: The company's seed.
        source: Name of the source.
        count: Number of resources.
        activity: From ``drivers.usage_activity``.
        spend: List cost over the whole window, USD, an aim and not an amount.
    """
    draft = _draft(seed, source, count, activity)
    daily = _daily_cost(draft, activity, spend)
    multiple, size = _sizes(draft, daily, activity)
    price = np.array([skus()[place].list_price for place in draft.sku], dtype=np.int64) * multiple
    base = np.maximum(np.rint(daily * 10 ** (PRICE_DIGITS + QUANTITY_DIGITS) / price), 1).astype(np.int64)
    homes = make_homes(seed, source, draft.sku.tolist(), draft.owner.tolist())
    return Resources(
        source=source,
        sku=draft.sku,
        owner=draft.owner,
        team=np.array([home.team for home in homes], dtype=np.int64),
        environment=tuple(home.environment for home in homes),
        account=np.array([home.account for home in homes], dtype=np.int64),
        region=np.array([home.region for home in homes], dtype=np.int64),
        multiple=multiple,
        size=size,
        base=base,
        first_day=draft.first_day,
        end_day=draft.end_day,
        ids=tuple(home.resource_id for home in homes),
        names=tuple(home.name for home in homes),
        tags=tuple(written_tags(seed, source, [home.truth for home in homes])),
    )


def _draft(seed: int, source: str, count: int, activity: Ints) -> _Draft:
    offered = [(place, sku) for place, sku in enumerate(skus()) if sku.source == supplier(source).catalogue]
    # The square root gives dear SKUs more resources and cheap ones still a few.
    rows = places(np.sqrt(np.array([sku.weight for _, sku in offered])), count)
    sku = np.array([offered[row][0] for row in rows], dtype=np.int64)
    owner = _owners(seed, source, sku)
    days = activity.shape[2]
    chance = Stream(seed, "resources", source, "life").uniform(count, 5)
    short, late = chance[:, 0] < _SHORT_LIVED, chance[:, 1] < _BORN_LATE
    born = np.where(short & late, np.floor(chance[:, 2] * days * 0.8), 0).astype(np.int64)
    length = np.floor((0.2 + 0.8 * chance[:, 3]) * (days - born)).astype(np.int64)
    end_day = np.where(short & (born == 0), np.maximum(length, 1), days).astype(np.int64)
    launch = np.argmax(activity[:, len(DRIVERS)] > 0, axis=1)
    first_day = np.maximum(born, launch[owner])
    size = chance[:, 4]
    return _Draft(sku, owner, first_day, np.maximum(end_day, first_day), 0.25 + 3 * size * size * size)


def _owners(seed: int, source: str, sku: Ints) -> Ints:
    drawn = Stream(seed, "resources", source, "owner")
    weights = np.array([product.weight for product in PRODUCTS])
    owner = np.empty(len(sku), dtype=np.int64)
    platform_names = [platform.name for platform in PLATFORMS]
    for place in np.unique(sku):
        found = np.flatnonzero(sku == place)
        item = skus()[int(place)]
        if item.platform:
            owner[found] = len(PRODUCTS) + platform_names.index(item.platform)
            continue
        usable = np.array([1.0 if _uses(item, name) else 0.0 for name in range(len(PRODUCTS))])
        # With room for everybody each user of the SKU has at least one.
        roomy = len(found) >= len(PRODUCTS)
        fair = weights * usable
        spread = _users(fair, len(found)) if roomy else drawn.choices(fair, len(found))
        owner[found] = spread[drawn.shuffled(len(found))]
    return owner


def _users(weights: Floats, count: int) -> Ints:
    used = np.flatnonzero(weights)
    return np.asarray(used[places(weights[used], count)], dtype=np.int64)


def _uses(sku: Sku, product: int) -> bool:
    return sku.driver == "flat" or PRODUCTS[product].levels[DRIVERS.index(sku.driver)] > 0


def _driver_row(sku: Sku) -> int:
    return DRIVERS.index(sku.driver) if sku.driver in DRIVERS else len(DRIVERS)


def moving(sku: Ints, owner: Ints, activity: Ints) -> Ints:
    """Return use per resource and day as integers of 1e-6 of the base: the fixed part and the part that follows."""
    table = skus()
    row = np.array([_driver_row(table[place]) for place in sku], dtype=np.int64)
    variable = np.array([table[place].variable for place in sku], dtype=np.int64)[:, None]
    alive = activity[owner, len(DRIVERS)] > 0
    return np.asarray(((100 - variable) * ACTIVITY_ONE + variable * activity[owner, row]) * alive, dtype=np.int64)


def standing(sku: Ints) -> Ints:
    """Return the part of ``moving`` per resource that is there without any activity, integers of 1e-6 of the base."""
    return np.array([(100 - skus()[place].variable) * ACTIVITY_ONE for place in sku.tolist()], dtype=np.int64)


def _daily_cost(draft: _Draft, activity: Ints, spend: float) -> Floats:
    """Return the list cost of an average day in USD, so that the window comes to ``spend``."""
    table, days, count = skus(), activity.shape[2], len(draft.sku)
    weight = np.array([table[place].weight for place in draft.sku])
    within = np.zeros(len(table))
    np.add.at(within, draft.sku, draft.share)
    wanted = weight * draft.share / within[draft.sku]
    day, mean = np.arange(days), np.empty(count)
    # In blocks: a frame of resources x days would not stay small.
    for start in range(0, count, 500):
        part = slice(start, start + 500)
        alive = (day >= draft.first_day[part, None]) & (day < draft.end_day[part, None])
        use = (moving(draft.sku[part], draft.owner[part], activity) * alive).sum(axis=1)
        mean[part] = use / (days * 100 * ACTIVITY_ONE)
    # fsum is the same on every processor; numpy's sum need not be.
    return np.asarray(wanted * (spend / days / math.fsum((wanted * mean).tolist())), dtype=np.float64)


def _sizes(draft: _Draft, daily: Floats, activity: Ints) -> tuple[Ints, tuple[str, ...]]:
    """Return the smallest size of which one is enough on the busiest day: its price multiple and its name."""
    multiple, size = np.ones(len(draft.sku), dtype=np.int64), [""] * len(draft.sku)
    peak = activity[draft.owner, 1].max(axis=1) / ACTIVITY_ONE
    for place, number in enumerate(draft.sku.tolist()):
        price = skus()[number].list_price / 10**PRICE_DIGITS
        for name, times in skus()[number].sizes:
            multiple[place], size[place] = times, name
            if daily[place] * peak[place] <= price * times * 24:
                break
    return multiple, tuple(size)
