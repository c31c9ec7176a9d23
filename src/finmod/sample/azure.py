"""Microsoft's cost details as exports lie on storage: actual and amortized cost of a month, each with its manifest.

Owns the files of both agreements: gzip CSV, their folders and manifest.json. Columns stand in azure_columns.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

from finmod.engines.duckdb import Engine, identifier, literal
from finmod.sample.azure_charges import ACTUAL, AMORTIZED, benefit, product_columns
from finmod.sample.azure_columns import BESIDE, CUSTOMER, ENTERPRISE, USAGE
from finmod.sample.charges import Bill
from finmod.sample.commitments import Commitment
from finmod.sample.prices import skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.tables import make_table, money, offer_native, price, quantity, write_query
from finmod.sample.teams import ACCOUNTS, PAYERS, TEAMS
from finmod.sample.world import World

_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_FAMILIES = {"Web": "Compute", "Management and Governance": "Management and Governance"}
_SCHEMAS = {"azure-ea": "2024-08-01", "azure-mca": "2023-12-01-preview"}
_FIRST_BILLED = "held.number > 0"


def offer_world(engine: Engine, world: World, source: str) -> None:
    """Make the tables of a source's resources and commitments as its files name them, once for all months."""
    resources = world.resources[source]
    rows = [_resource(resources, place) for place in range(resources.count)]
    make_table(engine, f"{source}_native", rows, {})
    held = (None, *world.commitments)
    reserved = [int(one is not None and one.by_quantity and one.source == source) for one in held]
    make_table(engine, f"{source}_held", [_held(one) for one in held], {"reserved": reserved})


def _held(one: Commitment | None) -> Mapping[str, str | None]:
    names = ("PricingModel", "ReservationId", "ReservationName", "ProductOrderId", "ProductOrderName", "Term",
             "benefitId", "benefitName")  # fmt: skip
    if one is None or not one.source.startswith("azure"):
        return dict.fromkeys(names)
    return benefit(one)


def _resource(resources: Resources, place: int) -> dict[str, str | None]:
    sku, account = skus()[resources.sku[place]], ACCOUNTS[resources.account[place]]
    region, size = supplier(resources.source).regions[resources.region[place]], resources.size[place]
    meter, tags, ident = f"{sku.usage_type}{size}", resources.tags[place], resources.ids[place]
    product = product_columns(f"{sku.key}{size}{region[0]}")
    text = json.dumps(tags, sort_keys=True, separators=(",", ": "), ensure_ascii=False) if tags else None
    spot = sku.key.endswith("spot")
    info = {"UsageType": "ComputeHR", "ServiceType": f"Standard_{meter.replace(' ', '_')}"} | (
        {"Priority": "Low"} if spot else {}
    )
    return {
        "account": account.number,
        "account_name": account.name,
        "additional_info": json.dumps(info) if sku.category == "Compute" else None,
        "reserved_info": json.dumps(info | {"RINormalizationRatio": 1.0}),
        "consumed_service": ident.split("/providers/")[1].split("/")[0],
        "cost_centre": TEAMS[int(resources.team[place])].cost_centre,
        "family": sku.family,
        "meter": meter,
        "meter_id": product["MeterId"],
        "meter_region": region[1],
        "part_number": product["PartNumber"],
        "pricing_model": "Spot" if spot else "OnDemand",
        "pricing_unit": sku.pricing_unit,
        "product": f"{sku.service_name} {sku.family} - {meter} - {region[1]}",
        "region": region[0],
        "resource_group": ident.split("/resourcegroups/")[1].split("/")[0],
        "resource_id": ident,
        "resource_name": resources.names[place],
        "service": sku.service_code,
        "service_family": _FAMILIES.get(sku.category, sku.category),
        # Under an enterprise agreement the braces are left out.
        "tags": text[1:-1] if text and resources.source == "azure-ea" else text,
    }


def write_bill(engine: Engine, bill: Bill, folder: Path) -> list[Path]:
    """Write a month's actual and amortized files below exports/ and return them, manifests included."""
    native = offer_native(engine, bill)
    written = []
    for half in (ACTUAL, AMORTIZED):
        run = f"{crc32(f'{bill.source}{half}{bill.month.label}'.encode()):08x}-7d1e-4c52-8a90-5c0ffee00001"
        last = bill.month.days
        days = f"{bill.month.year}{bill.month.month:02d}01-{bill.month.year}{bill.month.month:02d}{last}"
        place = folder / "exports" / bill.source / half / days / run
        place.mkdir(parents=True)
        path = place / "part_0_0001.csv.gz"
        rows = write_query(engine, _select(bill, half, native), path)
        manifest = _manifest(bill, half, path.relative_to(folder / "exports"), (rows, path.stat().st_size))
        (place / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
        written += [path, place / "manifest.json"]
    return written


def _select(bill: Bill, half: str, native: set[str]) -> str:
    """Return the query of a file's rows."""
    if bill.source == "azure-ea":
        names = [(f"{_BOM}{name}" if place == 0 else name, name) for place, name in enumerate(ENTERPRISE)]
    else:
        names = list(CUSTOMER)
    usage = ", ".join(f"{USAGE.get(key, 'NULL')} AS {identifier(name)}" for name, key in names)
    beside = []
    for name, key in names:
        default = BESIDE.get(key, "NULL")
        value = f"coalesce(b.{identifier(key)}, CAST({default} AS VARCHAR))" if key in native else default
        beside.append(f"{value} AS {identifier(name)}")
    query = f"""SELECT {usage} FROM
        (SELECT n, h, resource, commitment, t0, {quantity("q")} AS q, {price("lp")} AS lp, {price("cp")} AS cp,
            {price("ep")} AS ep, {money("q * ep")} AS cost, {money("q * lp")} AS listed FROM usage) c
        JOIN {identifier(f"{bill.source}_native")} r ON r.number = c.resource
        JOIN {identifier(f"{bill.source}_held")} held ON held.number = c.commitment"""
    if native:
        query += f""" UNION ALL SELECT {", ".join(beside)} FROM native_beside b
            WHERE coalesce(b.half, {literal(half)}) = {literal(half)}"""
    for word, text in _constants(bill, half).items():
        query = query.replace(word, text)
    return query


def _constants(bill: Bill, half: str) -> dict[str, str]:
    month, payer, customer = bill.month, PAYERS[bill.source], bill.source == "azure-mca"
    start = f"{month.month:02d}/01/{month.year}"
    end = f"{month.month:02d}/{month.days}/{month.year}"
    actual = half == ACTUAL
    account = "b7e4-harbour:2f1c_2019-05-31" if customer else payer[0]
    return {
        "$account_id": "NULL" if customer else "'301177'",
        "$account_name": "NULL" if customer else "'Northwind IT'",
        "$billing_account": literal(account),
        "$billing_name": literal("Harbour Market Ltd" if customer else payer[1]),
        "$profile_name": literal(payer[1]),
        "$profile": literal(payer[0]),
        "$section_name": literal("Harbour shop" if customer else "Northwind department"),
        "$section": literal("K7QW-HRBR-PJA-PGB" if customer else "90211"),
        "$period_start": literal(start),
        "$period_end": literal(end),
        "$publisher": "'Microsoft'" if customer else "'Azure'",
        "$customer": str(customer).lower(),
        # What a commitment covers is paid by its purchase: actual cost knows no price for it.
        "$cost": f"CASE WHEN {_FIRST_BILLED} THEN 0 ELSE cost END" if actual else "cost",
        "$price": f"CASE WHEN {_FIRST_BILLED} THEN 0 ELSE ep END" if actual else "ep",
        "$payg": "CASE WHEN held.reserved THEN 0 ELSE listed END",
        "$invoice": literal(bill.invoice),
    }


def _manifest(bill: Bill, half: str, path: Path, size: tuple[int, int]) -> dict[str, object]:
    """Return manifest.json, as an export with file partitioning writes it beside each delivery."""
    rows, count = size
    month = bill.month
    scope = f"/providers/Microsoft.Billing/billingAccounts/{PAYERS[bill.source][0]}"
    kind = "ActualCost" if half == ACTUAL else "AmortizedCost"
    following = month.following()
    return {
        "manifestVersion": "2024-04-01",
        "byteCount": count,
        "blobCount": 1,
        "dataRowCount": rows,
        "exportConfig": {
            "exportName": f"{bill.source}-{half}",
            "resourceId": f"{scope}/providers/Microsoft.CostManagement/exports/{bill.source}-{half}",
            "dataVersion": _SCHEMAS[bill.source],
            "apiVersion": "2023-07-01-preview",
            "type": kind,
            "timeFrame": "TheLastMonth",
            "granularity": "Daily",
        },
        "deliveryConfig": {
            "partitionData": True,
            "dataOverwriteBehavior": "OverwritePreviousReport",
            "fileFormat": "Csv",
            "compressionMode": "Gzip",
            "containerUri": "https://northwindcosts.blob.core.windows.net/exports",
            "rootFolderPath": bill.source,
        },
        "blobs": [{"blobName": path.as_posix(), "byteCount": count, "dataRowCount": rows}],
        "runInfo": {
            "executionType": "Scheduled",
            "submittedTime": f"{following.first}T06:00:00Z",
            "runId": path.parts[-2],
            "startDate": f"{month.first}T00:00:00",
            "endDate": f"{month.first.replace(day=month.days)}T00:00:00",
        },
    }
