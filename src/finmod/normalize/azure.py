"""Azure's cost and usage details, of every agreement, to FOCUS 1.4.

Owns the mapping. A file's columns come under one set of names (``sources.azure_cost``). Money and kinds of charges
stand in ``azure_charges``, service and region names in ``azure_services`` and ``azure_regions``; what only two halves
side by side can show is found in ``azure_pairs``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from finmod.normalize.aws_columns import replace_derived
from finmod.normalize.aws_services import lookup
from finmod.normalize.azure_charges import (
    BOUGHT,
    COMMITMENTS,
    COSTS,
    FIELDS,
    KINDS,
    PRICED,
    QUANTITIES,
    SOLD,
    TOOLKIT,
    UNUSED,
)
from finmod.normalize.azure_regions import NAMES
from finmod.normalize.azure_services import CATEGORIES, SUBCATEGORIES
from finmod.normalize.mapping import Declared, MapColumn, Mapping
from finmod.sources.azure_cost import canonical, has_prices_of_its_own

ALONE_MONTHS = "finmod_azure_months_alone"
"""Variable of the engine: months of which one half alone is there, told by ``azure_pairs``; unset in a whole pair."""

_FOLDER_MONTH = (
    "try_strptime(nullif(regexp_extract($file_folder, '.*/([0-9]{6})[0-9]{2}-[0-9]{8}(?:/|$)', 1), ''), '%Y%m')"
)
START = f"coalesce(@billing_period_start_date, {_FOLDER_MONTH}, date_trunc('month', @date))"
MONTH = f"CAST(date_trunc('month', {START}) AS DATE)"
ALONE = f"coalesce(list_contains(getvariable('{ALONE_MONTHS}'), {MONTH}), false)"
ACCOUNT = (
    "CASE WHEN $customer_agreement IS NOT NULL THEN coalesce($billing_profile_id, $billing_account_id) "
    "ELSE coalesce($billing_account_id, $billing_profile_id, $subscription_id) END"
)
_ASSIGNED = "nullif(nullif({0}, 'Unassigned'), '-2')"
_METERED = _ASSIGNED.format("$meter_category")
_SERVICE = (
    f"coalesce({_METERED}, CASE WHEN {SOLD} THEN $publisher_name END, {_ASSIGNED.format('$meter_subcategory')}, "
    f"{_ASSIGNED.format('$product')}, $consumed_service)"
)
_SKU = f"CASE WHEN {PRICED} OR {UNUSED} THEN coalesce($product_id, $meter_id) END"
_WHERE = "coalesce($resource_location, $location)"
_PLACE = f"lower(replace({_WHERE}, ' ', ''))"
_REGION = lookup(NAMES, _PLACE)
_NOWHERE = f"{_PLACE} IN ('unassigned', 'global', 'unknown', 'na', 'n/a', 'allregions', 'intercontinental')"
# One list for all of its parts: splitting it for each part anew takes twice as long.
_PARTS = "string_split($resource_id, '/')"
_IN_GROUP = f"{_PARTS}[6] IN ('providers', 'Providers', 'PROVIDERS')"
_OF_TENANT = "$resource_id LIKE '/providers/%'"
TAGS = "CASE WHEN $tags LIKE '{%' THEN $tags WHEN $tags <> '\"\"' THEN '{' || $tags || '}' END"

_PLACES = (
    MapColumn(
        "BillingAccountId",
        ACCOUNT,
        choice="The billing account of the Enterprise Agreement, the billing profile of the customer and partner "
        "agreements, which is what their invoices are made for. A pay-as-you-go report without either is of one "
        "subscription, which stands for them.",
        source=f"{TOOLKIT}: BillingAccountId; {FIELDS}: BillingProfileId",
    ),
    MapColumn(
        "BillingAccountName",
        "CASE WHEN $customer_agreement IS NOT NULL THEN coalesce($billing_profile_name, $billing_account_name) "
        "ELSE coalesce($billing_account_name, $billing_profile_name) END",
        choice="As BillingAccountId.",
        source=f"{TOOLKIT}: BillingAccountName",
    ),
    MapColumn(
        "BillingAccountType",
        "CASE WHEN $customer_agreement IS NOT NULL THEN 'Billing Profile' ELSE 'Billing Account' END",
        source="Microsoft Cost Management, FOCUS dataset: BillingAccountType",
    ),
    MapColumn("BillingCurrency", "$currency", source=f"{FIELDS}: BillingCurrency"),
    MapColumn(
        "BillingPeriodStart",
        START,
        choice="Where the file does not say it, the month of the folder that the export lies in, yyyymmdd-yyyymmdd; "
        "outside of such a folder the month of the charge, which is a finding (FM1256).",
        source=f"{FIELDS}: BillingPeriodStartDate",
    ),
    MapColumn(
        "BillingPeriodEnd",
        f"coalesce(@billing_period_end_date + INTERVAL 1 DAY, {START} + INTERVAL 1 MONTH)",
        choice="The day after BillingPeriodEndDate: Azure names the last day, and FOCUS periods exclude their end.",
        source=f"{TOOLKIT}: BillingPeriodEnd; FOCUS 1.4, BillingPeriodEnd",
    ),
    MapColumn("ChargePeriodStart", "@date", source=f"{FIELDS}: Date"),
    MapColumn(
        "ChargePeriodEnd",
        "@date + INTERVAL 1 DAY",
        choice="The day after: a row is of one day. Purchases too, whose term x_SkuTerm tells.",
        source=f"{TOOLKIT}: ChargePeriodEnd",
    ),
    MapColumn("ChargeDescription", "$product", source=f"{TOOLKIT}: ChargeDescription"),
    MapColumn(
        "InvoiceId",
        f"coalesce($invoice_id, CASE WHEN $names_no_invoice IS NOT NULL THEN {ACCOUNT} || '-' || strftime({START}, "
        "'%Y%m') END)",
        choice="NULL until the invoice is made. Files of the Enterprise Agreement have no such column: billing account "
        "and month stand for the invoice, 8611537-202309, so that a month can be tied to what was paid for it.",
        source=f"{FIELDS}: InvoiceId",
        alternative="NULL for the Enterprise Agreement: no charge of it could be tied to an invoice.",
    ),
    MapColumn(
        "InvoiceIssuerName",
        "coalesce($partner_name, 'Microsoft')",
        choice="The partner who sells Azure under an agreement of his own, else Microsoft.",
        source=f"{TOOLKIT}: InvoiceIssuerName",
    ),
    MapColumn(
        "ServiceProviderName",
        f"CASE WHEN {SOLD} THEN coalesce($publisher_name, 'Azure Marketplace') ELSE 'Microsoft' END",
        choice="For the Marketplace the publisher, else Microsoft, as its own FOCUS export names itself.",
        source=f"{FIELDS}: PublisherType, PublisherName; FOCUS 1.4, ServiceProviderName",
    ),
    MapColumn(
        "HostProviderName",
        f"CASE WHEN {SOLD} THEN NULL ELSE 'Microsoft' END",
        choice="NULL for the Marketplace: software sold there may run anywhere.",
        source="FOCUS 1.4, HostProviderName",
    ),
    MapColumn("x_ProviderName", "'Microsoft'"),
    MapColumn(
        "x_PublisherName",
        f"coalesce({_ASSIGNED.format('$publisher_name')}, CASE WHEN {SOLD} THEN NULL ELSE 'Microsoft' END)",
        source=f"{FIELDS}: PublisherName; FinOps toolkit of Microsoft, FOCUS conformance summary",
    ),
    MapColumn("SubAccountId", "$subscription_id", source=f"{TOOLKIT}: SubAccountId"),
    MapColumn("SubAccountName", _ASSIGNED.format("$subscription_name"), source=f"{TOOLKIT}: SubAccountName"),
    MapColumn("SubAccountType", "CASE WHEN $subscription_id IS NOT NULL THEN 'Subscription' END"),
    MapColumn(
        "RegionId",
        f"CASE WHEN {_NOWHERE} THEN NULL ELSE coalesce(lower(replace({_REGION}, ' ', '')), {_PLACE}) END",
        choice="The region that ResourceLocation means in whichever of its spellings: US East 2, EastUS2 and eastus2 "
        "are one. One that our table lacks stays, in lower case and without blanks. NULL where the charge is of no "
        "region.",
        source=f"{TOOLKIT}: RegionId; {FIELDS}: ResourceLocation",
    ),
    MapColumn(
        "RegionName",
        f"CASE WHEN {_NOWHERE} THEN NULL ELSE coalesce({_REGION}, {_WHERE}) END",
        choice="One name per region, from our own table.",
        source=f"{TOOLKIT}: RegionName",
    ),
    MapColumn("AvailabilityZone", "$availability_zone"),
)

_WHAT = (
    MapColumn(
        "ServiceName",
        _SERVICE,
        choice="The meter category, as Azure's invoice names services. Purchases may have none: then the publisher of "
        "what the Marketplace sold, else the meter subcategory, else the product.",
        source=f"{FIELDS}: MeterCategory; FinOps toolkit of Microsoft, FOCUS conformance summary: ServiceName",
        alternative="The service that the FinOps toolkit has for the resource's type: it is not on any invoice.",
    ),
    MapColumn(
        "ServiceCategory",
        f"coalesce({lookup(CATEGORIES, _METERED)}, 'Other')",
        choice="By meter category from our own table; Other for one that it lacks.",
        source="FOCUS 1.4, ServiceCategory",
    ),
    MapColumn(
        "ServiceSubcategory",
        f"coalesce({lookup(SUBCATEGORIES, _METERED)}, 'Other (Other)')",
        source="FOCUS 1.4, ServiceSubcategory",
    ),
    MapColumn(
        "SkuId",
        _SKU,
        choice="ProductId where the agreement has it, else the meter; none on tax, credits and rounding.",
        source=f"{TOOLKIT}: SkuId; {FIELDS}: ProductId, MeterId",
        alternative="NULL for the Enterprise Agreement, as in Azure's own FOCUS export.",
    ),
    MapColumn(
        "SkuPriceId",
        f"CASE WHEN {PRICED} THEN {_ASSIGNED.format('$part_number')} END",
        choice="The part number, by which the price sheet of the Enterprise Agreement has its prices. None on what a "
        "commitment leaves unused, which has no price.",
        source=f"{FIELDS}: PartNumber",
    ),
    MapColumn(
        "SkuMeter",
        f"CASE WHEN ({_SKU}) IS NOT NULL THEN {_ASSIGNED.format('$meter_name')} END",
        source=f"{FIELDS}: MeterName",
    ),
    MapColumn("ResourceId", "$resource_id", source=f"{FIELDS}: ResourceId"),
    MapColumn(
        "ResourceName",
        f"CASE WHEN $resource_id IS NOT NULL THEN coalesce($resource_name, nullif({_PARTS}[-1], '')) END",
        choice="The last part of the resource's id where the file has no name.",
        source=f"{TOOLKIT}: ResourceName",
    ),
    MapColumn(
        "ResourceType",
        f"CASE WHEN $resource_id IS NULL THEN NULL WHEN {_IN_GROUP} THEN {_PARTS}[7] || '/' || "
        f"{_PARTS}[8] WHEN {_OF_TENANT} THEN {_PARTS}[3] || '/' || {_PARTS}[4] ELSE $resource_type END",
        choice="The provider and type that the resource's id names.",
        source="Azure Resource Manager documentation, resource ids",
    ),
    MapColumn(
        "Tags",
        f"CASE WHEN json_valid({TAGS}) THEN {TAGS} END",
        choice="Braces are put around tags that come without. Text that is no JSON even so is NULL, which is a finding "
        "(FM1261), and stands in x_Tags. NaN and keys that stand twice are kept as written, and told (FM1305).",
        source=f"{TOOLKIT}: Tags",
    ),
)

_OWN = (
    MapColumn(
        "x_Tags", f"CASE WHEN NOT json_valid({TAGS}) THEN $tags END", choice="Tags that are no JSON, as written."
    ),
    MapColumn("x_ChargeType", "$charge_type", source=f"{FIELDS}: ChargeType"),
    MapColumn("x_PricingModel", "$pricing_model"),
    MapColumn("x_PricingUnitDescription", "$unit", choice="UnitOfMeasure as written."),
    MapColumn("x_CostInUsd", "$cost_in_usd"),
    MapColumn("x_EffectivePrice", "$effective_price"),
    MapColumn("x_BillingExchangeRate", "$exchange_rate"),
    MapColumn("x_BillingExchangeRateDate", "$exchange_rate_date"),
    MapColumn("x_BillingAccountId", "$billing_account_id"),
    MapColumn("x_BillingProfileId", "$billing_profile_id"),
    MapColumn("x_InvoiceSectionId", _ASSIGNED.format("$invoice_section_id")),
    MapColumn("x_InvoiceSectionName", _ASSIGNED.format("$invoice_section_name")),
    MapColumn("x_PreviousInvoiceId", "$previous_invoice_id"),
    MapColumn("x_CostCenter", "$cost_center"),
    MapColumn("x_CostAllocationRuleName", "$cost_allocation_rule_name"),
    MapColumn("x_ResourceGroupName", "$resource_group"),
    MapColumn("x_AccountName", _ASSIGNED.format("$account_name")),
    MapColumn("x_AccountOwnerId", _ASSIGNED.format("$account_owner_id")),
    MapColumn("x_CustomerName", "$customer_name"),
    MapColumn("x_CustomerId", "$customer_tenant_id"),
    MapColumn("x_PartnerName", "$partner_name"),
    MapColumn("x_ResellerName", "$reseller_name"),
    MapColumn("x_PartnerCreditApplied", "$partner_earned_credit_applied"),
    MapColumn("x_PartnerCreditRate", "$partner_earned_credit_rate"),
    MapColumn("x_SkuMeterId", "$meter_id"),
    MapColumn("x_SkuMeterSubcategory", "$meter_subcategory"),
    MapColumn("x_SkuRegion", "$meter_region"),
    MapColumn("x_SkuOfferId", "$offer_id"),
    MapColumn("x_SkuOrderId", "$product_order_id"),
    MapColumn("x_SkuOrderName", "$product_order_name"),
    MapColumn("x_SkuTerm", "$term"),
    MapColumn("x_SkuPlanName", "$plan_name"),
    MapColumn("x_SkuServiceFamily", "$service_family"),
    MapColumn("x_SkuIsCreditEligible", "$is_azure_credit_eligible"),
    MapColumn(
        "x_SkuDetails",
        "$additional_info",
        choice="AdditionalInfo as written: image, size and name of a machine.",
        source="FinOps toolkit of Microsoft, Update reports to use FOCUS columns",
        alternative="SkuPriceDetails: it holds what is of the machine and not of its price.",
    ),
    MapColumn("x_ConsumedService", "$consumed_service"),
    MapColumn("x_PublisherType", "$publisher_type"),
    MapColumn("x_ServicePeriodStart", "$service_period_start_date"),
    MapColumn("x_ServicePeriodEnd", "$service_period_end_date"),
)

EMPTY = "$cost IS NULL AND $meter_category IS NULL AND $pricing_model IS NULL AND $quantity IS NULL"
_OTHERS_ROW = {"actual": f"NOT {BOUGHT}", "amortized": BOUGHT}
TITLES = {
    "": "Azure cost and usage details",
    "actual": "Azure cost and usage details, actual cost",
    "amortized": "Azure cost and usage details, amortized cost",
}
"""Role of a file -> title of its mapping."""

_NOTES = (
    (
        "A bill comes in two halves, actual and amortized. Its charges are all rows of the amortized half, and of the "
        "actual half the purchases and refunds of reservations and savings plans, which the amortized half spreads "
        "over what they cover. The sum of BilledCost over both is the sum of the actual half: where it is not, that "
        "is an error with the difference (FM1260)."
    ),
    (
        "Both halves must be of the same billing periods; where one lacks its twin the load is refused (FM1257). "
        "Accepted, the rows of an actual half alone are its charges: BilledCost is right, and EffectiveCost of covered "
        "usage is NULL. Of an amortized half alone EffectiveCost is right, and BilledCost lacks the purchases of "
        "commitments."
    ),
    (
        "A file may stand alone, under `path`, as long as no row of it shows a reservation or a savings plan: then "
        "both halves are the same."
    ),
    (
        "Columns are found under every name: of the Enterprise Agreement, the customer and partner agreements and "
        "pay-as-you-go, whatever the case, and by the English name in brackets where the portal speaks another "
        "language. Columns that the expressions below do not name are passed over."
    ),
    (
        "Dates with slashes are month first, as Azure writes them everywhere; `date_order: dmy` says otherwise. "
        "ISO dates are read as they are."
    ),
    "Purchases of commitments in an amortized half are left out and told (FM1290): the actual half has them.",
    "A row without cost, quantity, meter category and pricing model is no charge and is left out, counted.",
    (
        "Of several runs of an export in one folder the one counts whose manifest has the latest "
        "`runInfo.submittedTime`, as an instant: 02:00+02:00 is 00:00Z, and a time without an offset is UTC. A text "
        "that is no time is refused (FM1250), and so are runs of the same time, or without one, that are no copies of "
        "each other (FM1252)."
    ),
    (
        "Columns stand here under Azure's names with underscores. These have several: `$cost` is "
        "CostInBillingCurrency, Cost or PreTaxCost, `$currency` BillingCurrency, BillingCurrencyCode or Currency, "
        "`$date` Date or UsageDateTime, `$quantity` Quantity or UsageQuantity, `$effective_price` EffectivePrice or "
        "ResourceRate, `$resource_id` ResourceId, InstanceId or InstanceName, `$subscription_id` SubscriptionId or "
        "SubscriptionGuid, `$unit` UnitOfMeasure, `$product` ProductName or Product, `$payg_cost` "
        "PaygCostInBillingCurrency."
    ),
    (
        "Five names in the expressions are no columns of the file. `$half` is `actual` or `amortized` in a half of a "
        "pair and NULL in a file that stands alone. `$customer_agreement` is not NULL in files of the customer and "
        "partner agreements, told by CostInPricingCurrency, ExchangeRatePricingToBilling or CustomerTenantId. "
        "`$names_no_invoice` is not NULL in files of other agreements without a column InvoiceId. `$charge_type` is "
        "Usage in files without a column ChargeType. `$file_folder` is the folder that the file lies in."
    ),
)

_COLUMNS = (*_PLACES, *KINDS, *COSTS, *QUANTITIES, *COMMITMENTS, *_WHAT, *_OWN)


def mapping(columns: Sequence[str], declared: Declared) -> Mapping:
    """Return the mapping for a file, by its column names and by which half of a pair it is.

    Args:
        columns: The names of the file's columns; with none, the mapping as it is documented.
        declared: ``role`` says which half.
    """
    names = frozenset(canonical(name) for name in columns)
    made = {"half": f"'{declared.role}'"} if declared.role else {}
    if names and "partner_name" not in names:
        made["partner_name"] = "NULL"  # the issuer is known all the same
    if names and "charge_type" not in names:
        made["charge_type"] = "'Usage'"
    if has_prices_of_its_own(columns):
        made["customer_agreement"] = "'prices of its own'"
    elif names and "invoice_id" not in names:
        made["names_no_invoice"] = "'no column'"
    return _mapping(declared.role, tuple(sorted(made.items())))


@cache
def _mapping(role: str, made: tuple[tuple[str, str], ...]) -> Mapping:
    names = dict(made)
    filled = tuple(replace(column, sql=replace_derived(column.sql, names)) for column in _COLUMNS)
    drop = f"({EMPTY})" + (f" OR ({_OTHERS_ROW[role]} AND NOT {ALONE})" if role else "")
    return Mapping(
        format="azure-cost",
        title=TITLES[role],
        columns=filled,
        revision=3,
        notes=_NOTES,
        drop_when=replace_derived(drop, names),
        guessed_period=f"@billing_period_start_date IS NULL AND {_FOLDER_MONTH} IS NULL",
        dropped_rows_count=bool(role),
        date_order="mdy",
    )
