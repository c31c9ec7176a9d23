"""Oracle's bill of a month: usage at the contract's prices, and corrections of lines of the same month.

Owns the charges beside usage. The files are written in oci.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from finmod.sample.charges import Bill, Charge
from finmod.sample.focus_cells import cell_columns
from finmod.sample.months import Month
from finmod.sample.prices import PRICE_DIGITS, decimal_text
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

SUBSCRIPTION = "ocid1.organizationssubscription.oc1.eu-frankfurt-1.aaaanorthwind"
_CORRECTED_SLOT, _CORRECTED_CELLS = 1, 2


def oci_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return Oracle's bill for the window's month of that number.

    Args:
        world: The company.
        source: Name of the source.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    usage = month_usage(world, source, number)
    invoice = f"{SUBSCRIPTION}-{usage.month.year}{usage.month.month:02d}"
    # A cost report has no list price.
    hidden = {"ListCost": np.ones(len(usage.quantity), dtype=np.bool_)}
    charges = tuple(_corrections(world, usage, invoice))
    return Bill(usage, usage.quantity * usage.contracted_price, 0, charges, invoice, pieces, hidden=hidden)


def reference(month: Month, cell: int, hour: int) -> str:
    """Return the number of a line of a month's report."""
    return f"{month.year:04d}{month.month:02d}{cell:09d}{hour:02d}"


def _corrections(world: World, usage: Usage, invoice: str) -> Iterator[Charge]:
    """Yield what takes back a quarter of some lines of the second day."""
    for cell in np.flatnonzero(usage.slot == _CORRECTED_SLOT)[:_CORRECTED_CELLS].tolist():
        quantity, price = -(int(usage.quantity[cell]) // 4), int(usage.contracted_price[cell])
        start = usage.starts[_CORRECTED_SLOT]
        found = cell_columns(world, usage, cell, quantity)
        amount = quantity * price
        # An open period's correction is a charge like any other; FOCUS keeps the class for closed ones.
        columns = found | {
            "ChargeCategory": "Adjustment",
            "ChargeClass": None,
            "ChargeFrequency": "One-Time",
            "ChargeDescription": f"{found['ServiceName']}, metering corrected",
            "SubAccountType": "Compartment",
        }
        native = {
            "number": str(int(usage.resource[cell])),
            "quantity": found["PricingQuantity"],
            "price": decimal_text(price, PRICE_DIGITS),
            "line": reference(usage.month, cell, 99),
            "corrected": reference(usage.month, cell, 0),
        }
        yield Charge(
            kind="correction",
            start=start,
            end=start + timedelta(hours=int(usage.hours[_CORRECTED_SLOT])),
            billed=amount,
            effective=amount,
            listed=amount,
            contracted=amount,
            owner=int(world.resources[usage.source].owner[int(usage.resource[cell])]),
            invoice=invoice,
            columns=columns,
            native=native,
            hidden=frozenset({"ListCost"}),
        )
