"""Small Google bills for tests: rows of the detailed export as BigQuery writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

ROW: dict[str, Any] = {
    "billing_account_id": "01AB2C-3D4E5F-607182",
    "service": {"id": "6F81-5844-456A", "description": "Compute Engine"},
    "sku": {"id": "2E27-4F75-95CD", "description": "N1 Predefined Instance Core running in Americas"},
    "usage_start_time": "2026-09-10 05:00:00 UTC",
    "usage_end_time": "2026-09-10 06:00:00 UTC",
    "project": {"id": "shop-prod", "number": "3200", "name": "Shop", "labels": [], "ancestry_numbers": "/12/34/"},
    "labels": [],
    "system_labels": [],
    "tags": [],
    "location": {"location": "us-central1-a", "country": "US", "region": "us-central1", "zone": "us-central1-a"},
    "resource": {
        "name": "web-1",
        "global_name": "//compute.googleapis.com/projects/shop-prod/zones/us-central1-a/instances/77",
    },
    "cost": 1.5,
    "currency": "USD",
    "currency_conversion_rate": 1.0,
    "usage": {"amount": 3600.0, "unit": "seconds", "amount_in_pricing_units": 1.0, "pricing_unit": "hour"},
    "credits": [],
    "invoice": {"month": "202609", "publisher_type": "GOOGLE"},
    "cost_type": "regular",
    "price": {"effective_price": "1.5", "tier_start_amount": "0", "unit": "hour", "pricing_unit_quantity": "1"},
    "transaction_type": "GOOGLE",
    "cost_at_list": 2.0,
    "export_time": "2026-09-10 20:00:00 UTC",
}

SCHEMA = "gcp-billing"


def line(**changes: Any) -> str:  # noqa: ANN401 -- the fields of an export have any type
    """Return a row as a line of JSON; ``service__id`` changes a field of a struct, None removes a field."""
    row = json.loads(json.dumps(ROW))
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if value is None and not inner:
            row.pop(outer, None)
        elif inner:
            row.setdefault(outer, {})[inner] = value
        else:
            row[outer] = value
    return json.dumps(row, ensure_ascii=False)


def bill(*lines: str | Mapping[str, Any], name: str = "bill.json") -> dict[str, str]:
    """Return the one file of a bill: rows as lines, or as changes of the usual row."""
    texts = [each if isinstance(each, str) else line(**each) for each in lines]
    return {name: "\n".join(texts) + "\n"}


def credit(kind: str | None, amount: float | str, **others: Any) -> dict[str, Any]:  # noqa: ANN401 -- as line
    """Return an element of credits."""
    return {"name": "a credit", "amount": amount, "full_name": None, "id": "c-1", "type": kind, **others}
