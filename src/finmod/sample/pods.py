"""Whose pods ran on the nodes for which split cost allocation data was switched on, late in the window.

Owns the pilot nodes and the parts of their use and cost. They follow the platform's true use, so that they agree with
the true split of its cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from finmod.sample.prices import skus
from finmod.sample.products import PLATFORMS, PRODUCTS
from finmod.sample.resources import Resources
from finmod.sample.shares import split
from finmod.sample.streams import Ints
from finmod.sample.usage import Usage
from finmod.sample.world import World

KUBERNETES = next(place for place, platform in enumerate(PLATFORMS) if platform.name == "kubernetes")
USERS = tuple(place for place, product in enumerate(PRODUCTS) if product.name in PLATFORMS[KUBERNETES].use)
_SKU, _FROM_DAY, _NODES_PER_PILOT = "eks-nodes", 22, 50


@dataclass(frozen=True)
class Pods:
    """What a product's pods used of a node in a slot; ordered by slot, node, product.

    Attributes:
        node: Number of the resource.
        slot: Place of the slot in the month.
        product: Place of the product.
        quantity: Part of the node's use, 1e-4 pricing units.
        cost: Part of the node's effective cost, 1e-10 USD; the parts of a node and slot sum to it.
        listed: Part of its list cost.
    """

    node: Ints
    slot: Ints
    product: Ints
    quantity: Ints
    cost: Ints
    listed: Ints


NO_PODS = Pods(*(np.zeros(0, dtype=np.int64) for _ in range(6)))


def month_pods(world: World, usage: Usage) -> Pods:
    """Return the pods of a month's AWS usage; none before the last days of the window."""
    if usage.number < len(world.months) - 1:
        return NO_PODS
    opened = usage.month.start + timedelta(days=_FROM_DAY - 1)
    ends = [start + timedelta(hours=hours) for start, hours in zip(usage.starts, usage.hours.tolist(), strict=True)]
    late = np.array([end > opened for end in ends], dtype=np.bool_)
    cells = np.flatnonzero(np.isin(usage.resource, _pilots(world.resources["aws"])) & late[usage.slot])
    sums: dict[tuple[int, int], list[int]] = {}
    for cell in cells.tolist():
        quantity = int(usage.quantity[cell])
        found = sums.setdefault((int(usage.slot[cell]), int(usage.resource[cell])), [0, 0, 0])
        for place, price in enumerate((1, int(usage.effective_price[cell]), int(usage.list_price[cell]))):
            found[place] += quantity * price
    rows = []
    for (slot, node), amounts in sorted(sums.items()):
        use = world.platform_use(KUBERNETES, usage.starts[slot].date())[list(USERS)].tolist()
        parts = zip(USERS, *(split(amount, use) for amount in amounts), strict=True)
        rows += [(node, slot, *part) for part in parts if any(part[1:])]
    return Pods(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))) if rows else NO_PODS


def _pilots(resources: Resources) -> Ints:
    """Return the nodes that live longest, one and another for every fifty."""
    sku = next(place for place, one in enumerate(skus()) if one.key == _SKU)
    nodes = np.flatnonzero(resources.sku == sku)
    oldest = np.argsort(resources.first_day[nodes] - resources.end_day[nodes], kind="stable")
    return np.sort(nodes[oldest[: 1 + len(nodes) // _NODES_PER_PILOT]]).astype(np.int64)
