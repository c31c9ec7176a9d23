"""How direct costs behave in truth: what of a product's month is fixed, and what follows each of its drivers.

Owns the parts of a month and truth/cost_behaviour.csv. A resource's use is ``base x (fixed share + variable share x
activity of its driver)``; the marginal cost per unit of a driver is what its variable part costs by the units that
there truly were: d cost / d units with the other drivers as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from finmod.sample.drivers import ACTIVITY_ONE
from finmod.sample.prices import QUANTITY_DIGITS, decimal_text, skus, supplier
from finmod.sample.products import DRIVERS, PRODUCTS, UNITS
from finmod.sample.streams import Ints
from finmod.sample.world import World

MEASURES = ("ListCost", "EffectiveCostOutsideCommitments")
"""The second is of SKUs that neither commitments nor credits touch: there it is quantity x contracted price."""
HEADER = ("billing_period", "product", "measure", "part", "driver", "amount", "currency", "units", "unit")
_PARTS = ("fixed", *("variable" for _ in DRIVERS), "incidents")
_OF_DRIVER = ("", *DRIVERS, "")
_INCIDENTS = 1 + len(DRIVERS)


def month_parts(world: World, source: str, number: int, quantities: tuple[Ints, Ints, Ints]) -> Ints:
    """Return what each product's direct use of a source costs in a month, by part, integers of 1e-10 USD.

    Args:
        world: The company.
        source: Name of the source.
        number: Place of the month in the window.
        quantities: Per resource, sums over the month in 1e-4 pricing units: all, all without incidents, and what would
            have been used had drivers been 0. The first is not below the second, the second not below the third.

    Returns:
        measures x products x parts: fixed, one part per driver, incidents.
    """
    resources, table = world.resources[source], skus()
    whole, normal, fixed = quantities
    price = world.list_prices(source, number)
    direct = np.flatnonzero(resources.owner < len(PRODUCTS))
    owner = resources.owner[direct]
    place = [DRIVERS.index(sku.driver) + 1 if sku.driver in DRIVERS else 0 for sku in table]
    column = np.array(place, dtype=np.int64)[resources.sku[direct]]
    open_sku = np.array([not sku.eligible for sku in table], dtype=np.int64)[resources.sku]
    contracted = np.maximum(price * (1000 - supplier(source).off_list) // 1000, 1)
    parts = np.zeros((len(MEASURES), len(PRODUCTS), 2 + len(DRIVERS)), dtype=np.int64)
    for measure, rate in enumerate((price, contracted * open_sku * (not supplier(source).by_credit))):
        per_unit = rate[direct]
        np.add.at(parts[measure], (owner, np.zeros_like(owner)), fixed[direct] * per_unit)
        np.add.at(parts[measure], (owner, column), (normal - fixed)[direct] * per_unit)
        np.add.at(parts[measure], (owner, np.full_like(owner, _INCIDENTS)), (whole - normal)[direct] * per_unit)
    return parts


def behaviour_rows(world: World, parts: dict[int, Ints]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of truth/cost_behaviour.csv.

    Args:
        world: The company.
        parts: Place of a month -> ``month_parts`` summed over sources.
    """
    for number, of_month in sorted(parts.items()):
        units = true_units(world, number)
        for place, product in enumerate(PRODUCTS):
            for measure, amounts in zip(MEASURES, of_month[:, place].tolist(), strict=True):
                for part, driver, amount, count in zip(
                    _PARTS, _OF_DRIVER, amounts, [0, *units[place].tolist(), 0], strict=True
                ):
                    if amount or count:
                        told = (world.months[number].label, product.name, measure, part, driver, decimal_text(amount))
                        counted = (decimal_text(count, QUANTITY_DIGITS), UNITS[driver]) if driver else ("", "")
                        yield (*told, "USD", *counted)


def true_units(world: World, number: int) -> Ints:
    """Return what each product's drivers came to in a month, products x drivers, integers of 1e-4 units.

    It is the level at the start times activity: what readings read, without their own error. A month of a stock, such
    as stored GB, is the sum of its days.
    """
    levels = np.array([product.levels for product in PRODUCTS], dtype=np.int64)
    days = slice(world.days_before[number], world.days_before[number + 1])
    scale = ACTIVITY_ONE // 10**QUANTITY_DIGITS
    return np.asarray(levels * (world.drivers.activity[:, :, days].sum(axis=2) // scale), dtype=np.int64)
