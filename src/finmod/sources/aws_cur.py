"""The AWS Cost and Usage Report (legacy) as a format: its column names, its tags, its report versions.

Owns what can be known without opening the bill. Does not know FOCUS: the mapping stands in
``finmod.normalize.aws``. Column names in whatever style are turned into those of CUR 2.0, in which
the mapping is written.

Source: AWS Data Exports User Guide, "Understanding your report versions", "Column names" (Athena),
"Data dictionary".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from finmod.sources.deliveries import by_period, current, delivery
from finmod.sources.format import Format, Selection

_PREFIXES = {
    "identity": "identity",
    "bill": "bill",
    "lineitem": "line_item",
    "product": "product",
    "pricing": "pricing",
    "reservation": "reservation",
    "savingsplan": "savings_plan",
    "discount": "discount",
    "splitlineitem": "split_line_item",
    "capacityreservation": "capacity_reservation",
}
_TAGS = re.compile(r"(?:resourceTags/|resource_tags_)(?:(user)[:_]|(aws)[:_])?(.+)", re.IGNORECASE | re.DOTALL)
_COST_CATEGORIES = re.compile(r"(?:costCategory/|cost_category_)(.+)", re.IGNORECASE | re.DOTALL)
_LETTER_CASE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PERIOD = re.compile(r"\d{8}-\d{8}")
_MONTH = re.compile(r"month=(\d{1,2})")
_STATUS = "cost_and_usage_data_status"
_YEAR = re.compile(r"year=(\d{4})")

# Names that do not follow from the style alone: AWS writes acronyms letter by letter in CUR 2.0 and Athena,
# and other tools do not.
_KNOWN = (
    "line_item_line_item_description",
    "line_item_line_item_type",
    "line_item_resource_id",
    "line_item_unblended_cost",
    "line_item_unblended_rate",
    "line_item_net_unblended_cost",
    "line_item_net_unblended_rate",
    "line_item_usage_account_id",
    "line_item_usage_account_name",
    "line_item_usage_amount",
    "line_item_usage_end_date",
    "line_item_usage_start_date",
    "line_item_usage_type",
    "line_item_availability_zone",
    "line_item_currency_code",
    "line_item_legal_entity",
    "line_item_normalized_usage_amount",
    "line_item_normalization_factor",
    "line_item_operation",
    "line_item_product_code",
    "line_item_tax_type",
    "identity_line_item_id",
    "identity_time_interval",
    "bill_bill_type",
    "bill_billing_entity",
    "bill_billing_period_end_date",
    "bill_billing_period_start_date",
    "bill_invoice_id",
    "bill_invoicing_entity",
    "bill_payer_account_id",
    "bill_payer_account_name",
    "pricing_currency",
    "pricing_public_on_demand_cost",
    "pricing_public_on_demand_rate",
    "pricing_purchase_option",
    "pricing_rate_code",
    "pricing_term",
    "pricing_unit",
    "product_instance_type",
    "product_location",
    "product_operating_system",
    "product_product_family",
    "product_product_name",
    "product_region",
    "product_region_code",
    "product_servicecode",
    "product_servicename",
    "product_sku",
    "product_tenancy",
    "reservation_amortized_upfront_cost_for_usage",
    "reservation_amortized_upfront_fee_for_billing_period",
    "reservation_effective_cost",
    "reservation_net_amortized_upfront_cost_for_usage",
    "reservation_net_effective_cost",
    "reservation_net_recurring_fee_for_usage",
    "reservation_net_unused_amortized_upfront_fee_for_billing_period",
    "reservation_net_unused_recurring_fee",
    "reservation_recurring_fee_for_usage",
    "reservation_reservation_a_r_n",
    "reservation_subscription_id",
    "reservation_total_reserved_normalized_units",
    "reservation_total_reserved_units",
    "reservation_unused_amortized_upfront_fee_for_billing_period",
    "reservation_unused_normalized_unit_quantity",
    "reservation_unused_quantity",
    "reservation_unused_recurring_fee",
    "reservation_upfront_value",
    "savings_plan_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_amortized_upfront_commitment_for_billing_period",
    "savings_plan_net_recurring_commitment_for_billing_period",
    "savings_plan_net_savings_plan_effective_cost",
    "savings_plan_offering_type",
    "savings_plan_payment_option",
    "savings_plan_recurring_commitment_for_billing_period",
    "savings_plan_savings_plan_a_r_n",
    "savings_plan_savings_plan_effective_cost",
    "savings_plan_total_commitment_to_date",
    "savings_plan_used_commitment",
    "discount_bundled_discount",
    "discount_total_discount",
    "split_line_item_net_split_cost",
    "split_line_item_net_unused_cost",
    "split_line_item_parent_resource_id",
    "split_line_item_split_cost",
    "split_line_item_split_usage",
    "split_line_item_unused_cost",
    "capacity_reservation_capacity_reservation_arn",
    "capacity_reservation_capacity_reservation_status",
)
_BY_LETTERS = {name.replace("_", ""): name for name in _KNOWN}

_NEEDED = frozenset({"line_item_line_item_type", "line_item_unblended_cost", "bill_payer_account_id"})
# Columns that CUR 2.0 alone has; a legacy report keeps tags and product attributes in columns of their own.
_MAPS = frozenset({"product", "resource_tags", "cost_category", "discount"})


def canonical(name: str) -> str:
    """Return a column's name as CUR 2.0 writes it.

    Tag and cost category columns get names that keep every letter of their key apart: AWS tells Team from team.
    ``tag_columns`` gives the keys.

    >>> [canonical(name) for name in ("lineItem/UnblendedCost", "lineitem_unblendedcost", "savingsPlan/SavingsPlanARN")]
    ['line_item_unblended_cost', 'line_item_unblended_cost', 'savings_plan_savings_plan_a_r_n']
    >>> canonical("costCategory/Team"), canonical("product/intelAvx2Available")
    ('key_636f737443617465676f72792f5465616d', 'product_intel_avx2_available')
    """
    clean = name.strip().strip("\N{ZERO WIDTH NO-BREAK SPACE}")
    if _TAGS.fullmatch(clean) or _COST_CATEGORIES.fullmatch(clean):
        return f"key_{clean.encode().hex()}"
    known = _BY_LETTERS.get(re.sub(r"[^a-z0-9]", "", clean.lower()))
    if known:
        return known
    prefix, slash, rest = clean.partition("/")
    head = _PREFIXES.get(prefix.lower(), prefix) if slash else ""
    words = _LETTER_CASE.sub("_", rest if slash else clean)
    head = _LETTER_CASE.sub("_", head)
    return re.sub(r"[^a-z0-9]+", "_", f"{head}_{words}".lower()).strip("_")


def tag_columns(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return (source column, tag key) of each tag column, sorted by key.

    A user's key stands as it is, a key of AWS keeps its prefix: that is how FOCUS tells them apart, and AWS
    reserves the prefix, so that no two keys meet.

    >>> tag_columns(["lineItem/UsageType", "resourceTags/user:Team", "resourceTags/aws:createdBy"])
    [('resourceTags/user:Team', 'Team'), ('resourceTags/aws:createdBy', 'aws:createdBy')]
    """
    found = []
    for column in columns:
        match = _TAGS.fullmatch(column.strip())
        if match:
            found.append((column, f"aws:{match[3]}" if match[2] else match[3]))
    return sorted(found, key=lambda pair: pair[1])


def cost_category_columns(columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return (source column, cost category) of each cost category column, sorted by category."""
    found = [(column, match[1]) for column in columns if (match := _COST_CATEGORIES.fullmatch(column.strip()))]
    return sorted(found, key=lambda pair: pair[1])


def recognise(columns: Iterable[str]) -> bool:
    """Return whether these are the columns of a legacy report, in any style of header."""
    names = set(columns)
    return {canonical(name) for name in names} >= _NEEDED and not names & _MAPS


def select_files(paths: Sequence[Path]) -> Selection:
    """Return the current version of each billing period's report.

    Knows three layouts of AWS: report versions (``<report>/<yyyymmdd-yyyymmdd>/<assembly>/<report>-00001.csv.gz``),
    overwriting (the same without the assembly folder) and Parquet (``year=2026/month=9``). Files in none of
    them are taken as they are.

    Raises:
        UserError: FM1250 to FM1252, see ``deliveries.current``.
    """
    status = [path for path in paths if _STATUS in path.parts]
    periods, loose = by_period([path for path in paths if _STATUS not in path.parts], _is_period)
    chosen = current(
        (delivery(folder, files, _manifest(folder, files), "reportKeys") for folder, files in periods), loose
    )
    reason = "the report's status table: it holds no charges"
    return replace(chosen, left_out=(*chosen.left_out, *((path, reason) for path in status)))


def _is_period(folder: Path) -> bool:
    by_month = _MONTH.fullmatch(folder.name) and _YEAR.fullmatch(folder.parent.name)
    return bool(by_month or _PERIOD.fullmatch(folder.name))


def _manifest(folder: Path, files: dict[Path, str]) -> Path | None:
    """Return the period's manifest; where there is one version alone, its own manifest serves as well."""
    places = [folder]
    month, year = _MONTH.fullmatch(folder.name), _YEAR.fullmatch(folder.parent.name)
    if month and year:
        root = folder.parent.parent
        start = f"{year[1]}{int(month[1]):02}01-*"
        places = sorted(path for base in (root, root.parent) for path in base.glob(start) if path.is_dir())
    elif len(set(files.values())) == 1:
        places.append(next(iter(files)).parent)
    return next((path for place in places for path in sorted(place.glob("*-Manifest.json"))), None)


FORMAT = Format("aws-cur", "AWS Cost and Usage Report (legacy)", recognise, canonical, select_files, marks=_NEEDED)
