"""Google's bill of a month: usage at list price, credits on it, fees of commitments, tax, rounding, late usage.

Owns the credits and the charges beside usage: in FOCUS for truth, and as the fields of Google's own export. The files
are written in gcp.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from finmod.sample.charges import Bill, Charge, Credit, total
from finmod.sample.commitments import Commitment
from finmod.sample.focus_cells import cell_columns, consumed_columns
from finmod.sample.focus_charges import CREDITED_MONTHS, DOLLAR, flat, recurring, rounding, tax
from finmod.sample.focus_commitments import commitment_id, priced
from finmod.sample.gcp_names import fields, of_cell
from finmod.sample.months import Month
from finmod.sample.prices import DYADIC_AMOUNT, decimal_text, skus
from finmod.sample.streams import Flags, Ints
from finmod.sample.teams import PAYERS
from finmod.sample.usage import Covered, Usage, month_usage
from finmod.sample.world import World

SELLER = "Beacon Grid Software (invented)"
_TAX_PER_MILLE = 10
_COMPUTE = {"ServiceName": "Compute Engine", "ServiceCategory": "Compute", "ServiceSubcategory": "Virtual Machines"}
_LATE, _LATE_CELLS, _ADJUSTED_CELLS = "run", 6, 4
# Kind, name, SKUs, per mille: what the contract or Google's own rules take off usage.
_NEGOTIATED = ("DISCOUNT", "Negotiated discount", frozenset({"bigquery", "cloudsql"}), 100)
_SUSTAINED = ("SUSTAINED_USAGE_DISCOUNT", "Sustained Usage Discount", frozenset({"gce"}), 80)
_PROMOTION = ("PROMOTION", "Serverless adoption credit", frozenset({"run"}), 250)
_FREE = ("FREE_TIER", "Free tier: standard storage", "gcs", 5 * DOLLAR)


def gcp_bill(world: World, source: str, number: int, pieces: int) -> Bill:
    """Return Google's bill for the window's month of that number.

    Args:
        world: The company.
        source: Name of the source.
        number: Place of the month in the window.
        pieces: Charges per cell of usage.
    """
    full = month_usage(world, source, number)
    late = _late(world, full)
    usage = _without(full, late)
    invoice = f"{PAYERS[source][0]}-{usage.month.year}{usage.month.month:02d}"
    given = tuple(one for one in _credits(world, usage) if one.amount.any())
    billed = usage.quantity * usage.list_price
    for one in given:
        billed += one.amount
    charges: list[Charge] = []
    for covered in usage.covered:
        charges += _fees(world.commitments[covered.number], usage, covered, invoice)
    charges += _beside(usage, total(billed), invoice)
    if number:
        before = month_usage(world, source, number - 1)
        charges += [_late_charge(world, before, cell, usage.month) for cell in _late(world, before)]
        if number == world.restated_month + 1:
            charges += _adjustments(world, before, usage.month)
    return Bill(usage, billed, 0, tuple(charges), invoice, pieces, credits=given)


def _late(world: World, usage: Usage) -> list[int]:
    """Return the cells of the last day that reach the next month's invoice; none where charges are monthly."""
    if world.grain == "month" or usage.number == len(world.months) - 1:
        return []
    last = usage.slot == len(usage.starts) - 1
    return [int(cell) for cell in np.flatnonzero(last & _of_sku(usage, frozenset({_LATE})))[:_LATE_CELLS]]


def _without(usage: Usage, cells: list[int]) -> Usage:
    """Return a month without some cells."""
    kept = np.ones(len(usage.quantity), dtype=np.bool_)
    kept[cells] = False
    columns = ("resource", "slot", "commitment", "quantity", "list_price", "contracted_price", "effective_price")
    return replace(usage, elsewhere=usage.elsewhere[kept], **{name: getattr(usage, name)[kept] for name in columns})


def _of_sku(usage: Usage, keys: frozenset[str]) -> Flags:
    table = np.array([skus()[place].key in keys for place in usage.sku_of_resource], dtype=np.bool_)
    return np.asarray(table[usage.resource], dtype=np.bool_)


def _credits(world: World, usage: Usage) -> Iterator[Credit]:
    """Yield every kind of credit on usage; each amount is a multiple of 2^-10 USD."""
    cost = usage.quantity * usage.list_price
    by_quantity = np.array([*(held.by_quantity for held in world.commitments), False], dtype=np.bool_)[usage.commitment]
    covered = usage.commitment >= 0
    for kind, name, chosen in (
        ("COMMITTED_USAGE_DISCOUNT", "Committed Usage Discount: CPU", covered & by_quantity),
        ("COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE", "Committed usage discount - dollar based", covered & ~by_quantity),
    ):
        yield Credit(kind, name, -np.where(chosen, cost, 0))
    for kind, name, keys, rate in (_NEGOTIATED, _SUSTAINED):
        amount = _part(np.where(_of_sku(usage, keys) & ~covered, cost, 0), rate)
        yield Credit(kind, name, amount, negotiated=True)
    kind, name, keys, rate = _PROMOTION
    if usage.number < CREDITED_MONTHS:
        yield Credit(kind, name, _part(np.where(_of_sku(usage, keys), cost, 0), rate), listed=True)
    kind, name, key, most = _FREE
    amount = np.zeros_like(cost)
    first = np.flatnonzero(_of_sku(usage, frozenset({key})))[:1]
    amount[first] = -np.minimum(cost[first], most)
    yield Credit(kind, name, amount, listed=True)


def _part(cost: Ints, per_mille: int) -> Ints:
    """Return what so many per mille take off, as a multiple of 2^-10 USD."""
    return np.asarray(-(cost // DYADIC_AMOUNT * per_mille // 1000 * DYADIC_AMOUNT), dtype=np.int64)


def _dyadic(amount: int) -> int:
    return amount // DYADIC_AMOUNT * DYADIC_AMOUNT


def _fees(held: Commitment, usage: Usage, covered: Covered, invoice: str) -> Iterator[Charge]:
    """Yield what a commitment costs in each slot, used or not."""
    kind = "v1: Cpu in Belgium" if held.by_quantity else "- dollar based v1: GCE"
    plan = f"Commitment {kind} for 1 Year"
    for slot, start in enumerate(usage.starts):
        hours, amount = int(usage.hours[slot]), int(covered.total[slot])
        # Without CommitmentDiscountId: this form moves no cost to the usage that a commitment covers.
        columns = _COMPUTE | priced(amount, f"gcp-{held.name}", "Commitments")
        columns |= {
            "PricingQuantity": str(hours),
            "PricingUnit": "hour",
            "ListUnitPrice": decimal_text(amount // hours),
            "ContractedUnitPrice": decimal_text(amount // hours),
            "ChargeCategory": "Purchase",
            "ChargeFrequency": "Recurring",
            "ChargeDescription": plan,
        }
        native = fields("Compute Engine", plan, cost=amount, listed=amount, units=(hours, "hour"))
        native["instance_id"] = commitment_id(held)
        charge = flat("fee", usage, amount, invoice, columns)
        yield replace(charge, start=start, end=start + timedelta(hours=hours), native=native)


def _beside(usage: Usage, spend: int, invoice: str) -> Iterator[Charge]:
    """Yield tax, rounding and a seller's software."""
    amount = _dyadic(spend * _TAX_PER_MILLE // 1000)
    native = fields("Invoice", "Tax", cost=amount) | {"cost_type": "tax"}
    yield replace(tax(usage, amount, invoice), native=native)
    native = fields("Invoice", "Rounding error", cost=-DYADIC_AMOUNT) | {"cost_type": "rounding_error"}
    yield replace(rounding(usage, -DYADIC_AMOUNT, invoice), native=native)
    amount, text = (410 + 7 * (usage.number % 5)) * DOLLAR, "Beacon Grid monitoring, metered events"
    software = recurring("marketplace", usage, (amount, "beacon-events"), invoice, {"ChargeDescription": text})
    used = {
        "ChargeCategory": "Usage",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": "1",
        "ConsumedUnit": "Units",
        "PricingUnit": "Units",
        "PublisherName": SELLER,
        "ServiceName": "Beacon Grid monitoring",
        "ServiceCategory": "Management and Governance",
        "ServiceSubcategory": "Observability",
    }
    native = fields("Beacon Grid monitoring", text, cost=amount, listed=amount) | {
        "transaction_type": "THIRD_PARTY_RESELLER",
        "seller_name": SELLER,
    }
    yield replace(software, columns={**software.columns, **used}, native=native)


def _late_charge(world: World, before: Usage, cell: int, month: Month) -> Charge:
    """Return usage of the closed month that this month's invoice holds."""
    quantity, price = int(before.quantity[cell]), int(before.list_price[cell])
    columns = cell_columns(world, before, cell, quantity) | consumed_columns(world, before, cell, quantity)
    columns["ChargeDescription"] = f"{columns['ServiceName']}, metered late"
    return _of_cell(world, before, cell, (month, quantity * price, "regular"), columns)


def _adjustments(world: World, before: Usage, month: Month) -> Iterator[Charge]:
    """Yield what corrects the closed month: an eighth of some usage was metered in error."""
    for cell in np.flatnonzero(_of_sku(before, frozenset({"bigquery"})))[:_ADJUSTED_CELLS].tolist():
        amount = -_dyadic(int(before.quantity[cell] * before.list_price[cell]) // 8)
        full = cell_columns(world, before, cell, 0)
        kept = ("Service", "SubAccount", "Resource", "Region")
        columns = {name: text for name, text in full.items() if name.startswith(kept)} | {
            "ChargeCategory": "Adjustment",
            "ChargeClass": "Correction",
            "ChargeFrequency": "One-Time",
            "ChargeDescription": f"Metering error in {before.month.label}, corrected",
        }
        yield _of_cell(world, before, cell, (month, amount, "adjustment"), columns)


def _of_cell(
    world: World, before: Usage, cell: int, what: tuple[Month, int, str], columns: dict[str, str | None]
) -> Charge:
    month, amount, cost_type = what
    native = of_cell(world, before, cell, amount) | {"cost_type": cost_type}
    if cost_type == "adjustment":
        told = {"id": "adj-0001", "description": columns["ChargeDescription"], "mode": "PARTIAL_CORRECTION"}
        native |= {"adjustment_info": json.dumps(told | {"type": "USAGE_CORRECTION"}), "cost_at_list": None}
    start = before.starts[int(before.slot[cell])]
    return Charge(
        kind="late" if cost_type == "regular" else "correction",
        start=start,
        end=start + timedelta(hours=int(before.hours[int(before.slot[cell])])),
        billed=amount,
        effective=amount,
        listed=amount,
        contracted=amount,
        owner=int(world.resources[before.source].owner[int(before.resource[cell])]),
        invoice=f"{PAYERS[before.source][0]}-{month.year}{month.month:02d}",
        columns=columns | {"SubAccountType": "Project"},
        native=native,
    )
