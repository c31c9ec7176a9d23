"""What was used in one month, and which commitment covered it: exact integers, one cell per resource and slot.

Owns quantities, coverage and the true effect of incidents and initiatives. A slot is a day; a whole month where the
sample is small. Cutting a day into hours is left to the engine, which cuts quantities by ``HOURLY_LOAD``, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from finmod.sample.behaviour import month_parts
from finmod.sample.commitments import covers
from finmod.sample.months import Month
from finmod.sample.prices import supplier
from finmod.sample.resources import moving, standing
from finmod.sample.streams import Flags, Ints, Stream
from finmod.sample.world import World


@dataclass(frozen=True)
class Covered:
    """What a commitment did in each slot of a month; money in 1e-10 USD, quantity in 1e-4 units.

    Attributes:
        number: Place in ``World.commitments``.
        used: Effective cost of what it covered.
        quantity: Quantity that it covered.
        on_demand: List cost of what it covered.
        total: Cost of the whole slot, used or not.
    """

    number: int
    used: Ints
    quantity: Ints
    on_demand: Ints
    total: Ints


@dataclass(frozen=True)
class Usage:
    """One source in one month. Cells are ordered by slot, resource, commitment.

    Attributes:
        source: Name of the source.
        month: The billing period.
        number: Place of the month in the window.
        starts: First instant of each slot, UTC.
        hours: Hours of each slot.
        resource: Per cell the number of the resource.
        slot: Per cell the place of the slot.
        commitment: Per cell the place of the covering commitment, -1 for none.
        quantity: Per cell in 1e-4 pricing units.
        list_price: Per cell in 1e-6 USD.
        contracted_price: Per cell in 1e-6 USD.
        effective_price: Per cell in 1e-6 USD.
        covered: What each active commitment did.
        effects: (effect's name, day, cost at list price with minus without), where not 0.
        sku_of_resource: Place in the price list of each resource of the source.
        elsewhere: Per cell whether another payer than the company's is billed for it.
        parts: ``behaviour.month_parts``: what products' direct use cost, fixed and by driver.
    """

    source: str
    month: Month
    number: int
    starts: tuple[datetime, ...]
    hours: Ints
    resource: Ints
    slot: Ints
    commitment: Ints
    quantity: Ints
    list_price: Ints
    contracted_price: Ints
    effective_price: Ints
    covered: tuple[Covered, ...]
    effects: tuple[tuple[str, int, int], ...]
    sku_of_resource: Ints
    elsewhere: Flags
    parts: Ints


def month_usage(world: World, source: str, number: int) -> Usage:
    """Return what a source's resources used in the window's month of that number."""
    month = world.months[number]
    quantity, effects, parts_of_use = _quantities(world, source, number)
    days = range(month.days)
    starts: tuple[datetime, ...] = tuple(month.start + timedelta(days=day) for day in days)
    hours = np.full(month.days, 24, dtype=np.int64)
    if world.grain == "month":
        alive = (quantity >= 0).any(axis=1)
        quantity = np.where(alive, np.where(quantity >= 0, quantity, 0).sum(axis=1), -1)[:, None]
        starts, hours = (month.start,), np.array([24 * month.days], dtype=np.int64)
    price = world.list_prices(source, number)
    contracted = np.maximum(price * (1000 - supplier(source).off_list) // 1000, 1)
    accounts, elsewhere = world.resources[source].account, world.move.elsewhere(starts)
    parts, covered = _cover(world, source, month, (quantity, hours, price, elsewhere[accounts]))
    row, slot = np.nonzero(quantity >= 0)
    rest = np.full(len(row), -1, dtype=np.int64)
    parts.append((row, slot, rest, quantity[row, slot], contracted[row]))
    resource, slot, commitment, amount, effective = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((commitment, resource, slot))
    resource, slot = resource[order], slot[order]
    return Usage(
        source,
        month,
        number,
        starts,
        hours,
        resource,
        slot,
        commitment[order],
        amount[order],
        price[resource],
        contracted[resource],
        effective[order],
        tuple(covered),
        tuple(effects),
        world.resources[source].sku,
        elsewhere[accounts[resource], slot],
        parts_of_use,
    )


def _quantities(world: World, source: str, number: int) -> tuple[Ints, list[tuple[str, int, int]], Ints]:
    """Return quantity per resource and day, -1 where the resource does not live, what each effect cost, and parts."""
    resources, first = world.resources[source], world.days_before[number]
    days = slice(first, world.days_before[number + 1])
    day = np.arange(days.start, days.stop)
    alive = (day >= resources.first_day[:, None]) & (day < resources.end_day[:, None])
    quantity, normal, fixed = _undisturbed(world, source, number, alive)
    price = world.list_prices(source, number)
    effects: list[tuple[str, int, int]] = []
    step = supplier(source).step
    for effect in world.effects:
        if effect.source != source or effect.first_day >= days.stop or effect.end_day <= days.start:
            continue
        rows = np.flatnonzero((resources.sku == effect.sku) & (resources.owner == effect.owner))
        columns = np.flatnonzero((day >= effect.first_day) & (day < effect.end_day))
        block = np.ix_(rows, columns)
        changed = quantity[block] * effect.factor // 1000 // step * step
        delta = ((changed - quantity[block]) * price[rows][:, None]).sum(axis=0)
        quantity[block] = changed
        if effect.kind == "initiative":
            normal[block] = normal[block] * effect.factor // 1000 // step * step
            fixed[block] = fixed[block] * effect.factor // 1000 // step * step
        effects += [
            (effect.name, int(day[column]), int(cost)) for column, cost in zip(columns, delta, strict=True) if cost
        ]
    sums = (quantity.sum(axis=1), normal.sum(axis=1), fixed.sum(axis=1))
    return np.where(alive, quantity, -1), effects, month_parts(world, source, number, sums)


def _undisturbed(world: World, source: str, number: int, alive: Flags) -> tuple[Ints, Ints, Ints]:
    """Return use per resource and day before any effect, the same once more, and its part that follows no driver."""
    resources, step = world.resources[source], supplier(source).step
    days = slice(world.days_before[number], world.days_before[number + 1])
    label = world.months[number].label
    noise = Stream(world.seed, "usage", source, label).integers(965, 1036, resources.count, world.months[number].days)
    use = moving(resources.sku, resources.owner, world.activity[:, :, days])
    still = standing(resources.sku)[:, None]
    quantity, fixed = (
        resources.base[:, None] * (of_base // 100) // 10_000 * noise // 1000 // step * step for of_base in (use, still)
    )
    quantity = np.where(alive, np.maximum(quantity, step), 0)
    return quantity, quantity.copy(), np.where(alive, np.minimum(fixed, quantity), 0)


_Part = tuple[Ints, Ints, Ints, Ints, Ints]


def _cover(
    world: World, source: str, month: Month, frame: tuple[Ints, Ints, Ints, Flags]
) -> tuple[list[_Part], list[Covered]]:
    """Take what commitments cover out of the quantities (in place) and return it as cells of its own."""
    (quantity, hours, price, elsewhere), seller = frame, supplier(source)
    parts: list[_Part] = []
    covered: list[Covered] = []
    for number, held in enumerate(world.commitments):
        if held.source != source or not held.active(month):
            continue
        rows = covers(world.resources[source], held.eligible, held.size)
        rate = np.maximum(price[rows] * (1000 - held.discount) // 1000, 1)
        rate = np.full_like(rate, held.rate) if held.by_quantity else rate
        weight = np.ones_like(rate) if held.by_quantity else rate
        # A commitment covers nothing on another payer's bill.
        open_quantity = np.where(elsewhere[rows], 0, np.maximum(quantity[rows], 0))
        need = open_quantity * weight[:, None]
        room = held.hourly * hours - (np.cumsum(need, axis=0) - need)
        taken = np.clip(room, 0, need) // weight[:, None] // seller.step * seller.step
        row, slot = np.nonzero(taken)
        # Credits take off what the supplier first bills at its own price.
        paid = price[rows] if seller.by_credit else rate
        parts.append((rows[row], slot, np.full(len(row), number, dtype=np.int64), taken[row, slot], paid[row]))
        left = quantity[rows] - taken
        # A resource whose whole use is covered has no on-demand charge in that slot.
        quantity[rows] = np.where((taken > 0) & (left == 0), -1, left)
        used, on_demand = (taken * rate[:, None]).sum(axis=0), (taken * price[rows][:, None]).sum(axis=0)
        covered.append(Covered(number, used, taken.sum(axis=0), on_demand, held.per_hour * hours))
    return parts, covered
