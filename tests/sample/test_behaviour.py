"""The truth of how costs behave: parts sum to what was used, exactly, and follow what they are said to follow."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
import pytest

from finmod.sample.behaviour import true_units
from finmod.sample.drivers import ACTIVITY_ONE
from finmod.sample.months import parse_month
from finmod.sample.prices import SOURCES, skus, supplier
from finmod.sample.products import DRIVERS, PRODUCTS
from finmod.sample.streams import Ints
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World, make_world


@cache
def _world(rows: int = 30_000) -> World:
    return make_world(seed=1, months=3, end=parse_month("2026-10"), rows=rows, spend=Decimal(8_000_000))


def _by_product(world: World, usage: Usage, amounts: Ints) -> Ints:
    """Return the sum of amounts of cells by product, of direct use alone."""
    owner = world.resources[usage.source].owner[usage.resource]
    return np.array([int(amounts[owner == place].sum()) for place in range(len(PRODUCTS))])


def test_parts_sum_to_the_direct_usage_at_list_price() -> None:
    for rows in (3_000, 30_000):
        world = _world(rows)
        for source in SOURCES:
            usage = month_usage(world, source, 2)
            wanted = _by_product(world, usage, usage.quantity * usage.list_price)
            assert (usage.parts[0].sum(axis=1) == wanted).all()


def test_effective_parts_are_of_what_no_commitment_and_no_credit_touches() -> None:
    world = _world()
    for source in SOURCES:
        usage = month_usage(world, source, 2)
        free = np.array([not sku.eligible for sku in skus()])[world.resources[source].sku][usage.resource]
        cost = usage.quantity * usage.effective_price * free * (not supplier(source).by_credit)
        assert (usage.parts[1].sum(axis=1) == _by_product(world, usage, cost)).all()


def test_no_part_is_negative() -> None:
    world = _world()
    for source in SOURCES:
        assert (month_usage(world, source, 1).parts >= 0).all()


@pytest.mark.parametrize("source", SOURCES)
def test_a_part_is_what_the_price_list_says_within_the_rounding_of_use(source: str) -> None:
    world = _world()
    usage, resources = month_usage(world, source, 0), world.resources[source]
    variable = np.array([sku.variable for sku in skus()])[resources.sku][usage.resource] / 100
    driver = np.array([DRIVERS.index(sku.driver) if sku.driver in DRIVERS else -1 for sku in skus()])
    owner, column = resources.owner[usage.resource], driver[resources.sku][usage.resource]
    activity = world.activity[owner, column, usage.slot] / ACTIVITY_ONE
    wanted = usage.quantity * usage.list_price * (variable * activity / (1 - variable + variable * activity))
    # As truth/README.md states it; Google's use is in steps.
    off = (1.04 * resources.base[usage.resource] / 10_000 + 4 + 2 * supplier(source).step) * usage.list_price
    for place in range(len(PRODUCTS)):
        if not any(one.source == source and one.owner == place and one.kind == "incident" for one in world.effects):
            mine = owner == place
            assert abs(int(usage.parts[0, place, 1:-1].sum()) - wanted[mine].sum()) <= off[mine].sum()


def test_units_are_levels_times_activity() -> None:
    world = _world()
    units = true_units(world, 1)
    days = slice(world.days_before[1], world.days_before[2])

    assert units.shape == (len(PRODUCTS), len(DRIVERS))
    read = world.drivers.levels[:, :, days].sum(axis=2)
    held = read > 0
    # A reading is off by 1 % at most, and rounded down to whole units.
    assert (np.abs(read[held] - units[held] / 10_000) <= 0.01 * units[held] / 10_000 + 31).all()
