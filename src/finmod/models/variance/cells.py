"""What is compared: cells of cost before and after, as columns of equal length.

Owns the shape. Where cells come from is told in ``marts/variance.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from finmod.models.variance.effects import PLACE

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Units = NDArray[Any]
"""Money in whole units of 1e-12: int64, or Python's own integers where those have no room."""

PRICED: Final = -1
"""Kind of a cell that has a quantity and prices."""
NEGOTIATED: Final = -2
"""Kind of a discount that is a row of its own, such as an enterprise discount: a share of the use it stands beside."""
COVERING: Final = -3
"""The same of a credit by which a commitment covers use."""
OTHER: Final = PLACE["other"]


@dataclass(frozen=True)
class Side:
    """Cells in one of the two months.

    Attributes:
        amount: EffectiveCost in the reporting currency, units of 1e-12; 0 where the cell is not there.
        original: The same in the currency of the bill.
        covered: Of ``original``, what commitments covered.
        reached: Share of what is not covered that a payer with discounts on his bill is billed for; NaN where the cell
            is not there.
        quantity: PricingQuantity; 0 where the cell is not there, NaN where it is not known.
        covered_quantity: Of ``quantity``, what commitments covered.
        list_price: Per unit, in the currency of the bill; NaN where it is not known.
        contracted_price: Likewise.
        days: Days of the month that the bill has told.
        told: The same as a share of the month: 1 for a whole one.
    """

    amount: Units
    original: Floats
    covered: Floats
    reached: Floats
    quantity: Floats
    covered_quantity: Floats
    list_price: Floats
    contracted_price: Floats
    days: Floats
    told: Floats


@dataclass(frozen=True)
class Cells:
    """Cells of two months, matched: the same SKU of the same resource, account and region.

    Attributes:
        before: What they were.
        after: What they are.
        kind: ``PRICED``, ``NEGOTIATED``, ``COVERING``, or the place of the effect that has the whole change.
        service: Number of the service of a source.
        resource: Number of the resource; -1 for none.
        group: Number of what quantities are added up in: an account's use of a service in one unit and currency.
        grows: Whether the quantity is used by the day, and not counted by the month.
        accrues: Whether a quantity that is counted by the month grows while the month is told, as that of a stock does,
            and that of a fee does not.
        bases: Numbers of the groups whose uncovered use a discount is a share of, one column per level from the
            narrowest; of priced cells the groups that they are in.
        lacks: Whether a part of its cost in one of the months is not known, or has no rate into the reporting currency:
            amounts are without it.
    """

    before: Side
    after: Side
    kind: Ints
    service: Ints
    resource: Ints
    group: Ints
    grows: Flags
    accrues: Flags
    bases: Ints
    lacks: Flags

    @property
    def count(self) -> int:
        """Return the number of cells."""
        return len(self.kind)


def unit_prices(amounts: Floats, quantities: Floats, sku: Ints) -> Floats:
    """Return prices of cells; that of the same SKU in the same month stands in where a cell's own is not told.

    Args:
        amounts: Cost by that price; NaN where it is not told.
        quantities: What it is the cost of; NaN likewise.
        sku: Number of each cell's SKU; -1 where none is told, and nothing stands in.

    Returns:
        One price per cell; NaN where nothing tells it.

    >>> unit_prices(np.array([np.nan, 2.0, 4.0]), np.array([np.nan, 10.0, 10.0]), np.array([0, 0, 0])).tolist()
    [0.3, 0.2, 0.4]
    """
    # Added in the order of cells, so that the price is the same to the last digit on every run.
    together = [np.bincount(sku + 1, weights=np.nan_to_num(each)) for each in (amounts, quantities)]
    with np.errstate(divide="ignore", invalid="ignore"):
        own, others = amounts / quantities, (together[0] / together[1])[sku + 1]
    return np.asarray(np.where(np.isnan(own) & (sku >= 0), others, own), dtype=np.float64)
