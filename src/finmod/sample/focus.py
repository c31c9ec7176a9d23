"""A month of any supplier but AWS in FOCUS: the export of those that write it, the truth beside the exports of others.

Owns the FOCUS columns of usage rows, the version and the file form of each supplier.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.sample.charges import Bill, Credit
from finmod.sample.commitments import Commitment
from finmod.sample.focus_commitments import commitment_id
from finmod.sample.prices import DYADIC_AMOUNT, skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.streams import Ints
from finmod.sample.tables import cut, make_table, money, offer_charges, offer_usage, price, quantity, select_list
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.world import World

_TEXT, _TIME, _MONEY, _PRICE, _AMOUNT = "VARCHAR", "TIMESTAMP", "DECIMAL(18,10)", "DECIMAL(28,10)", "DECIMAL(28,10)"
_HELD = "held.number > 0"


@dataclass(frozen=True)
class Form:
    """How a supplier's month is written in FOCUS: version, file name ending, kinds of its accounts."""

    version: str
    ending: str
    billing_account: str
    sub_account: str


FORMS: dict[str, Form] = {
    "ai": Form("1.2", "csv", "Organization", "Project"),
    "datacentre": Form("1.3", "parquet", "Customer", "Site"),
}
"""The suppliers whose export is FOCUS."""

TRUTHS: dict[str, Form] = {
    "azure-ea": Form("1.2", "parquet", "Billing Account", "Subscription"),
    "azure-mca": Form("1.2", "parquet", "Billing Profile", "Subscription"),
    "gcp": Form("1.2", "parquet", "Billing Account", "Project"),
    "oci": Form("1.2", "parquet", "Tenancy", "Compartment"),
}
"""The suppliers that export a form of their own, whose truth is told in FOCUS."""

# Which measures of a usage row a supplier's own export does not tell.
_HIDDEN = {
    "azure-ea": "CASE WHEN held.category = 'Usage' THEN 'ListCost' END",
    "azure-mca": "CASE WHEN held.category = 'Usage' THEN 'ContractedCost, ListCost' END",
    "oci": "'ListCost'",
}
_NOT_TOLD = "x_NotInExport"

# (column, type, value of a usage row, value of a charge that does not set the column itself)
_COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("AvailabilityZone", _TEXT, "NULL", "NULL"),
    ("BilledCost", _MONEY, f"CASE WHEN {_HELD} THEN 0 ELSE {money('q * cp')} END", "NULL"),
    ("BillingAccountId", _TEXT, "$account", "$account"),
    ("BillingAccountName", _TEXT, "$account_name", "$account_name"),
    ("BillingAccountType", _TEXT, "$account_type", "$account_type"),
    ("BillingCurrency", _TEXT, "'USD'", "'USD'"),
    ("BillingPeriodEnd", _TIME, "$period_end", "$period_end"),
    ("BillingPeriodStart", _TIME, "$period_start", "$period_start"),
    ("CapacityReservationId", _TEXT, "NULL", "NULL"),
    ("CapacityReservationStatus", _TEXT, "NULL", "NULL"),
    ("ChargeCategory", _TEXT, "'Usage'", "NULL"),
    ("ChargeClass", _TEXT, "NULL", "NULL"),
    ("ChargeDescription", _TEXT, "r.description", "NULL"),
    ("ChargeFrequency", _TEXT, "'Usage-Based'", "NULL"),
    ("ChargePeriodEnd", _TIME, "$t1", "t1"),
    ("ChargePeriodStart", _TIME, "$t0", "t0"),
    ("CommitmentDiscountCategory", _TEXT, "held.category", "NULL"),
    ("CommitmentDiscountId", _TEXT, "held.id", "NULL"),
    ("CommitmentDiscountName", _TEXT, "held.name", "NULL"),
    (
        "CommitmentDiscountQuantity",
        _AMOUNT,
        f"CASE held.category WHEN 'Usage' THEN {quantity('q')} WHEN 'Spend' THEN {money('q * ep')} END",
        "NULL",
    ),
    ("CommitmentDiscountStatus", _TEXT, f"CASE WHEN {_HELD} THEN 'Used' END", "NULL"),
    ("CommitmentDiscountType", _TEXT, "held.kind", "NULL"),
    ("CommitmentDiscountUnit", _TEXT, "held.unit", "NULL"),
    ("ConsumedQuantity", _AMOUNT, quantity("q * r.consumed_per_priced"), "NULL"),
    ("ConsumedUnit", _TEXT, "r.consumed_unit", "NULL"),
    ("ContractedCost", _MONEY, money("q * cp"), "NULL"),
    ("ContractedUnitPrice", _PRICE, price("cp"), "NULL"),
    ("EffectiveCost", _MONEY, money("q * ep"), "NULL"),
    ("InvoiceId", _TEXT, "$invoice", "invoice"),
    ("InvoiceIssuerName", _TEXT, "$issuer", "$issuer"),
    ("ListCost", _MONEY, money("q * lp"), "NULL"),
    ("ListUnitPrice", _PRICE, price("lp"), "NULL"),
    ("PricingCategory", _TEXT, f"CASE WHEN {_HELD} THEN 'Committed' ELSE r.pricing END", "NULL"),
    ("PricingCurrency", _TEXT, "'USD'", "'USD'"),
    ("PricingCurrencyContractedUnitPrice", _PRICE, price("cp"), "ContractedUnitPrice"),
    ("PricingCurrencyEffectiveCost", _MONEY, money("q * ep"), "EffectiveCost"),
    ("PricingCurrencyListUnitPrice", _PRICE, price("lp"), "ListUnitPrice"),
    ("PricingQuantity", _AMOUNT, quantity("q"), "NULL"),
    ("PricingUnit", _TEXT, "r.pricing_unit", "NULL"),
    ("ProviderName", _TEXT, "$provider", "$provider"),
    ("PublisherName", _TEXT, "$provider", "$provider"),
    ("RegionId", _TEXT, "r.region", "NULL"),
    ("RegionName", _TEXT, "r.region_name", "NULL"),
    ("ResourceId", _TEXT, "r.resource_id", "NULL"),
    ("ResourceName", _TEXT, "r.resource_name", "NULL"),
    ("ResourceType", _TEXT, "r.resource_type", "NULL"),
    ("ServiceCategory", _TEXT, "r.category", "NULL"),
    ("ServiceName", _TEXT, "r.service", "NULL"),
    ("ServiceSubcategory", _TEXT, "r.subcategory", "NULL"),
    ("SkuId", _TEXT, "r.sku", "NULL"),
    ("SkuMeter", _TEXT, "r.meter", "NULL"),
    ("SkuPriceDetails", _TEXT, "NULL", "NULL"),
    ("SkuPriceId", _TEXT, "r.sku || '-P1'", "NULL"),
    ("SubAccountId", _TEXT, "r.account", "NULL"),
    ("SubAccountName", _TEXT, "r.account_name", "NULL"),
    ("SubAccountType", _TEXT, "$sub_account_type", "NULL"),
    ("Tags", _TEXT, "r.tags", "NULL"),
)
_ADDED_IN_1_3: tuple[tuple[str, str, str, str], ...] = (
    ("AllocatedMethodDetails", _TEXT, "NULL", "NULL"),
    ("AllocatedMethodId", _TEXT, "NULL", "NULL"),
    ("AllocatedResourceId", _TEXT, "NULL", "NULL"),
    ("AllocatedResourceName", _TEXT, "NULL", "NULL"),
    ("AllocatedTags", _TEXT, "NULL", "NULL"),
    ("ContractApplied", _TEXT, "NULL", "NULL"),
    ("HostProviderName", _TEXT, "$provider", "$provider"),
    ("ServiceProviderName", _TEXT, "$provider", "$provider"),
)
_Columns = Sequence[tuple[str, str, str, str]]
_COSTS = {"BilledCost": "billed", "EffectiveCost": "effective", "ListCost": "listed", "ContractedCost": "contracted"}


def offer_world(engine: Engine, world: World, source: str) -> None:
    """Make the tables of a source's resources and of all commitments, once for all months."""
    resources = world.resources[source]
    rows = [_resource(resources, place) for place in range(resources.count)]
    numbers = {"consumed_per_priced": [skus()[place].consumed_per_priced for place in resources.sku]}
    make_table(engine, f"{source}_resources", rows, numbers)
    make_table(engine, "focus_held", [_held(one) for one in (None, *world.commitments)], {})


def _held(one: Commitment | None) -> dict[str, str | None]:
    if one is None:
        return dict.fromkeys(("id", "name", "kind", "category", "unit"))
    return {
        "id": commitment_id(one),
        "name": one.name,
        "kind": one.kind,
        "category": "Usage" if one.by_quantity else "Spend",
        "unit": "Hours" if one.by_quantity else "USD",
    }


def _resource(resources: Resources, place: int) -> dict[str, str | None]:
    sku, account = skus()[resources.sku[place]], ACCOUNTS[resources.account[place]]
    region, size = supplier(resources.source).regions[resources.region[place]], resources.size[place]
    meter, tags = f"{sku.usage_type}{size}", resources.tags[place]
    return {
        "resource_id": resources.ids[place],
        "resource_name": resources.names[place],
        "resource_type": sku.resource_type,
        "account": account.number,
        "account_name": account.name,
        "region": region[0],
        "region_name": region[1],
        "service": sku.service_name,
        "category": sku.category,
        "subcategory": sku.subcategory,
        "meter": meter,
        "sku": f"{sku.source}-{sku.key}{'-' + size.replace(' ', '-') if size else ''}",
        "description": f"{sku.service_name}, {meter}, per {sku.pricing_unit}",
        "pricing": "Dynamic" if sku.key.endswith("spot") else "Standard",
        "pricing_unit": sku.pricing_unit,
        "consumed_unit": sku.consumed_unit,
        "tags": json.dumps(tags, sort_keys=True) if tags else None,
    }


def select_bill(engine: Engine, bill: Bill) -> str:
    """Return the query of a month's FOCUS rows, in their order, over views that this registers."""
    source, month = bill.source, bill.month
    form = FORMS.get(source) or TRUTHS[source]
    columns = _COLUMNS + (_ADDED_IN_1_3 if form.version == "1.3" else ())
    if source in TRUTHS:
        columns = (*columns, (_NOT_TOLD, _TEXT, _HIDDEN.get(source, "NULL"), "NULL"))
    credited = supplier(source).by_credit
    offer_usage(engine, bill, credit_columns(bill))
    days = source.startswith("azure")
    constants = {
        "$period_start": f"TIMESTAMP '{month.first}'",
        "$period_end": f"TIMESTAMP '{month.following().first}'",
        "$invoice": literal(bill.invoice),
        "$issuer": literal(supplier(source).issuer),
        "$provider": literal(supplier(source).name),
        "$account_name": literal(PAYERS[source][1]),
        "$account_type": literal(form.billing_account),
        "$account": literal(PAYERS[source][0]),
        "$sub_account_type": literal(form.sub_account),
        # A cost details file knows days only.
        "$t0": "date_trunc('day', t0)" if days else "t0",
        "$t1": "date_trunc('day', t0) + INTERVAL 1 DAY" if days else "t1",
    }
    query = f"""SELECT {select_list([column[:3] for column in columns])} FROM usage c
        JOIN {identifier(f"{source}_resources")} r ON r.number = c.resource
        JOIN focus_held held ON held.number = {"0" if credited else "c.commitment"}"""
    for place, one in enumerate(bill.credits):
        query += f" UNION ALL {_credit_rows(source, columns, place, one)}"
    if bill.charges:
        query += f" UNION ALL {_beside(engine, bill, columns)}"
    for name, text in constants.items():
        query = query.replace(name, text)
    return query


def _credit_rows(source: str, columns: _Columns, place: int, one: Credit) -> str:
    """Return the query of one kind of credit: a charge of its own for each row that has it."""
    amount = money(f"c.credit_{place}")
    values = {
        "BilledCost": amount,
        "EffectiveCost": amount,
        "ListCost": amount if one.listed else "0",
        "ContractedCost": amount if one.listed or one.negotiated else "0",
        "ChargeCategory": "'Credit'" if one.listed else "'Adjustment'",
        "ChargeDescription": literal(one.name),
        "PricingCurrency": "'USD'",
        "PricingCurrencyEffectiveCost": amount,
    }
    # What was used and at which price stands on the row that has the credit.
    dropped = ("Pricing", "Consumed", "ListUnit", "ContractedUnit", "Sku")
    chosen = [
        (name, kind, values.get(name, "NULL" if name.startswith(dropped) else value))
        for name, kind, value, _ in columns
    ]
    return f"""SELECT {select_list(chosen)} FROM usage c
        JOIN {identifier(f"{source}_resources")} r ON r.number = c.resource
        JOIN focus_held held ON held.number = 0 WHERE c.credit_{place} <> 0"""


def _beside(engine: Engine, bill: Bill, columns: _Columns) -> str:
    """Return the query of the charges beside usage."""
    charges = bill.charges
    if bill.source in TRUTHS:
        charges = tuple(
            replace(one, columns={**one.columns, _NOT_TOLD: ", ".join(sorted(one.hidden)) or None}) for one in charges
        )
    own = offer_charges(engine, "charges_beside", charges, _COSTS)
    other = {name: value if value not in _AMOUNT_COLUMNS or value in own else "NULL" for name, _, _, value in columns}
    beside = [
        (name, kind, f'coalesce("{name}", {other[name]})' if name in own else other[name])
        for name, kind, _, _ in columns
    ]
    return f"SELECT {select_list(beside)} FROM charges_beside"


def credit_columns(bill: Bill) -> dict[str, Ints]:
    """Return credits per row of usage, ``credit_0`` and so on; the rows of a cell sum to the cell's."""
    usage, pieces = bill.usage, bill.pieces
    found = {}
    for place, one in enumerate(bill.credits):
        cost = -usage.quantity * usage.list_price
        # What takes off all of a cell takes off all of each row, whatever the rounding of shares.
        step = supplier(bill.source).step
        rows = -cut(usage.quantity // step, pieces) * step * np.repeat(usage.list_price, pieces)
        part = cut(one.amount // DYADIC_AMOUNT, pieces) * DYADIC_AMOUNT
        found[f"credit_{place}"] = np.asarray(np.where(np.repeat(one.amount == cost, pieces), rows, part))
    return found


_AMOUNT_COLUMNS = frozenset({"ContractedUnitPrice", "ListUnitPrice", "EffectiveCost"})


def bill_path(folder: Path, bill: Bill) -> Path:
    """Return where a month's file goes: among the exports, or under the folder of truth."""
    if bill.source in TRUTHS:
        return folder / "truth" / "focus" / f"{bill.source}-{bill.month.label}.parquet"
    return folder / "exports" / bill.source / f"{bill.source}-focus-{bill.month.label}.{FORMS[bill.source].ending}"
