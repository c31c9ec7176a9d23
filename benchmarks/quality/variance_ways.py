"""Plainer ways to tell why cost changed, as they are commonly used, on the same cells.

Owns our own renderings: the price and volume variance of textbooks, by service, and factors changed one after another.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from finmod.models.variance.cells import PRICED, Cells, Floats
from finmod.models.variance.effects import EFFECTS, PLACE


def sequential(before: Sequence[Floats], after: Sequence[Floats]) -> Floats:
    """Return what each factor of a product changed where they change one after another, in the order given."""
    found, now = [], [*before]
    for at, new in enumerate(after):
        changed = [*now[:at], new, *now[at + 1 :]]
        found.append(np.prod(changed, axis=0) - np.prod(now, axis=0))
        now = changed
    return np.stack(found)


def price_volume(cells: Cells) -> Floats:
    """Return effects of the textbook, in the order of ``EFFECTS``: volume at the old price, price at the new volume.

    Price is cost by quantity, of a service as a whole; a service of one month alone is all volume.
    """
    count = int(cells.service.max(initial=-1)) + 1
    cost, quantity = [], []
    for side in (cells.before, cells.after):
        cost.append(
            np.bincount(cells.service, weights=np.asarray(side.amount, dtype=np.float64) / 1e12, minlength=count)
        )
        counted = np.where(cells.kind == PRICED, np.nan_to_num(side.quantity), 0.0)
        quantity.append(np.bincount(cells.service, weights=counted, minlength=count))
    with np.errstate(divide="ignore", invalid="ignore"):
        price = np.where(quantity[0] > 0, cost[0] / quantity[0], 0.0)
    volume = np.where(quantity[0] > 0, (quantity[1] - quantity[0]) * price, cost[1] - cost[0])
    found = np.zeros(len(EFFECTS))
    found[PLACE["volume"]] = volume.sum()
    found[PLACE["list_price"]] = (cost[1] - cost[0] - volume).sum()
    return found
