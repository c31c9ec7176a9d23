"""Google Cloud Billing exports, standard and detailed, to FOCUS 1.4.

Owns the mapping: identity, place and names of a charge. Money and kinds of charges stand in ``gcp_charges``, credits in
``gcp_credits``, services and regions in ``gcp_services``.
"""

from __future__ import annotations

from dataclasses import replace

from finmod.engines.duckdb import literal
from finmod.normalize.aws_services import lookup
from finmod.normalize.gcp_charges import (
    AT_DEFAULT,
    COMMITMENTS,
    COSTS,
    FOCUS_VIEW,
    KINDS,
    PACIFIC_MONTHS,
    QUANTITIES,
    REGULAR,
    SCHEMA,
    TYPE,
)
from finmod.normalize.gcp_credits import CREDIT, NO_CREDIT
from finmod.normalize.gcp_services import CATEGORIES, REGIONS, SUBCATEGORIES
from finmod.normalize.mapping import Choice, Each, MapColumn, Mapping
from finmod.sources.gcp_billing import CREDIT as CREDIT_FIELDS

_MONTH = "substring($invoice_month, 1, 4) || '-' || substring($invoice_month, 5, 2) || '-01'"
_START = (
    "CASE WHEN $invoice_month IS NULL THEN date_trunc('month', @usage_start_time) "
    f"ELSE TRY_CAST({_MONTH} AS TIMESTAMP) END"
)
_PARTNER = (
    "coalesce($transaction_type IN ('THIRD_PARTY_RESELLER', 'THIRD_PARTY_AGENCY', '2', '3'), "
    "$invoice_publisher_type = 'PARTNER', false)"
)
_GOOGLE = "CASE WHEN $billing_account_id IS NOT NULL THEN 'Google Cloud' END"
_RESOURCE = "coalesce($resource_global_name, $resource_name)"
_SERVICE = "coalesce($service_description, $service_id)"
_KNOWN = f"lower({_SERVICE})"
_COMPUTE = "lower($service_description) = 'compute engine'"
_METER = "lower($sku_description)"


def _meters(*signs: str) -> str:
    return f"{_COMPUTE} AND ({' OR '.join(f'contains({_METER}, {literal(sign)})' for sign in signs)})"


_DISK = _meters("pd capacity", "snapshot", "disk", "storage image")
_NETWORK = _meters(
    "egress", "ingress", "data transfer", "load balanc", "forwarding rule", "cloud nat", "cloud armor", "vpn",
    "interconnect", "ip charge", "external ip", "static ip",
)  # fmt: skip
# Each comes as pairs of a JSON object, see sources.gcp_billing.
_LISTS = ", ".join(f"nullif(${name}, '[]')" for name in ("labels", "project_labels", "system_labels", "tags"))
_TAXED = f"{TYPE} = 'tax'"

_PLACES = (
    MapColumn("BillingAccountId", "$billing_account_id", source=f"{SCHEMA}: billing_account_id"),
    MapColumn("BillingAccountType", "CASE WHEN $billing_account_id IS NOT NULL THEN 'Billing Account' END"),
    MapColumn("BillingCurrency", "$currency", source=f"{SCHEMA}: currency"),
    MapColumn(
        "BillingPeriodStart",
        _START,
        choice="The calendar month of invoice.month, from midnight UTC. Google cuts its months at midnight of US "
        "Pacific time, so that usage of the first 7 or 8 hours of a month in UTC belongs to the invoice before. A row "
        "without an invoice month is booked in the month of its usage, which is a finding (FM1256).",
        source=f"{SCHEMA}: invoice.month; Differences between exported data and invoices",
        alternative="Midnight of Pacific time, as in Google's FOCUS export: no other bill's months would begin with "
        "Google's.",
    ),
    MapColumn("BillingPeriodEnd", f"{_START} + INTERVAL 1 MONTH"),
    MapColumn("ChargePeriodStart", "@usage_start_time", source=f"{SCHEMA}: usage_start_time"),
    MapColumn("ChargePeriodEnd", "@usage_end_time", source=f"{SCHEMA}: usage_end_time"),
    MapColumn(
        "ChargeClass",
        f"CASE WHEN @usage_start_time < {_START} THEN 'Correction' END",
        choice="What was used before its invoice month is late usage or corrects an earlier invoice: FOCUS asks for "
        "the same mark on both.",
        source=f"{SCHEMA}: invoice.month; Corrections; FOCUS 1.4, ChargeClass; attribute Correction Handling",
        alternative="Rows with adjustment_info, as in Google's FOCUS view: an adjustment within its own month corrects "
        "no earlier invoice.",
    ),
    MapColumn("ChargeDescription", "$sku_description", source=f"{SCHEMA}: sku.description"),
    MapColumn(
        "InvoiceId",
        "$billing_account_id || '-' || substring($invoice_month, 1, 6)",
        choice="Billing account and invoice month, such as 01AB2C-3D4E5F-607182-202610: the export has no number of an "
        "invoice, and these two name one. Write it so in invoices.csv.",
        source=f"{SCHEMA}: billing_account_id, invoice.month",
        alternative="NULL: no invoice could be tied out.",
    ),
    MapColumn(
        "InvoiceIssuerName",
        _GOOGLE,
        choice="Google bills what partners sell through its marketplace, too.",
        source=f"{SCHEMA}: transaction_type",
    ),
    MapColumn(
        "ServiceProviderName",
        f"CASE WHEN {_PARTNER} THEN coalesce($seller_name, 'Google Cloud Marketplace') ELSE {_GOOGLE} END",
        choice="What is resold or sold through Google as agent has its seller as provider.",
        source=f"{SCHEMA}: transaction_type, seller_name, invoice.publisher_type; FOCUS 1.4, ServiceProviderName",
    ),
    MapColumn(
        "HostProviderName",
        f"CASE WHEN {_PARTNER} THEN NULL ELSE {_GOOGLE} END",
        choice="NULL for what partners sell: it may run anywhere.",
        source="FOCUS 1.4, HostProviderName",
    ),
    MapColumn("x_ProviderName", _GOOGLE, source=FOCUS_VIEW),
    MapColumn(
        "x_PublisherName",
        f"CASE WHEN {_PARTNER} THEN $seller_name ELSE {_GOOGLE} END",
        source=f"{FOCUS_VIEW}; {SCHEMA}: seller_name",
    ),
    MapColumn("SubAccountId", "$project_id", choice="The project; NULL on what belongs to none, such as support."),
    MapColumn("SubAccountName", "CASE WHEN $project_id IS NOT NULL THEN $project_name END"),
    MapColumn("SubAccountType", "CASE WHEN $project_id IS NOT NULL THEN 'Project' END"),
    MapColumn("RegionId", "$location_region", source=f"{SCHEMA}: location.region"),
    MapColumn("RegionName", lookup(REGIONS, "$location_region"), choice="From our own table."),
    MapColumn("AvailabilityZone", "$location_zone", source=f"{SCHEMA}: location.zone"),
)

_WHAT = (
    MapColumn("ServiceName", _SERVICE, source=f"{SCHEMA}: service.description"),
    MapColumn(
        "ServiceCategory",
        f"CASE WHEN {_DISK} THEN 'Storage' WHEN {_NETWORK} THEN 'Networking' "
        f"ELSE coalesce({lookup(CATEGORIES, _KNOWN)}, 'Other') END",
        choice="By the service's name from our own table. Disks, snapshots and network that Compute Engine bills count "
        "as what they are. A service that the table lacks is Other.",
        source="FOCUS 1.4, ServiceCategory",
    ),
    MapColumn(
        "ServiceSubcategory",
        f"CASE WHEN {_DISK} THEN 'Block Storage' WHEN {_NETWORK} THEN 'Network Infrastructure' "
        f"ELSE coalesce({lookup(SUBCATEGORIES, _KNOWN)}, 'Other (Other)') END",
        source="FOCUS 1.4, ServiceSubcategory",
    ),
    MapColumn("SkuId", f"CASE WHEN {_TAXED} THEN NULL ELSE $sku_id END", source=f"{SCHEMA}: sku.id"),
    MapColumn(
        "SkuMeter",
        f"CASE WHEN {_TAXED} OR $sku_id IS NULL THEN NULL ELSE $sku_description END",
        choice="The SKU's description, which says what is metered.",
        source="FOCUS 1.4, SkuMeter",
    ),
    MapColumn(
        "SkuPriceId",
        f"CASE WHEN {REGULAR} THEN $sku_id || '/' || $price_tier_start_amount || "
        f"CASE WHEN {AT_DEFAULT} THEN '' ELSE '/' || coalesce($consumption_model_id, $consumption_model_description) "
        "END END",
        choice="SKU, start of the price's tier, and the consumption model where it is not the default one. NULL where "
        "the export has no prices.",
        source=f"{SCHEMA}: price.tier_start_amount, consumption_model.id; {FOCUS_VIEW}",
    ),
    MapColumn(
        "ResourceId",
        _RESOURCE,
        choice="The global name, which no two resources share, else the name.",
        source=f"{SCHEMA}: resource.global_name",
    ),
    MapColumn("ResourceName", "$resource_name", source=f"{SCHEMA}: resource.name"),
    MapColumn(
        "ResourceType",
        f"nullif(regexp_extract({_RESOURCE}, '([^/]+)/[^/]+$', 1), '')",
        choice="What stands before the last part of the global name, such as instances.",
        source=f"{SCHEMA}: resource.global_name; {FOCUS_VIEW}",
    ),
    MapColumn(
        "Tags",
        f"'{{' || nullif(concat_ws(',', {_LISTS}), '') || '}}'",
        choice="A resource's own labels stand under their keys; a project's under project:KEY; tags under "
        "NAMESPACE/KEY, which is the name that Google gives them; system labels under their keys, which hold a dot and "
        "a slash, as no other label's key may. So no key can hide another. NaN and keys that stand twice in one list "
        "are kept as written, and told (FM1305).",
        source=f"{SCHEMA}: labels, project.labels, system_labels, tags.namespace; FOCUS 1.4, Tags",
        alternative="A project's label under its own key where the resource has none: a resource that nobody labelled "
        "would look labelled. Taxonomies may ask for both keys in turn.",
    ),
)

_OWN = tuple(
    MapColumn(name, sql, source=f"{SCHEMA}: {field}")
    for name, sql, field in (
        ("x_CostType", "$cost_type", "cost_type"),
        ("x_ServiceId", "$service_id", "service.id"),
        ("x_ProjectNumber", "$project_number", "project.number"),
        ("x_ProjectAncestry", "$project_ancestry_numbers", "project.ancestry_numbers"),
        ("x_ProjectAncestors", "nullif($project_ancestors, '[]')", "project.ancestors"),
        ("x_Location", "$location_location", "location.location"),
        ("x_Country", "$location_country", "location.country"),
        ("x_ConsumptionModel", "coalesce($consumption_model_description, $consumption_model_id)", "consumption_model"),
        ("x_TransactionType", "$transaction_type", "transaction_type"),
        ("x_AdjustmentId", "$adjustment_info_id", "adjustment_info.id"),
        ("x_AdjustmentType", "$adjustment_info_type", "adjustment_info.type"),
        ("x_AdjustmentMode", "$adjustment_info_mode", "adjustment_info.mode"),
        ("x_AdjustmentDescription", "$adjustment_info_description", "adjustment_info.description"),
        ("x_CurrencyConversionRate", "$currency_conversion_rate", "currency_conversion_rate"),
        ("x_ExportTime", "$export_time", "export_time"),
        ("x_CreditType", "NULL", "credits.type"),
        ("x_CreditName", "NULL", "credits.name"),
        ("x_CreditId", "NULL", "credits.id"),
    )
)

_BY_CHOICE = (
    PACIFIC_MONTHS,
    Choice(
        "FM1334",
        "The standard export names no price before July 2025, nor does the detailed one before April 2023.",
        "SkuId IS NOT NULL AND SkuPriceId IS NULL",
    ),
    Choice(
        "FM1353",
        "Google's rows do not say which part of a commitment they are.",
        "CommitmentDiscountId IS NOT NULL",
    ),
    Choice(
        "FM1356",
        "The fee's effective cost is what was billed: credits and offsets, which are charges of their own, take it "
        "back where it was used, and the export does not say which usage it paid for.",
        "ChargeCategory = 'Purchase'",
    ),
    Choice(
        "FM1357",
        "Google bills usage at a commitment's price and takes the same amount off the commitment's fee.",
        "CommitmentDiscountStatus = 'Used'",
    ),
)

_NOTES = (
    (
        "Fields are found under every style of name: `service.id`, `service_id`, and nested, as BigQuery writes JSON "
        "and Parquet. Lists in CSV may be JSON or Python text. Unknown fields are passed over: Google adds some "
        "without notice."
    ),
    (
        "Google appends rows by export time: a file may hold rows of several invoice months, and the rows of a month "
        "come in several files. Each file replaces what it brought before, and a month is the sum of its files. An "
        "export of a month that is written anew must replace the files of the old one."
    ),
    "Load either the standard or the detailed export of an account: they hold the same cost.",
    "BilledCost summed over an InvoiceId is the invoice, its tax included.",
    (
        "Numbers that are no text in JSON are doubles, and are read as the shortest decimal text that gives the same "
        "double."
    ),
)

GCP_BILLING = Mapping(
    format="gcp-billing",
    title="Google Cloud Billing export",
    revision=2,
    columns=(*_PLACES, *KINDS, *COSTS, *QUANTITIES, *COMMITMENTS, *_WHAT, *_OWN),
    notes=_NOTES,
    guessed_period="$invoice_month IS NULL",
    period_form="a month as YYYYMM",
    by_choice=_BY_CHOICE,
)


def mapping() -> Mapping:
    """Return the mapping: the charge of each row, and one of each of its credits."""
    credit = GCP_BILLING.further_charge(*CREDIT, drop_when=NO_CREDIT, each=Each("credits", CREDIT_FIELDS))
    return replace(GCP_BILLING, also=(credit,))
