"""Google's Cloud Billing export, standard and detailed, as a format: its fields and how they are named.

Owns what can be known without opening the bill: BigQuery writes it as JSON or as nested Parquet, other tools flatten it
to CSV, with dots or underscores in the names and lists as JSON or Python text.

Source: Google Cloud Billing, "Structure of Standard data export", "Structure of Detailed data export".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from finmod.engines.duckdb import identifier
from finmod.sources.format import Format
from finmod.sources.lists import Pairs, list_type

_NEEDED = frozenset({"billing_account_id", "usage_start_time", "cost"})
# A first object may lack any of these: BigQuery leaves fields that are null out of JSON.
_ONE_OF = ("service", "sku", "invoice", "credits", "cost_type")

CREDIT: Final = ("name", "amount", "full_name", "id", "type")
"""Fields of an element of credits."""

LISTS: Final = {
    "labels": Pairs(),
    "system_labels": Pairs(),
    "project_labels": Pairs(prefix="project:"),
    "tags": Pairs(namespace="namespace"),
}
"""Columns that are lists of keys and values, by canonical name."""


def recognise(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a billing export."""
    names = {canonical(column) for column in columns}
    return names >= _NEEDED and any(name.startswith(_ONE_OF) for name in names)


def canonical(name: str) -> str:
    """Return a column's name as the mapping writes it: in lower case, with underscores.

    >>> canonical("usage.amount_in_pricing_units")
    'usage_amount_in_pricing_units'
    """
    return re.sub(r"[^a-z0-9]+", "_", name.strip().lower())


def _struct(*fields: str, **lists: str) -> str:
    inside = [f"{identifier(field)} VARCHAR" for field in fields]
    inside += [f"{identifier(field)} {kind}" for field, kind in lists.items()]
    return f"STRUCT({', '.join(inside)})"


_TEXTS = (
    "billing_account_id", "usage_start_time", "usage_end_time", "export_time", "currency", "cost_type", "cost",
    "cost_at_list", "cost_at_effective_price_default", "currency_conversion_rate", "transaction_type", "seller_name",
)  # fmt: skip
_PRICES = (
    "effective_price", "tier_start_amount", "pricing_unit_quantity", "list_price", "effective_price_default",
)  # fmt: skip
_LABELS = list_type("key", value="JSON")
_JSON = {
    **dict.fromkeys(_TEXTS, "VARCHAR"),
    "labels": _LABELS,
    "system_labels": _LABELS,
    "tags": list_type("key", "namespace", value="JSON"),
    # Money: with its type a field that stands twice is refused as the file is read.
    "credits": list_type(*CREDIT),
    "service": _struct("id", "description"),
    "sku": _struct("id", "description"),
    "project": _struct("id", "number", "name", "ancestry_numbers", "ancestors", labels=_LABELS),
    "location": _struct("location", "country", "region", "zone"),
    "resource": _struct("name", "global_name"),
    "usage": _struct("amount", "unit", "amount_in_pricing_units", "pricing_unit"),
    "invoice": _struct("month", "publisher_type"),
    "adjustment_info": _struct("id", "description", "mode", "type"),
    "price": _struct(*_PRICES),
    "subscription": _struct("instance_id"),
    "consumption_model": _struct("id", "description"),
}  # fmt: skip

FORMAT = Format(
    "gcp-billing",
    "Google Cloud Billing export",
    recognise,
    canonical,
    json_columns=_JSON,
    literals=frozenset({"credits", "project_ancestors", *LISTS}),
    lists=LISTS,
    marks=_NEEDED,
)
