"""Google's own FOCUS export and FOCUS view: what they have under other names, and where they differ from the standard.

Owns the rules of Google alone. Source: Google Cloud Billing, "Structure of the FOCUS data export" (FOCUS 1.2, preview)
and the FOCUS BigQuery view (FOCUS 1.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finmod.normalize.aws_services import lookup
from finmod.normalize.focus_supplier import FocusSupplier
from finmod.normalize.gcp_charges import PACIFIC_MONTHS
from finmod.normalize.gcp_services import CATEGORIES, REGIONS, SUBCATEGORIES
from finmod.normalize.mapping import MapColumn

_EXPORT = "Google Cloud Billing, Structure of the FOCUS data export"
_VIEW = "Google Cloud, FOCUS BigQuery view"
_MARKS = frozenset({"x_costtype", "x_currencyconversionrate"})
# The view writes every fixed value in lower case.
_WORDS = {
    "ChargeCategory": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "ChargeClass": ("Correction",),
    "PricingCategory": ("Standard", "Dynamic", "Committed", "Other"),
    "CommitmentDiscountCategory": ("Spend", "Usage"),
    "CommitmentDiscountStatus": ("Used", "Unused"),
}
_START = "date_trunc('month', @BillingPeriodStart)"
_NAME = "lower($ServiceName)"
_LABELS = ", ".join(f"nullif(${name}, '[]')" for name in ("x_Labels", "x_ProjectLabels", "x_SystemLabels", "x_Tags"))


def _word(column: str) -> MapColumn:
    words = lookup({word.lower(): word for word in _WORDS[column]}, f"lower(${column})")
    return MapColumn(
        column,
        f"coalesce({words}, ${column})",
        choice="Google's FOCUS view writes it in lower case.",
        source=_VIEW,
    )


_COLUMNS = (
    *map(_word, _WORDS),
    MapColumn(
        "BillingPeriodStart",
        _START,
        choice="Google's months begin at midnight of US Pacific time; they are read as calendar months in UTC, as "
        "those of gcp-billing.",
        source=f"{_EXPORT}: BillingPeriodStart",
        alternative="07:00 or 08:00 UTC as written: no other bill's months would begin with Google's.",
    ),
    MapColumn(
        "BillingPeriodEnd",
        f"{_START} + INTERVAL 1 MONTH",
        choice="The view ends a month with the beginning of its last day.",
        source=f"{_VIEW}: BillingPeriodEnd",
    ),
    MapColumn(
        "InvoiceId",
        "coalesce($InvoiceId, $BillingAccountId || '-' || strftime(date_trunc('month', @BillingPeriodStart), '%Y%m'))",
        choice="Billing account and invoice month where the export names none, as in gcp-billing.",
        source=f"{_EXPORT}: BillingAccountId, BillingPeriodStart",
    ),
    MapColumn(
        "ServiceCategory",
        f"coalesce({lookup(CATEGORIES, _NAME)}, 'Other')",
        choice="From our table of services: the export has none, and the view has Google's own names of products "
        "there.",
        source="FOCUS 1.4, ServiceCategory",
    ),
    MapColumn("ServiceSubcategory", f"coalesce({lookup(SUBCATEGORIES, _NAME)}, 'Other (Other)')"),
    MapColumn("RegionName", f"coalesce($RegionName, {lookup(REGIONS, '$RegionId')})"),
    MapColumn(
        "CommitmentDiscountId",
        "coalesce($CommitmentDiscountId, $x_SubscriptionInstanceId)",
        choice="The export names the subscription beside the columns of the standard.",
        source=f"{_EXPORT}: x_SubscriptionInstanceId",
    ),
    MapColumn(
        "Tags",
        f"coalesce($Tags, '{{' || nullif(concat_ws(',', {_LABELS}), '') || '}}')",
        choice="A list of keys and values is read as one object; the export has labels, project labels, system labels "
        "and tags in columns of their own, which are joined as in gcp-billing.",
        source=f"{_EXPORT}: x_Labels, x_ProjectLabels, x_SystemLabels, x_Tags",
    ),
)


def recognise(columns: Sequence[str]) -> bool:
    """Return whether a FOCUS file has what Google's export has beside FOCUS: cost types and a rate of conversion."""
    return {name.casefold() for name in columns} >= _MARKS


_NAMED = "coalesce(x_ProviderName, ServiceProviderName, InvoiceIssuerName)"
_MONTHS = replace(PACIFIC_MONTHS, when=f"{PACIFIC_MONTHS.when} AND coalesce({_NAMED} LIKE 'Google%', true)")

GOOGLE = FocusSupplier("Google", ("Google", "GCP"), recognise, _COLUMNS, by_choice=(_MONTHS,))
