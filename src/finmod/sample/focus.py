"""The bills of Azure, Google, the AI-token supplier and the data centre as FOCUS files, one per month.

Owns the FOCUS columns of usage rows, the version and the file form of each supplier.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from finmod.engines.duckdb import Engine, literal
from finmod.sample.charges import Bill
from finmod.sample.commitments import Commitment
from finmod.sample.focus_commitments import commitment_id
from finmod.sample.prices import skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.tables import make_table, money, offer_charges, offer_usage, price, quantity, select_list
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.world import World

_TEXT, _TIME, _MONEY, _PRICE, _AMOUNT = "VARCHAR", "TIMESTAMP", "DECIMAL(18,10)", "DECIMAL(28,10)", "DECIMAL(28,10)"
_HELD = "c.commitment > 0"


@dataclass(frozen=True)
class Form:
    """How a supplier writes FOCUS: version, file name ending, kinds of its accounts."""

    version: str
    ending: str
    billing_account: str
    sub_account: str


FORMS: dict[str, Form] = {
    "azure": Form("1.2", "csv.gz", "Billing Profile", "Subscription"),
    "gcp": Form("1.2", "parquet", "Billing Account", "Project"),
    "ai": Form("1.2", "csv", "Organization", "Project"),
    "datacentre": Form("1.3", "parquet", "Customer", "Site"),
}

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
    ("ChargePeriodEnd", _TIME, "t1", "t1"),
    ("ChargePeriodStart", _TIME, "t0", "t0"),
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
    ("PricingCategory", _TEXT, f"CASE WHEN {_HELD} THEN 'Committed' ELSE 'Standard' END", "NULL"),
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
        "sku": f"{resources.source}-{sku.key}{'-' + size.replace(' ', '-') if size else ''}",
        "description": f"{sku.service_name}, {meter}, per {sku.pricing_unit}",
        "pricing_unit": sku.pricing_unit,
        "consumed_unit": sku.consumed_unit,
        "tags": json.dumps(tags, sort_keys=True) if tags else None,
    }


def select_bill(engine: Engine, bill: Bill) -> str:
    """Return the query of a month's FOCUS rows, in their order, over views that this registers."""
    source, month, form = bill.source, bill.month, FORMS[bill.source]
    columns = _COLUMNS + (_ADDED_IN_1_3 if form.version == "1.3" else ())
    offer_usage(engine, bill)
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
    }
    query = f"""SELECT {select_list([column[:3] for column in columns])} FROM usage c
        JOIN {source}_resources r ON r.number = c.resource
        JOIN focus_held held ON held.number = c.commitment"""
    if bill.charges:
        own = offer_charges(engine, "charges_beside", bill.charges, _COSTS)
        other = {
            name: value if value not in _AMOUNT_COLUMNS or value in own else "NULL" for name, _, _, value in columns
        }
        beside = [
            (name, kind, f'coalesce("{name}", {other[name]})' if name in own else other[name])
            for name, kind, _, _ in columns
        ]
        query = f"{query} UNION ALL SELECT {select_list(beside)} FROM charges_beside"
    for name, text in constants.items():
        query = query.replace(name, text)
    return query


_AMOUNT_COLUMNS = frozenset({"ContractedUnitPrice", "ListUnitPrice", "EffectiveCost"})


def bill_path(folder: Path, bill: Bill) -> Path:
    """Return where a month's file goes."""
    return folder / bill.source / f"{bill.source}-focus-{bill.month.label}.{FORMS[bill.source].ending}"
