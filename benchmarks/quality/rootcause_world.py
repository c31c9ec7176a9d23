"""The sample company's bill of two months as leaves, with causes put in: what a search for root causes is judged on.

Owns the cases. Leaves are resources with their true account, region, service and SKU and the tags that people wrote,
cost is effective cost as commitments left it, and between the months resources come and go, products grow and prices
fall as they do in the sample. Nothing is written: worlds are made in memory.

A cause is a combination of one to three values that a leaf has, drawn by money. What it does to its leaves is a factor,
from nothing (new) or to nothing (ended). A move ends a combination and begins the same one at another value of one
dimension. Beside that every leaf has noise, the whole bill grows, and resources are replaced by others of their kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from finmod.sample.months import parse_month
from finmod.sample.prices import AMOUNT_DIGITS, SOURCES, skus, supplier
from finmod.sample.products import PRODUCTS
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import month_usage
from finmod.sample.world import World, make_world

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

DIMENSIONS = (
    "ServiceProviderName",
    "SubAccountName",
    "RegionId",
    "ServiceName",
    "SkuId",
    "x_Product",
    "x_Environment",
)
RESOURCE = "ResourceId"
_HIDDEN = ("source", "place in the price list", "owner")
KINDS = ("growth", "decline", "new", "ended", "move")
_BY_FACTOR = ("growth", "decline")
MONTHS = 9
_SPEND = Decimal(8_000_000)
_END = "2026-10"
_TO_UNITS = 10 ** (12 - AMOUNT_DIGITS)
_SIZES = (41_667, 41_667, 125_000)
_NOISES = (0.0, 0.05, 0.1, 0.2, 0.3)
_CHURN = (0.0, 0.1, 0.3)
_SPREADS = (0.0, 0.15, 0.3)
_REACHES = (1.0, 1.0, 0.8)
_LEAST, _MOST = 0.007, 0.25  # of the bill: a cause moves at least, and at most, so much
_OF_ONE = (0.015, 0.08)  # of the bill: what one resource costs more
_WIDEST = 0.4  # of the bill: beyond that a cause is the growth of the whole
_SHARED = 0.3  # of a cause: so much of it may be in another one
_TRIES = 4_000
_MOST_CAUSES = 3
_MOVE_EACH = 6  # cases: the last of so many is a move
_ENVIRONMENTS = {"prod": "production", "prd": "production", "stage": "staging", "stg": "staging"} | {
    "dev": "development",
    "develop": "development",
}
_MOVABLE = ("SubAccountName", "RegionId")

Named = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Bill:
    """Leaves of two months.

    Attributes:
        texts: Dimension, ``ResourceId`` or one of ``_HIDDEN`` -> per leaf its text; None where people wrote none.
        before: Per leaf, integers of 1e-12 USD.
        after: Likewise.
        happened: What moved costs in the sample itself, by hidden texts: launches, price cuts, incidents, initiatives.
    """

    texts: Mapping[str, Texts]
    before: Ints
    after: Ints
    happened: tuple[Named, ...] = ()

    def selected(self, name: Named) -> Flags:
        """Return which leaves have all values of a combination."""
        found = np.ones(len(self.before), dtype=np.bool_)
        for dimension, value in name:
            found &= self.texts[dimension] == value
        return found


@dataclass(frozen=True)
class Injected:
    """A cause that was put in.

    Attributes:
        name: Its combination.
        kind: One of ``KINDS``.
        factor: Of cost; 0 for what ended, infinite for what is new.
        size: What it moved, as a part of the bill after.
        leaves: Which leaves of the final bill it has.
        spread: Standard deviation of the logarithm of its factor from leaf to leaf.
        reach: Part of its leaves that it reaches.
    """

    name: Named
    kind: str
    factor: float
    size: float
    leaves: Flags
    spread: float = 0.0
    reach: float = 1.0


@dataclass(frozen=True)
class Case:
    """A bill and what was done to it.

    Attributes:
        seed: Of the company.
        number: Of the case in it.
        bill: Both months.
        causes: What was put in.
        noise: Standard deviation of the logarithm of what each leaf has by chance.
        churn: Part of the resources that were replaced.
        growth: Of the whole bill, beyond that of the sample.
    """

    seed: int
    number: int
    bill: Bill
    causes: tuple[Injected, ...]
    noise: float
    churn: float
    growth: float


def cases(seed: int, count: int) -> Iterator[Case]:
    """Yield cases of one company, each of two of its months and with one to three causes, or one move.

    Args:
        seed: Of the company; the same gives the same cases.
        count: How many.
    """
    for case, chance in _disturbed(seed, count):
        is_move = (case.number + 1) % _MOVE_EACH == 0
        most = 1 + case.number % _MOST_CAUSES
        bill, causes = _moved(case.bill, chance) if is_move else _injected(case.bill, chance, most)
        bill = _replaced(bill, case.churn, chance)
        yield replace(case, bill=bill, causes=tuple(replace(one, leaves=bill.selected(one.name)) for one in causes))


def resource_cases(seed: int, count: int) -> Iterator[Case]:
    """Yield cases of one company in which one resource of a large combination costs more, and all others go on.

    Args:
        seed: Of the company; the same gives the same cases.
        count: How many.
    """
    for case, chance in _disturbed(seed, count, 2):
        bill = _replaced(case.bill, case.churn, chance)
        weight = np.minimum(bill.before, bill.after).astype(np.float64)
        leaf = int(chance.choice(len(weight), p=weight / weight.sum()))
        name: Named = ((RESOURCE, bill.texts[RESOURCE][leaf]),)
        rows, size = bill.selected(name), float(chance.uniform(*_OF_ONE))
        moved = _times(bill.after, 1 + size * float(bill.after.sum()) / float(bill.after[rows].sum()))
        bill = replace(bill, after=np.where(rows, moved, bill.after))
        yield replace(case, bill=bill, causes=(Injected(name, "growth", np.nan, size, rows),))


def _disturbed(seed: int, count: int, *stream: int) -> Iterator[tuple[Case, np.random.Generator]]:
    """Yield cases of two months with noise and growth, in which nothing was done yet, and the chance to go on with."""
    world = _world(seed)
    for number in range(count):
        chance = np.random.default_rng([seed, number, *stream])
        bill = natural(world, int(chance.integers(0, MONTHS - 1)))
        noise, churn = float(chance.choice(_NOISES)), float(chance.choice(_CHURN))
        growth = float(chance.uniform(0.95, 1.2))
        factors = np.exp(noise * chance.standard_normal(len(bill.after))) * growth
        bill = replace(bill, after=_times(bill.after, factors))
        yield Case(seed, number, bill, (), noise, churn, growth), chance


@cache
def _world(seed: int) -> World:
    rows = _SIZES[seed % len(_SIZES)] * MONTHS
    return make_world(seed=seed, months=MONTHS, end=parse_month(_END), rows=rows, spend=_SPEND)


def natural(world: World, month: int) -> Bill:
    """Return the bill of a month and the next, of the resources that cost anything in one of them."""
    columns: dict[str, list[str | None]] = {name: [] for name in (*DIMENSIONS, RESOURCE, *_HIDDEN)}
    both: list[list[Ints]] = [[], []]
    for source in SOURCES:
        resources, table = world.resources[source], skus()
        regions = supplier(source).regions
        columns["ServiceProviderName"] += [supplier(source).name] * resources.count
        columns["SubAccountName"] += [ACCOUNTS[place].name for place in resources.account.tolist()]
        columns["RegionId"] += [regions[place][0] for place in resources.region.tolist()]
        columns["ServiceName"] += [table[place].service_name for place in resources.sku.tolist()]
        columns["SkuId"] += [f"{source}-{table[place].key}" for place in resources.sku.tolist()]
        columns["x_Product"] += [_product(tags) for tags in resources.tags]
        columns["x_Environment"] += [_environment(tags) for tags in resources.tags]
        columns[RESOURCE] += resources.ids
        columns["source"] += [source] * resources.count
        columns["place in the price list"] += map(str, resources.sku.tolist())
        columns["owner"] += map(str, resources.owner.tolist())
        for side, number in zip(both, (month, month + 1), strict=True):
            usage, cost = month_usage(world, source, number), np.zeros(resources.count, dtype=np.int64)
            np.add.at(cost, usage.resource, usage.quantity * usage.effective_price * _TO_UNITS)
            side.append(cost)
    before, after = (np.concatenate(side) for side in both)
    there = (before != 0) | (after != 0)
    texts = {name: np.array(column, dtype=object)[there] for name, column in columns.items()}
    return Bill(texts, before[there], after[there], tuple(_happened(world, month)))


def _happened(world: World, month: int) -> Iterator[Named]:
    """Yield what the sample itself knows to have moved costs from a month to the next."""
    for product, day in enumerate(world.drivers.launch_day.tolist()):
        if day and any(world.days_before[at] <= day < world.days_before[at + 1] for at in (month, month + 1)):
            yield (("owner", str(product)),)
    for cut in world.price_cuts:
        if cut.from_month == month + 1:
            yield (("place in the price list", str(cut.sku)),)
    start, end = world.days_before[month], world.days_before[month + 2]
    for one in world.effects:
        if one.first_day < end and one.end_day > start:
            yield (("source", one.source), ("place in the price list", str(one.sku)), ("owner", str(one.owner)))


def _product(tags: Mapping[str, str]) -> str | None:
    written = tags.get("product") or tags.get("Product") or tags.get("app")
    word = written.strip().casefold() if written else None
    for product in PRODUCTS:
        if word in {product.name, *(each.casefold() for each in product.synonyms)}:
            return product.name
    return word


def _environment(tags: Mapping[str, str]) -> str | None:
    word = tags.get("environment", "").casefold()
    return _ENVIRONMENTS.get(word, word) or None


def _times(amounts: Ints, factor: NDArray[np.float64] | float) -> Ints:
    return np.asarray(np.rint(amounts * factor), dtype=np.int64)


def _drawn(bill: Bill, chance: np.random.Generator) -> Named:
    """Return a combination of one to three values of a leaf, which is drawn by what it costs."""
    weight = (bill.before + bill.after).astype(np.float64)
    leaf = int(chance.choice(len(weight), p=weight / weight.sum()))
    width = int(chance.integers(1, 4))
    dimensions = sorted(chance.choice(len(DIMENSIONS), width, replace=False).tolist())
    return tuple((name, bill.texts[name][leaf]) for name in (DIMENSIONS[place] for place in dimensions))


def _injected(bill: Bill, chance: np.random.Generator, wanted: int) -> tuple[Bill, tuple[Injected, ...]]:
    """Return the bill with so many causes, or fewer where no more fit."""
    causes: list[Injected] = []
    for _ in range(_TRIES):
        if len(causes) == wanted:
            break
        name = _drawn(bill, chance)
        kind = str(chance.choice(("growth", "growth", "decline", "new", "ended")))
        rows = bill.selected(name)
        if any(value is None for _, value in name) or _is_shared(bill, rows, causes) or _is_wide(bill, rows):
            continue
        spread, reach = float(chance.choice(_SPREADS)), float(chance.choice(_REACHES))
        factor = _factor(kind, chance)
        reached = rows & (chance.random(len(rows)) < reach) if kind in _BY_FACTOR else rows
        each = factor * np.exp(spread * chance.standard_normal(len(rows)))
        changed = replace(bill, before=np.where(rows, 0, bill.before)) if kind == "new" else bill
        if kind != "new":
            changed = replace(bill, after=np.where(reached, _times(bill.after, each), bill.after))
        size = _size(bill, changed)
        if _LEAST <= size <= _MOST:
            bill = changed
            traits = (spread, reach) if kind in _BY_FACTOR else (0.0, 1.0)
            causes.append(Injected(name, kind, factor, size, rows, *traits))
    return bill, tuple(causes)


def _factor(kind: str, chance: np.random.Generator) -> float:
    if kind == "growth":
        return float(np.exp(chance.uniform(np.log(1.3), np.log(6))))
    if kind == "decline":
        return float(chance.uniform(0.2, 0.75))
    return float("inf") if kind == "new" else 0.0


def _size(bill: Bill, changed: Bill) -> float:
    moved = np.abs(changed.after - bill.after) + np.abs(changed.before - bill.before)
    return float(moved.sum() / changed.after.sum())


def _is_wide(bill: Bill, rows: Flags) -> bool:
    return float(bill.before[rows].sum()) > _WIDEST * float(bill.before.sum())


def _is_shared(bill: Bill, rows: Flags, causes: list[Injected]) -> bool:
    """Return whether too much of a cause, or of one that is there, would be in both."""
    cost = (bill.before + bill.after).astype(np.float64)
    both = [(float(cost[rows & one.leaves].sum()), float(cost[one.leaves].sum())) for one in causes]
    own = float(cost[rows].sum())
    return any(common > _SHARED * min(own, other) for common, other in both)


def _moved(bill: Bill, chance: np.random.Generator) -> tuple[Bill, tuple[Injected, ...]]:
    """Return the bill with a combination that ended, and began at another value of one of its dimensions."""
    for _ in range(_TRIES):
        name = _drawn(bill, chance)
        rows = bill.selected(name)
        places = [place for place, (dimension, _) in enumerate(name) if dimension in _MOVABLE]
        if any(value is None for _, value in name) or not places or _is_wide(bill, rows):
            continue
        dimension = name[places[0]][0]
        near = bill.texts["ServiceProviderName"] == bill.texts["ServiceProviderName"][np.argmax(rows)]
        value = str(chance.choice(sorted(set(bill.texts[dimension][near].tolist()))))
        target = (*name[: places[0]], (dimension, value), *name[places[0] + 1 :])
        size = float(bill.after[rows].sum() / bill.after.sum())
        if bill.selected(target).any() or not _LEAST <= size <= _MOST:
            continue
        return _migrated(bill, rows, (name, target), size)
    return bill, ()


def _migrated(bill: Bill, rows: Flags, names: tuple[Named, Named], size: float) -> tuple[Bill, tuple[Injected, ...]]:
    source, target = names
    (dimension, value) = next(pair for pair in target if pair not in source)
    moved = _elsewhere(bill, rows, "moved")
    moved.texts[dimension][len(rows) :] = value
    ended, new = moved.selected(source), moved.selected(target)
    return moved, (
        Injected(source, "move", 0.0, size, ended),
        Injected(target, "move", float("inf"), size, new),
    )


def _replaced(bill: Bill, churn: float, chance: np.random.Generator) -> Bill:
    """Return the bill with some leaves under another resource's id in the month after.

    What a leaf has before stays with the old id: leaves of a combination are those of both.
    """
    rows = (chance.random(len(bill.before)) < churn) & (bill.before != 0) & (bill.after != 0)
    return _elsewhere(bill, rows, "replaced")


def _elsewhere(bill: Bill, rows: Flags, ending: str) -> Bill:
    """Return the bill with what some leaves have after in leaves of their own, behind the others, by another id."""
    texts = {name: np.concatenate([column, column[rows]]) for name, column in bill.texts.items()}
    texts[RESOURCE][len(rows) :] = [f"{one}-{ending}" for one in texts[RESOURCE][len(rows) :]]
    before = np.concatenate([bill.before, np.zeros(int(rows.sum()), dtype=np.int64)])
    after = np.concatenate([np.where(rows, 0, bill.after), bill.after[rows]])
    return replace(bill, texts=texts, before=before, after=after)
