"""Pods are the last days' use of the pilot nodes by product; they add nothing and leave nothing out."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from finmod.sample.charges import total
from finmod.sample.months import parse_month
from finmod.sample.pods import USERS, month_pods
from finmod.sample.products import PRODUCTS
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World, make_world


def _world(rows: int) -> World:
    return make_world(seed=3, months=2, end=parse_month("2026-10"), rows=rows, spend=Decimal(8_000_000))


def _of_nodes(usage: Usage, nodes: set[int], first_slot: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return which cells are of some nodes, from a slot on."""
    return np.isin(usage.resource, list(nodes)) & (usage.slot >= first_slot)


@pytest.mark.parametrize(("rows", "first_slot"), [(2_000, 0), (60_000, 21)], ids=["by month", "by day"])
def test_the_parts_are_the_whole_use_and_cost_of_their_nodes(rows: int, first_slot: int) -> None:
    world = _world(rows)
    usage = month_usage(world, "aws", 1)
    pods = month_pods(world, usage)
    nodes = set(pods.node.tolist())
    chosen = _of_nodes(usage, nodes, first_slot)
    quantity = usage.quantity[chosen]
    assert nodes
    assert pods.slot.min() == first_slot
    assert total(pods.quantity) == total(quantity)
    assert total(pods.cost) == total(quantity * usage.effective_price[chosen])
    assert total(pods.listed) == total(quantity * usage.list_price[chosen])


def test_months_before_the_last_have_none() -> None:
    world = _world(2_000)
    assert len(month_pods(world, month_usage(world, "aws", 0)).node) == 0


def test_products_that_use_the_platform_have_pods() -> None:
    names = {PRODUCTS[place].name for place in USERS}
    assert "search" in names
    assert "catalog" not in names
    assert len(names) == 11
