"""The sample company's products as a model of costs sees them: cost per day, readings of drivers, and the truth.

Owns the cases that the behaviour of costs is judged on. Nothing is written: worlds are made in memory, with so many
charges that each is of a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from finmod.models.unit_economics.behaviour import DAILY
from finmod.sample.behaviour import true_units
from finmod.sample.months import parse_month
from finmod.sample.prices import AMOUNT_DIGITS, QUANTITY_DIGITS, SOURCES
from finmod.sample.products import DRIVERS, PRODUCTS
from finmod.sample.usage import month_usage
from finmod.sample.world import World, make_world

Floats = NDArray[np.float64]

MONTHS = 9
_SPEND = Decimal(8_000_000)
_END = "2026-10"
_MUCH = 0.25


@dataclass(frozen=True)
class Case:
    """One product of one company; now is the last month of its window.

    Attributes:
        seed: Of the company.
        product: Its name.
        traits: What may make it hard in the days that are looked at; ``nothing`` where there is nothing of it.
        recent: Days of the last month.
        names: Of the drivers that the product has.
        cost: Per day, list cost of direct use, USD.
        readings: days x drivers.
        marginal: True marginal cost per unit in the last month, per driver.
        variable: Per driver its true share of the month's cost, without what incidents added.
        fixed: True fixed share.
    """

    seed: int
    product: str
    traits: frozenset[str]
    recent: int
    names: tuple[str, ...]
    cost: Floats
    readings: Floats
    marginal: Floats
    variable: Floats
    fixed: float


def cases(seed: int, *, charges: int, months: int = MONTHS) -> Iterator[Case]:
    """Yield the products of a company that cost anything in its last month.

    Args:
        seed: Of the company.
        charges: Wanted charges of a month; 41,667 is what ``finmod sample`` writes, 2,800 the least of a daily grain.
        months: Length of the window.
    """
    world = make_world(seed=seed, months=months, end=parse_month(_END), rows=charges * months, spend=_SPEND)
    cost, parts = _direct(world)
    units = true_units(world, months - 1) / 10**QUANTITY_DIGITS
    for place, product in enumerate(PRODUCTS):
        held = [column for column, level in enumerate(product.levels) if level]
        of_drivers = parts[place, [1 + column for column in held]]
        whole = float(of_drivers.sum() + parts[place, 0])
        if whole:
            yield Case(
                seed,
                product.name,
                _traits(world, place),
                world.months[-1].days,
                tuple(DRIVERS[column] for column in held),
                cost[place],
                world.drivers.levels[place, held].T.astype(np.float64),
                of_drivers / units[place, held],
                of_drivers / whole,
                float(parts[place, 0]) / whole,
            )


def _direct(world: World) -> tuple[Floats, Floats]:
    """Return products x days of direct list cost, and products x parts of the last month, USD."""
    cost, parts = np.zeros((len(PRODUCTS), world.days_before[-1])), np.zeros((len(PRODUCTS), 2 + len(DRIVERS)))
    for number in range(len(world.months)):
        for source in SOURCES:
            usage = month_usage(world, source, number)
            owner = world.resources[source].owner[usage.resource]
            direct = owner < len(PRODUCTS)
            day = usage.slot + world.days_before[number]
            np.add.at(cost, (owner[direct], day[direct]), (usage.quantity * usage.list_price)[direct])
            if number == len(world.months) - 1:
                parts += usage.parts[0]
    return cost / 10**AMOUNT_DIGITS, parts / 10**AMOUNT_DIGITS


def _traits(world: World, product: int) -> frozenset[str]:
    last = world.days_before[-1]
    first = last - DAILY.window
    seen = {
        "launch": int(world.drivers.launch_day[product]) > 0,
        "initiative": any(_has(world, product, "initiative", day) for day in range(first, last)),
        "incident": any(_has(world, product, "incident", day) for day in range(first, last)),
        "incident now": any(_has(world, product, "incident", day) for day in range(world.days_before[-2], last)),
        "a quarter of it came or went": _moved(world, product, first) > _MUCH,
    }
    return frozenset(name for name, one in seen.items() if one) or frozenset({"nothing"})


def _has(world: World, product: int, kind: str, day: int) -> bool:
    """Return whether an incident is on, or an initiative begins, on a day."""
    found = [one for one in world.effects if one.owner == product and one.kind == kind]
    return any(day == one.first_day if kind == "initiative" else one.first_day <= day < one.end_day for one in found)


def _moved(world: World, product: int, first: int) -> float:
    """Return what resources that came or went since a day cost on a usual day, as a part of all."""
    came, there = 0.0, 0.0
    for source, resources in world.resources.items():
        usual = resources.base * world.list_prices(source, len(world.months) - 1) * (resources.owner == product)
        last = world.days_before[-1]
        changed = ((resources.first_day > first) | (resources.end_day < last)) & (resources.end_day > first)
        came += float(usual[changed].sum())
        there += float(usual[~changed & (resources.end_day >= last)].sum())
    return came / (came + there) if came else 0.0
