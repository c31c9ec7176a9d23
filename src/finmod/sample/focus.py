"""The bills of Azure, Google, the AI-token supplier and the data centre as FOCUS files, one per month.

Owns the FOCUS columns of usage rows, the version and the file form of each supplier.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from finmod.engines.duckdb import Engine, literal
from finmod.sample.charges import Bill
from finmod.sample.focus_charges import commitment_id
from finmod.sample.prices import skus, supplier
from finmod.sample.tables import money, offer_charges, offer_usage, price, quantity, select_list, texts
from finmod.sample.teams import ACCOUNTS, PAYERS
from finmod.sample.world import World

_TEXT, _TIME, _MONEY, _PRICE, _AMOUNT = "VARCHAR", "TIMESTAMP", "DECIMAL(18,10)", "DECIMAL(28,10)", "DECIMAL(28,10)"
_HELD = "c.commitment >= 0"


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
    ("CommitmentDiscountQuantity", _AMOUNT, f"CASE held.category WHEN 'Usage' THEN {quantity('q')} WHEN 'Spend' THEN {money('q * ep')} END", "NULL"),
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
    *((name, _TEXT, "NULL", "NULL") for name in (
        "AllocatedMethodDetails", "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "AllocatedTags", "ContractApplied",
    )),
    ("HostProviderName", _TEXT, "$provider", "$provider"),
    ("ServiceProviderName", _TEXT, "$provider", "$provider"),
)  # fmt: skip
_COSTS = {"BilledCost": "billed", "EffectiveCost": "effective", "ListCost": "listed", "ContractedCost": "contracted"}


def offer_world(engine: Engine, world: World, source: str) -> None:
    """Make the tables of a source's resources and of all commitments, once for all months."""
    resources, regions = world.resources[source], supplier(source).regions
    table = [skus()[place] for place in resources.sku]
    account = [ACCOUNTS[number] for number in resources.account]
    meter = [f"{sku.usage_type}{size}" if size else sku.usage_type for sku, size in zip(table, resources.size, strict=True)]
    frame = {
        "resource_id": resources.ids, "resource_name": resources.names, "resource_type": [sku.resource_type for sku in table],
        "account": [found.number for found in account], "account_name": [found.name for found in account],
        "region": [regions[place][0] for place in resources.region], "region_name": [regions[place][1] for place in resources.region],
        "service": [sku.service_name for sku in table], "category": [sku.category for sku in table],
        "subcategory": [sku.subcategory for sku in table], "meter": meter,
        "sku": [f"{source}-{sku.key}{'-' + size.replace(' ', '-') if size else ''}" for sku, size in zip(table, resources.size, strict=True)],
        "description": [f"{sku.service_name}, {text}, per {sku.pricing_unit}" for sku, text in zip(table, meter, strict=True)],
        "pricing_unit": [sku.pricing_unit for sku in table], "consumed_unit": [sku.consumed_unit for sku in table],
        "tags": [json.dumps(tags, sort_keys=True) if tags else None for tags in resources.tags],
    }
    engine.register(
        "resource_texts",
        {
            "number": np.arange(resources.count, dtype=np.int64),
            "consumed_per_priced": np.array([sku.consumed_per_priced for sku in table], dtype=np.int64),
        } | {name: texts(list(column)) for name, column in frame.items()},
    )
    engine.run(f"CREATE OR REPLACE TEMP TABLE {source}_resources AS SELECT * FROM resource_texts")
    held = world.commitments
    engine.register(
        "held_texts",
        {"number": np.arange(len(held), dtype=np.int64)} | {
            name: texts(column) for name, column in {
                "id": [commitment_id(one) for one in held], "name": [one.name for one in held], "kind": [one.kind for one in held],
                "category": ["Usage" if one.by_quantity else "Spend" for one in held],
                "unit": ["Hours" if one.by_quantity else "USD" for one in held],
            }.items()
        },
    )
    engine.run("CREATE OR REPLACE TEMP TABLE focus_held AS SELECT * FROM held_texts")


def select_bill(engine: Engine, bill: Bill) -> str:
    """Return the query of a month's FOCUS rows, in their order, over views that this registers."""
    source, month, form = bill.source, bill.month, FORMS[bill.source]
    columns = _COLUMNS + (_ADDED_IN_1_3 if form.version == "1.3" else ())
    offer_usage(engine, bill)
    constants = {
        "$period_start": f"TIMESTAMP '{month.first}'", "$period_end": f"TIMESTAMP '{month.following().first}'",
        "$invoice": literal(bill.invoice), "$issuer": literal(supplier(source).issuer), "$provider": literal(supplier(source).name),
        "$account_name": literal(PAYERS[source][1]), "$account_type": literal(form.billing_account), "$account": literal(PAYERS[source][0]),
        "$sub_account_type": literal(form.sub_account),
    }
    query = f"""SELECT {select_list([column[:3] for column in columns])} FROM usage c
        LEFT JOIN {source}_resources r ON r.number = c.resource LEFT JOIN focus_held held ON held.number = c.commitment"""
    if bill.charges:
        own = offer_charges(engine, "charges_beside", bill.charges, _COSTS)
        other = {name: value if value not in _AMOUNT_COLUMNS or value in own else "NULL" for name, _, _, value in columns}
        beside = [(name, kind, f'coalesce("{name}", {other[name]})' if name in own else other[name]) for name, kind, _, _ in columns]
        query = f"{query} UNION ALL SELECT {select_list(beside)} FROM charges_beside"
    for name, text in constants.items():
        query = query.replace(name, text)
    return query


_AMOUNT_COLUMNS = frozenset({"ContractedUnitPrice", "ListUnitPrice", "EffectiveCost"})


def bill_path(folder: Path, bill: Bill) -> Path:
    """Return where a month's file goes."""
    return folder / bill.source / f"{bill.source}-focus-{bill.month.label}.{FORMS[bill.source].ending}"


def write_bill(engine: Engine, folder: Path, bill: Bill) -> Path:
    """Write one month in the supplier's form and return the file."""
    path = bill_path(folder, bill)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_query(engine, select_bill(engine, bill), path)
    return path


def write_query(engine: Engine, query: str, path: Path) -> None:
    """Write rows as Parquet or CSV, by the ending of the path, in their order."""
    if path.suffix == ".parquet":
        engine.copy_parquet(query, path, ordered=True)
        return
    packed = ", COMPRESSION gzip" if path.suffix == ".gz" else ""
    engine.run("SET preserve_insertion_order = true")
    engine.run(f"COPY ({query}) TO {literal(str(path))} (FORMAT csv, HEADER, TIMESTAMPFORMAT '%Y-%m-%dT%H:%M:%SZ'{packed})")
