"""Every resource of the company: what it is, whose it truly is, how much of it is used on an average day.

Owns the resources of one source as arrays of equal length. How use moves from day to day is in usage.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from finmod.sample.drivers import ACTIVITY_ONE
from finmod.sample.prices import PRICE_DIGITS, QUANTITY_DIGITS, Sku, skus, supplier
from finmod.sample.products import DRIVERS, PLATFORMS, PRODUCTS
from finmod.sample.streams import Floats, Ints, Stream
from finmod.sample.tags import written_tags
from finmod.sample.teams import ACCOUNTS, TEAMS

_ENVIRONMENTS = ("production", "staging", "development")


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
    share = weights / weights.sum()
    whole = np.maximum(np.floor(share * count), 1).astype(np.int64)
    order = np.repeat(np.arange(len(weights)), whole)
    rest = count - len(order)
    if rest < 0:
        return np.argsort(-weights, kind="stable")[:count].astype(np.int64) if count < len(weights) else np.sort(order[:count])
    best = np.argsort(-(share * count - whole), kind="stable")
    return np.sort(np.concatenate([order, best[np.arange(rest) % len(weights)]])).astype(np.int64)


def make_resources(seed: int, source: str, count: int, activity: Ints, spend: float) -> Resources:
    """Return ``count`` resources of a source whose list cost over the window comes to about ``spend`` USD.

    Args:
        seed: The company's seed.
        source: Name of the source.
        count: Number of resources.
        activity: From ``drivers.usage_activity``.
        spend: List cost over the whole window, USD, an aim and not an amount.
    """
    offered = [(place, sku) for place, sku in enumerate(skus()) if sku.source == source]
    # The square root gives dear SKUs more resources and cheap ones still a few.
    rows = places(np.sqrt(np.array([sku.weight for _, sku in offered])), count)
    sku = np.array([offered[row][0] for row in rows], dtype=np.int64)
    owner = _owners(seed, source, sku)
    days = activity.shape[2]
    chance = Stream(seed, "resources", source, "life").uniform(count, 5)
    short = chance[:, 0] < 0.2  # noqa: PLR2004 -- one in five does not live through the window
    first_day = np.where(short & (chance[:, 1] < 0.6), np.floor(chance[:, 2] * days * 0.8), 0).astype(np.int64)  # noqa: PLR2004 -- most of them start late
    length = np.floor((0.2 + 0.8 * chance[:, 3]) * (days - first_day)).astype(np.int64)
    end_day = np.where(short & (first_day == 0), np.maximum(length, 1), days).astype(np.int64)
    launch = np.argmax(activity[:, len(DRIVERS)] > 0, axis=1)
    first_day = np.maximum(first_day, launch[owner])
    end_day = np.maximum(end_day, first_day)
    daily = _daily_cost(sku, owner, first_day, end_day, 0.25 + 3 * chance[:, 4] ** 3, activity, spend)
    multiple, size = _sizes(sku, daily, activity, owner)
    price = np.array([skus()[place].list_price for place in sku], dtype=np.int64) * multiple
    base = np.maximum(np.rint(daily * 10 ** (PRICE_DIGITS + QUANTITY_DIGITS) / price), 1).astype(np.int64)
    return _named(seed, source, sku, owner, (multiple, size), base, (first_day, end_day))


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
        spread = places(weights * usable + 1e-9, len(found)) if len(found) >= len(PRODUCTS) else drawn.choices(weights * usable, len(found))
        owner[found] = spread[drawn.shuffled(len(found))]
    return owner


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


def _daily_cost(sku: Ints, owner: Ints, first: Ints, end: Ints, share: Floats, activity: Ints, spend: float) -> Floats:  # noqa: PLR0913 -- arrays of one frame
    table, days = skus(), activity.shape[2]
    weight = np.array([table[place].weight for place in sku])
    within = np.zeros(len(table))
    np.add.at(within, sku, share)
    wanted = weight * share / within[sku]
    day = np.arange(days)
    mean = np.empty(len(sku))
    for start in range(0, len(sku), 500):
        part = slice(start, start + 500)
        alive = (day >= first[part, None]) & (day < end[part, None])
        mean[part] = (moving(sku[part], owner[part], activity) * alive).sum(axis=1) / (days * 100 * ACTIVITY_ONE)
    return np.asarray(wanted * spend / days / float((wanted * mean).sum()), dtype=np.float64)


def _sizes(sku: Ints, daily: Floats, activity: Ints, owner: Ints) -> tuple[Ints, tuple[str, ...]]:
    multiple, size = np.ones(len(sku), dtype=np.int64), [""] * len(sku)
    peak = activity[owner, 1].max(axis=1) / ACTIVITY_ONE
    for place, number in enumerate(sku):
        sizes = skus()[int(number)].sizes
        price = skus()[int(number)].list_price / 10**PRICE_DIGITS
        for name, times in sizes:
            multiple[place], size[place] = times, name
            if daily[place] * peak[place] <= price * times * 24:
                break
    return multiple, tuple(size)


def _named(  # noqa: PLR0913 -- arrays of one frame
    seed: int, source: str, sku: Ints, owner: Ints, sized: tuple[Ints, tuple[str, ...]], base: Ints, life: tuple[Ints, Ints]
) -> Resources:
    count = len(sku)
    chance = Stream(seed, "resources", source, "place").uniform(count, 4).tolist()
    regions, team, account, environment, region = supplier(source).regions, [], [], [], []
    for place in range(count):
        row, platform = chance[place], int(owner[place]) - len(PRODUCTS)
        kind = "production" if row[0] < 0.74 or platform >= 0 else _ENVIRONMENTS[1 + (row[0] > 0.86)]  # noqa: PLR2004 -- habit
        environment.append(kind)
        team.append(4 * int(owner[place]) + int(row[1] * 4) if platform < 0 else 4 * len(PRODUCTS) + platform)
        account.append(_account(source, int(owner[place]), row[2], production=kind == "production"))
        region.append(int(row[3] ** 2 * len(regions)))
    ids = tuple(
        _resource_id(source, skus()[int(sku[place])], ACCOUNTS[account[place]].number, regions[region[place]][0], place)
        for place in range(count)
    )
    owners = [_owner_words(int(owner[place]), team[place], environment[place]) for place in range(count)]
    names = tuple(f"{words[0] or words[1]}-{skus()[int(sku[place])].key}-{place:05d}" for place, words in enumerate(owners))
    return Resources(
        source, sku, owner, np.array(team, dtype=np.int64), tuple(environment), np.array(account, dtype=np.int64),
        np.array(region, dtype=np.int64), sized[0], sized[1], base, life[0], life[1], ids, names,
        tuple(written_tags(seed, source, owners)),
    )


def _owner_words(owner: int, team: int, environment: str) -> tuple[str, str, str, str]:
    platform = owner - len(PRODUCTS)
    product = PRODUCTS[owner].name if platform < 0 else ""
    return product, PLATFORMS[platform].name if platform >= 0 else "", TEAMS[team].name, environment


def _account(source: str, owner: int, chance: float, *, production: bool) -> int:
    name = PRODUCTS[owner].name if owner < len(PRODUCTS) else PLATFORMS[owner - len(PRODUCTS)].name
    own = [place for place, found in enumerate(ACCOUNTS) if found.source == source and found.owns == name]
    fitting = [place for place in own if ACCOUNTS[place].production == production] or own
    if fitting:
        return fitting[0]
    shared = [place for place, found in enumerate(ACCOUNTS) if found.source == source and found.owns == "shared"]
    fitting = [place for place in shared if ACCOUNTS[place].production == production] or shared
    return fitting[int(chance * len(fitting))]


def _resource_id(source: str, sku: Sku, account: str, region: str, place: int) -> str:
    if source == "aws":
        number = f"{place * 2654435761 % 2**40:010x}"
        if sku.resource_name in {"i", "vol", "eni", "nat"}:
            return f"{sku.resource_name}-0{number}"
        return f"arn:aws:{sku.service_code.removeprefix('Amazon').removeprefix('AWS').lower()}:{region}:{account}:{sku.resource_name}/{number}"
    if source == "azure":
        return f"/subscriptions/{account}/resourcegroups/rg-{place % 40:02d}/providers/microsoft.{sku.category.lower().replace(' ', '')}/{sku.resource_name}/{sku.key}{place:05d}".lower()
    if source == "gcp":
        return f"//{sku.key}.googleapis.com/projects/{account}/locations/{region}/{sku.resource_name}/{sku.key}-{place:05d}"
    return f"{account}/{sku.resource_name}/{sku.key}-{place:05d}".lower()
