"""What the bills of the FOCUS suppliers hold beside usage, and the charges that every supplier's truth is made of.

Owns the bills of the AI-token supplier and the data centre, and the FOCUS columns that set charges apart. Commitments
stand in focus_commitments.py, the files are written in focus.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from finmod.sample.charges import SHARED, Bill, Charge, total
from finmod.sample.focus_commitments import commitment_charges, priced
from finmod.sample.prices import AMOUNT_DIGITS
from finmod.sample.products import PRODUCTS
from finmod.sample.streams import Ints
from finmod.sample.usage import Usage, month_usage
from finmod.sample.world import World

DOLLAR = 10**AMOUNT_DIGITS
SUPPORT_PLATFORM = len(PRODUCTS) + 3
CREDITED_MONTHS = 4
INVOICE = {"ServiceName": "Invoice", "ServiceCategory": "Other", "ServiceSubcategory": "Other (Other)"}
_TAX_PER_MILLE = {"datacentre": 40}
_RENT = {"ServiceName": "Colocation", "ServiceCategory": "Other", "ServiceSubcategory": "Other (Other)"}


def focus_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return the bill of a supplier that writes FOCUS itself, for the window's month of that number.

    Args:
        world: The company.
        source: Name of the source.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    usage = month_usage(world, source, number)
    invoice = f"{source[:2].upper()}-{usage.month.year}{usage.month.month:02d}-0077"
    billed = on_demand(usage, usage.contracted_price)
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += commitment_charges(world, usage, covered, invoice)
    charges += _monthly(usage, invoice)
    rate = _TAX_PER_MILLE.get(source)
    if rate:
        listed = total(on_demand(usage, usage.list_price)) * rate // 1000
        # FOCUS: the list cost of a charge on charges is reckoned on their list cost.
        charges.append(replace(tax(usage, total(billed) * rate // 1000, invoice), listed=listed))
    return Bill(usage, billed, 0, tuple(charges), invoice, pieces)


def on_demand(usage: Usage, price: Ints) -> Ints:
    """Return what each cell costs at a price, 1e-10 USD; 0 where a commitment covers it."""
    return np.asarray(np.where(usage.commitment < 0, usage.quantity * price, 0), dtype=np.int64)


def flat(kind: str, usage: Usage, amount: int, invoice: str, columns: Mapping[str, str | None]) -> Charge:
    """Return a charge of a whole month whose four costs are the same."""
    return Charge(
        kind=kind,
        start=usage.month.start,
        end=usage.month.following().start,
        billed=amount,
        effective=amount,
        listed=amount,
        contracted=amount,
        owner=SUPPORT_PLATFORM if kind == "support" else SHARED,
        invoice=invoice,
        columns=columns,
    )


def recurring(
    kind: str, usage: Usage, offer: tuple[int, str], invoice: str, columns: Mapping[str, str | None]
) -> Charge:
    """Return what is bought anew every month, for an amount under a SKU."""
    pricing = priced(offer[0], offer[1], "Months")
    category = {"ChargeCategory": "Purchase", "ChargeFrequency": "Recurring"}
    return flat(kind, usage, offer[0], invoice, {**columns, **pricing, **category})


def credit(usage: Usage, amount: int, text: str, invoice: str) -> Charge:
    """Return a credit on the invoice."""
    columns = {"ChargeCategory": "Credit", "ChargeFrequency": "One-Time", "ChargeDescription": text}
    return flat("credit", usage, amount, invoice, INVOICE | columns)


def rounding(usage: Usage, amount: int, invoice: str) -> Charge:
    """Return what rounds an invoice to the cent."""
    columns = {"ChargeCategory": "Adjustment", "ChargeFrequency": "One-Time", "ChargeDescription": "Rounding error"}
    return flat("rounding", usage, amount, invoice, INVOICE | columns)


def tax(usage: Usage, amount: int, invoice: str) -> Charge:
    """Return the tax of a month."""
    columns = {"ChargeCategory": "Tax", "ChargeFrequency": "Recurring", "ChargeDescription": "Value added tax"}
    return flat("tax", usage, amount, invoice, INVOICE | columns)


def _monthly(usage: Usage, invoice: str) -> Iterator[Charge]:
    """Yield what the supplier charges or gives every month, whatever was used."""
    if usage.source == "ai" and usage.number < CREDITED_MONTHS:
        yield credit(usage, -400 * DOLLAR, "Starter credit", invoice)
    elif usage.source == "datacentre":
        columns = _RENT | {"ChargeDescription": "Cage, 12 racks, monthly rent"}
        yield recurring("rent", usage, (5_400 * DOLLAR, "DC-CAGE"), invoice, columns)
