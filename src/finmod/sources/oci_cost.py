"""Oracle Cloud Infrastructure cost reports: CSV, gzipped, several a day and without a manifest.

Owns the names of their columns. A tag stands in a column of its own, ``tags/NAMESPACE.KEY`` or ``tags/KEY``.

Source: Oracle Cloud Infrastructure Documentation, "Cost and Usage Reports", "Cost Report Schema".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from finmod.sources.format import Format

_NAMES = (
    "line_item_reference_no",
    "line_item_tenant_id",
    "line_item_interval_usage_start",
    "line_item_interval_usage_end",
    "line_item_is_correction",
    "line_item_backreference_no",
    "product_service",
    "product_resource",
    "product_compartment_id",
    "product_compartment_name",
    "product_compartment_path",
    "product_region",
    "product_availability_domain",
    "product_resource_id",
    "product_description",
    "usage_billed_quantity",
    "usage_billed_quantity_overage",
    "cost_subscription_id",
    "cost_product_sku",
    "cost_unit_price",
    "cost_unit_price_overage",
    "cost_my_cost",
    "cost_my_cost_overage",
    "cost_currency_code",
    "cost_billing_unit_readable",
    "cost_sku_unit_description",
    "cost_overage_flag",
)
_BY_LETTERS = {name.replace("_", ""): name for name in _NAMES} | {
    # As Oracle's documents write it.
    "lineitembackreference": "line_item_backreference_no",
}
_MARKS = {
    "line_item_interval_usage_start": "lineItem/intervalUsageStart",
    "cost_my_cost": "cost/myCost",
    "product_service": "product/service",
}
"""Columns without which no file is a cost report -> what Oracle calls them."""
_TAG = re.compile(r"tags/(.+)", re.IGNORECASE | re.DOTALL)


def canonical(name: str) -> str:
    """Return the word that the mapping has for a column; two tags never have the same.

    >>> canonical("lineItem/intervalUsageStart"), canonical("product/Description"), canonical("tags/Ops.Team")
    ('line_item_interval_usage_start', 'product_description', 'tags_Ops_2e_Team')
    """
    tag = _TAG.fullmatch(name)
    if tag:
        return "tags_" + re.sub(r"[^A-Za-z0-9]", lambda sign: f"_{ord(sign[0]):x}_", tag[1])
    return _BY_LETTERS.get(re.sub(r"[^a-z0-9]", "", name.casefold()), name)


def tag_columns(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return (column, key) of the columns that hold a tag, by key; a key has its namespace before a point."""
    found = ((name, match[1]) for name in names if (match := _TAG.fullmatch(name)))
    return sorted(found, key=lambda pair: pair[1])


def recognise(columns: Sequence[str]) -> bool:
    """Return whether the columns are those of a cost report; a usage report has no cost."""
    return {canonical(name) for name in columns} >= _MARKS.keys()


def _usage_report(columns: Sequence[str]) -> str:
    names = {canonical(name) for name in columns}
    if "usage_billed_quantity" not in names or any(name.startswith("cost_") for name in names):
        return ""
    return "It looks like a usage report, which never has a cost: load the cost report, of reports/cost-csv."


FORMAT = Format(
    "oci-cost",
    "Oracle Cloud Infrastructure cost report",
    recognise,
    canonical,
    marks=frozenset(_MARKS),
    as_written=_MARKS,
    instead=_usage_report,
)
