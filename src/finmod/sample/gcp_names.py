"""How Google's detailed export names things: the nested fields of a row, as JSON.

Owns the fields that do not depend on the amount. Columns and files stand in gcp.py.
"""

from __future__ import annotations

import json
from zlib import crc32

from finmod.sample.prices import PRICE_DIGITS, QUANTITY_DIGITS, Sku, decimal_text, skus, supplier
from finmod.sample.resources import Resources
from finmod.sample.teams import ACCOUNTS
from finmod.sample.usage import Usage
from finmod.sample.world import World

_ORGANISATION = "340011223344"
_FOLDERS = {True: ("501100000001", "production"), False: ("501100000002", "experiments")}
_COUNTRIES = {"europe-west1": "BE", "us-central1": "US"}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sku_id(name: str) -> str:
    number = f"{crc32(name.encode()):08X}{crc32(name[::-1].encode()):08X}"
    return f"{number[:4]}-{number[4:8]}-{number[8:12]}"


def _project(account: int) -> dict[str, object]:
    one = ACCOUNTS[account]
    number = str(700_000_000_000 + crc32(one.number.encode()))
    folder, name = _FOLDERS[one.production]
    return {
        "id": one.number,
        "number": number,
        "name": one.name,
        "labels": [{"key": "stage", "value": "prod" if one.production else "test"}],
        "ancestry_numbers": f"/{_ORGANISATION}/{folder}/",
        "ancestors": [
            {"resource_name": f"projects/{number}", "display_name": one.name},
            {"resource_name": f"folders/{folder}", "display_name": name},
            {"resource_name": f"organizations/{_ORGANISATION}", "display_name": "northwind.example"},
        ],
    }


def _unit(sku: Sku) -> str:
    """Return the unit of ``usage.pricing_unit``; a price may be for many of it, see ``price.pricing_unit_quantity``."""
    return sku.consumed_unit.lower() if sku.consumed_per_priced > 1 else sku.pricing_unit


def consumed_per_priced(sku: Sku) -> int:
    """Return how many units of ``usage.unit`` one pricing unit is: hours are told in seconds."""
    return 3600 if sku.pricing_unit == "hour" else sku.consumed_per_priced


def resource_fields(resources: Resources, place: int) -> dict[str, str | None]:
    """Return the fields of a resource's rows, as JSON texts, and the plain texts that its amounts need."""
    sku, region = skus()[resources.sku[place]], supplier("gcp").regions[resources.region[place]]
    name, tags = f"{sku.usage_type}{resources.size[place]} running in {region[1]}", resources.tags[place]
    zone = f"{region[0]}{region[2]}" if sku.category == "Compute" else None
    system = {"compute.googleapis.com/machine_spec": "n2-standard-8"} if sku.key == "gce" else {}
    tagged = tags.get("environment")
    return {
        "service": _json({"id": sku.service_code, "description": sku.service_name}),
        "sku": _json({"id": _sku_id(name), "description": name}),
        "project": _json(_project(int(resources.account[place]))),
        "labels": _json([{"key": key, "value": value} for key, value in sorted(tags.items())]),
        "system_labels": _json([{"key": key, "value": value} for key, value in system.items()]),
        "location": _json(
            {"location": zone or region[0], "country": _COUNTRIES[region[0]], "region": region[0], "zone": zone}
        ),
        "tags": _json(
            [{"key": "environment", "value": tagged, "inherited": False, "namespace": _ORGANISATION}] if tagged else []
        ),
        "resource": _json({"name": resources.names[place], "global_name": resources.ids[place]}),
        "unit": _unit(sku),
        "consumed_unit": "seconds" if sku.pricing_unit.endswith(("hour", "Seconds")) else "byte-seconds",
        "quantity": str(sku.consumed_per_priced),
    }


def fields(
    service: str, sku: str, *, cost: int, listed: int | None = None, units: tuple[int, str] = (1, "count")
) -> dict[str, str | None]:
    """Return the fields of a row that is no resource's.

    Args:
        service: Name of the service.
        sku: Name of the SKU.
        cost: What it costs, 1e-10 USD.
        listed: What it costs at list price; None where the export tells neither that nor a quantity.
        units: Number and unit of what was used, a whole number that divides the cost.
    """
    code = next((one.service_code for one in skus() if one.source == "gcp" and one.service_name == service), None)
    return {
        "service": _json({"id": code or _sku_id(service), "description": service}),
        "sku": _json({"id": _sku_id(sku), "description": sku}),
        "cost": decimal_text(cost),
        "cost_at_list": None if listed is None else decimal_text(listed),
        **({} if listed is None else _priced(listed, units)),
    }


def _priced(listed: int, units: tuple[int, str]) -> dict[str, str]:
    return {
        "effective_price": decimal_text(listed // units[0]),
        "pricing_amount": str(units[0]),
        "pricing_unit": units[1],
        "pricing_unit_quantity": "1",
        "usage_amount": str(units[0]),
        "usage_unit": units[1],
    }


def of_cell(world: World, usage: Usage, cell: int, cost: int) -> dict[str, str | None]:
    """Return the fields of a row about a cell of usage, at a cost of 1e-10 USD."""
    found = resource_fields(world.resources[usage.source], int(usage.resource[cell]))
    text, quantity = decimal_text(cost), int(usage.quantity[cell])
    sku = skus()[int(usage.sku_of_resource[usage.resource[cell]])]
    nested = ("service", "sku", "project", "labels", "system_labels", "location", "tags", "resource")
    return {name: found[name] for name in nested} | {
        "cost": text,
        "cost_at_list": text,
        "effective_price": decimal_text(int(usage.list_price[cell]), PRICE_DIGITS),
        "usage_amount": decimal_text(quantity * consumed_per_priced(sku), QUANTITY_DIGITS),
        "pricing_amount": decimal_text(quantity * sku.consumed_per_priced, QUANTITY_DIGITS),
        "usage_unit": found["consumed_unit"],
        "pricing_unit": found["unit"],
        "pricing_unit_quantity": found["quantity"],
    }
