"""Oracle Cloud Infrastructure cost reports to FOCUS 1.4.

Owns the mapping and the proof that overage is a part of a line's cost. Services and regions stand in
``oci_services.py``, the names of columns in ``sources/oci_cost.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finmod.engines.duckdb import Engine
from finmod.errors import counted, printable
from finmod.normalize.aws_services import lookup
from finmod.normalize.booking import FilePeriods
from finmod.normalize.convert import Conversion
from finmod.normalize.mapping import Choice, MapColumn, Mapping
from finmod.normalize.oci_services import CATEGORIES, REGIONS, SUBCATEGORIES
from finmod.normalize.tags import tags_of_columns
from finmod.sources.oci_cost import canonical, tag_columns
from finmod.terms.findings import Finding

_SCHEMA = "Oracle Cloud Infrastructure Documentation, Cost Report Schema"
_REPORTS = "Oracle Cloud Infrastructure Documentation, Cost and Usage Reports"
_START = "@line_item_interval_usage_start"
_MONTH = f"date_trunc('month', {_START})"
_COST = "#cost_my_cost"
_CODE = "upper($product_service)"
_CORRECTS = "lower(trim($line_item_is_correction)) IS NOT DISTINCT FROM 'true'"
_OVER = "lower(trim($cost_overage_flag)) IS NOT DISTINCT FROM 'true'"

_PLACES = (
    MapColumn(
        "BillingAccountId",
        "$line_item_tenant_id",
        choice="The tenancy: it is what Oracle bills.",
        source=f"{_SCHEMA}: lineItem/tenantId",
        alternative="The subscription, which Oracle's own FOCUS report takes. It changes when a contract is renewed, "
        "and stays in x_SubscriptionId.",
    ),
    MapColumn("BillingAccountType", "'Tenancy'"),
    MapColumn("BillingCurrency", "$cost_currency_code", source=f"{_SCHEMA}: cost/currencyCode"),
    MapColumn("PricingCurrency", "$cost_currency_code", source=f"{_SCHEMA}: cost/currencyCode"),
    MapColumn(
        "BillingPeriodStart",
        _MONTH,
        choice="The month of the usage: Oracle bills by calendar months in UTC, and the report has no other date. A "
        "correction of an earlier month restates that month.",
        source=f"{_SCHEMA}: lineItem/intervalUsageStart",
    ),
    MapColumn("BillingPeriodEnd", f"{_MONTH} + INTERVAL 1 MONTH", choice="The first day of the next month."),
    MapColumn("ChargePeriodStart", _START, source=f"{_SCHEMA}: lineItem/intervalUsageStart"),
    MapColumn("ChargePeriodEnd", "@line_item_interval_usage_end", source=f"{_SCHEMA}: lineItem/intervalUsageEnd"),
    MapColumn(
        "InvoiceId",
        f"$cost_subscription_id || '-' || strftime({_MONTH}, '%Y%m')",
        choice="The report has no invoice number. Subscription and month stand for the invoice, so that a month can "
        "be tied to what was paid for it; write the id in this form into your list of invoices.",
        source=f"{_SCHEMA}: cost/subscriptionId",
        alternative="NULL: no charge could be tied to an invoice.",
    ),
    MapColumn("InvoiceIssuerName", "'Oracle'"),
    MapColumn("ServiceProviderName", "'Oracle'"),
    MapColumn("HostProviderName", "'Oracle'"),
    MapColumn("x_ProviderName", "'Oracle'"),
    MapColumn("x_PublisherName", "'Oracle'"),
    MapColumn(
        "SubAccountId",
        "$product_compartment_id",
        choice="The compartment: Oracle's means of keeping the resources of teams apart.",
        source=f"{_SCHEMA}: product/compartmentId",
        alternative="The tenancy, which Oracle's own FOCUS report takes: most customers have one.",
    ),
    MapColumn("SubAccountName", "$product_compartment_name", source=f"{_SCHEMA}: product/compartmentName"),
    MapColumn("SubAccountType", "CASE WHEN $product_compartment_id IS NOT NULL THEN 'Compartment' END"),
    MapColumn("RegionId", "$product_region", source=f"{_SCHEMA}: product/region"),
    MapColumn(
        "RegionName",
        f"coalesce({lookup(REGIONS, '$product_region')}, $product_region)",
        choice="From our own table; the identifier where that lacks the region.",
        source="Oracle Cloud Infrastructure Documentation, Regions and Availability Domains",
    ),
    MapColumn("AvailabilityZone", "$product_availability_domain", source=f"{_SCHEMA}: product/availabilityDomain"),
)
_COSTS = (
    MapColumn(
        "BilledCost",
        _COST,
        choice="cost/myCost, which includes overage: Oracle says so of quantity, price and cost. "
        "cost/myCostOverage says how much of it is overage, and is never added. A line whose overage is more than its "
        "cost is told (FM1269).",
        source=f"{_SCHEMA}: note on overage",
        alternative="The sum of both: the overage would count twice.",
    ),
    MapColumn(
        "EffectiveCost",
        _COST,
        choice="As BilledCost: a subscription of Universal Credits is drawn down by what is used, line by line, and "
        "the report has no payments in advance.",
        source="FOCUS 1.4, EffectiveCost",
    ),
    MapColumn(
        "ContractedCost",
        _COST,
        choice="As BilledCost: cost/unitPrice is what you are billed for a unit.",
        source=f"{_SCHEMA}: cost/unitPrice",
    ),
    MapColumn(
        "ListCost",
        "NULL",
        choice="The report has no list price: it is not known.",
        source="FOCUS 1.4, ListCost",
        alternative="BilledCost: savings of 0 would be claimed for every contract.",
    ),
    MapColumn(
        "ContractedUnitPrice",
        f"CASE WHEN {_OVER} THEN NULL ELSE #cost_unit_price END",
        choice="NULL for a line with overage: two prices made its cost.",
        source=f"{_SCHEMA}: cost/unitPrice, cost/unitPriceOverage",
    ),
    MapColumn("PricingQuantity", "#usage_billed_quantity", source=f"{_SCHEMA}: usage/billedQuantity"),
    MapColumn(
        "PricingUnit",
        "$cost_sku_unit_description",
        choice="The unit of the SKU, such as Million Datapoints: cost/billingUnitReadable (1000000 NONE NONE "
        "DATAPOINTS) is kept as x_BillingUnit.",
        source=f"{_SCHEMA}: cost/skuUnitDescription",
    ),
    MapColumn(
        "ConsumedQuantity",
        f"CASE WHEN {_CORRECTS} THEN NULL ELSE #usage_billed_quantity END",
        choice="The billed quantity, the only one in the report; none on a correction.",
        source="FOCUS 1.4, ConsumedQuantity",
    ),
    MapColumn(
        "ConsumedUnit",
        f"CASE WHEN {_CORRECTS} OR #usage_billed_quantity IS NULL THEN NULL ELSE $cost_sku_unit_description END",
        choice="As PricingUnit.",
    ),
)
_KINDS = (
    MapColumn("ChargeCategory", "'Usage'", choice="Every line is usage; corrections of usage too.", source=_REPORTS),
    MapColumn(
        "ChargeClass",
        f"CASE WHEN {_CORRECTS} THEN 'Correction' END",
        choice="A line with lineItem/isCorrection: what it adds or takes back is its cost, and x_BackreferenceNo names "
        "the line that it corrects. Oracle does not document whether a correction stands beside that line or in its "
        "place: one that adds to the bill is told (FM1289), and so is a value that is neither true nor false (FM1240).",
        source=f"{_REPORTS}: corrections",
        alternative="NULL, as FOCUS has it for corrections within an open period: the report does not say whether the "
        "month was invoiced already.",
    ),
    MapColumn("ChargeDescription", "$product_description", source=f"{_SCHEMA}: product/Description"),
    MapColumn(
        "ChargeFrequency",
        f"CASE WHEN {_CORRECTS} THEN 'One-Time' ELSE 'Usage-Based' END",
        choice="By lineItem/isCorrection.",
    ),
    MapColumn(
        "PricingCategory",
        "'Standard'",
        choice="Whether a price was negotiated, the report does not say.",
        source="FOCUS 1.4, PricingCategory",
    ),
)
_WHAT = (
    MapColumn("ServiceName", "$product_service", choice="The code, as Oracle's own FOCUS report has it."),
    MapColumn(
        "ServiceCategory",
        f"coalesce({lookup(CATEGORIES, _CODE)}, 'Other')",
        choice="By service from our own table. A service that the table lacks is Other.",
        source="FOCUS 1.4, ServiceCategory",
    ),
    MapColumn(
        "ServiceSubcategory",
        f"coalesce({lookup(SUBCATEGORIES, _CODE)}, 'Other (Other)')",
        choice="As ServiceCategory.",
        source="FOCUS 1.4, ServiceSubcategory",
    ),
    MapColumn("SkuId", "$cost_product_sku", source=f"{_SCHEMA}: cost/productSku"),
    MapColumn(
        "SkuMeter",
        "CASE WHEN $cost_product_sku IS NOT NULL THEN $product_description END",
        choice="The description of the part number: it names what is measured.",
        source="FOCUS 1.4, SkuMeter",
    ),
    MapColumn("ResourceId", "$product_resource_id", source=f"{_SCHEMA}: product/resourceId"),
    MapColumn(
        "ResourceType",
        "nullif(regexp_extract($product_resource_id, '^ocid[0-9]+\\.([a-z0-9]+)\\.', 1), '')",
        choice="The type that the OCID names; the report has no column for it.",
        source="Oracle Cloud Infrastructure Documentation, Resource Identifiers",
    ),
    MapColumn(
        "Tags",
        "$tags",
        choice="Of the columns tags/NAMESPACE.KEY; the key keeps its namespace, for two namespaces may have the same.",
        source=f"{_SCHEMA}: tags/",
    ),
)
_OWN = (
    MapColumn("x_ReferenceNo", "$line_item_reference_no", source=f"{_SCHEMA}: lineItem/referenceNo"),
    MapColumn(
        "x_BackreferenceNo",
        "$line_item_backreference_no",
        choice="As written. Real reports fill it on lines that correct nothing too.",
        source=f"{_SCHEMA}: lineItem/backreferenceNo",
    ),
    MapColumn("x_SubscriptionId", "$cost_subscription_id", source=f"{_SCHEMA}: cost/subscriptionId"),
    MapColumn("x_BillingUnit", "$cost_billing_unit_readable", source=f"{_SCHEMA}: cost/billingUnitReadable"),
    MapColumn("x_OverageFlag", "$cost_overage_flag", source=f"{_SCHEMA}: cost/overageFlag"),
    MapColumn("x_OverageQuantity", "$usage_billed_quantity_overage", source=f"{_SCHEMA}: usage/billedQuantityOverage"),
    MapColumn("x_OverageUnitPrice", "$cost_unit_price_overage", source=f"{_SCHEMA}: cost/unitPriceOverage"),
    MapColumn("x_OverageCost", "$cost_my_cost_overage", source=f"{_SCHEMA}: cost/myCostOverage"),
)

OCI_COST = Mapping(
    "oci-cost",
    "Oracle Cloud Infrastructure cost report",
    (*_PLACES, *_KINDS, *_COSTS, *_WHAT, *_OWN),
    revision=2,
    notes=(
        "Columns are found whatever the case of their names: product/Description and product/description.",
        "`$tags` is no column: it is one JSON text made of the columns tags/NAMESPACE.KEY.",
        (
            "A folder of reports holds several files a day, each with lines of its own: all of them are read, and a "
            "late line lies in a later file. There is no manifest that could tell whether one is missing."
        ),
        (
            "Usage reports (reports/usage-csv) have no cost and are refused. Oracle's FOCUS reports are of the format "
            "`focus`."
        ),
        "The free tier has a unit price of 0 and costs 0. A cell of cost that is empty is not known (FM1310).",
    ),
    by_choice=(
        Choice("FM1314", "An Oracle cost report has no list price."),
        Choice("FM1364", "An id that is no OCID, such as oci_vcn, names no type.", "ResourceId NOT LIKE 'ocid%'"),
        Choice("FM1324", "Oracle marks what it corrects within the month of the usage.", "ChargeClass = 'Correction'"),
    ),
)


def mapping(columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file: the declared one, with its columns of tags.

    Args:
        columns: The names of the file's columns; with none, the declared mapping as it is documented.
    """
    if not columns:
        return OCI_COST
    tags = tags_of_columns([(key, canonical(name)) for name, key in tag_columns(columns)]) or "NULL"
    filled = (replace(column, sql=tags) if column.target == "Tags" else column for column in OCI_COST.columns)
    return replace(OCI_COST, columns=tuple(filled))


def look(engine: Engine, files: Sequence[tuple[Conversion, FilePeriods]]) -> list[Finding]:
    """Return what is odd about the lines of each file: overage that is no part of the cost, corrections that add.

    Cells that say neither are told too: an overage that is no number, an isCorrection that is neither true nor false.
    """
    found = []
    for conversion, _ in files:
        found += _untold(engine, conversion)
        values = conversion.values
        over, cost = (values.decimal(name, tolerant=True) for name in ("cost_my_cost_overage", "cost_my_cost"))
        corrects = f"lower(trim({values.text('line_item_is_correction')})) = 'true'"
        for when, amount, tell in (
            (f"abs({over}) > abs({cost})", f"{over} - {cost}", _overage_beyond_cost),
            (f"{corrects} AND {cost} > 0", cost, _correction_that_adds),
        ):
            for month, currency, rows, row, more in engine.rows(
                f"SELECT {conversion.month}, {conversion.expression('BillingCurrency')}, count(*), "
                f"min(file_row_number) + 1, sum({amount}) "
                f"FROM {conversion.relation} WHERE {when} GROUP BY 1, 2 ORDER BY 1, 2"
            ):
                said = f"{more.normalize():f} {printable(currency or '', 40)}".rstrip()
                finding = tell(rows, said)
                finding = replace(finding, source=conversion.source, billing_period=month, column="BilledCost")
                found.append(replace(finding, where=f"{conversion.staged.file.name}, row {row:,}"))
    return found


_NO_FLAG = "lineItem/isCorrection is neither true nor false in {}, read as no correction."
_NO_OVERAGE = "cost/myCostOverage is no number in {}: whether it is a part of the cost is not known."


def _untold(engine: Engine, conversion: Conversion) -> list[Finding]:
    """Return a finding per month and column whose cells do not say what they are there for."""
    values = conversion.values
    corrects, over = (values.text(name) for name in ("line_item_is_correction", "cost_my_cost_overage"))
    number = values.decimal("cost_my_cost_overage", tolerant=True)
    found = []
    for code, target, cell, when, message in (
        ("FM1240", "ChargeClass", corrects, f"lower(trim({corrects})) NOT IN ('true', 'false')", _NO_FLAG),
        ("FM1241", "x_OverageCost", over, f"{over} IS NOT NULL AND {number} IS NULL", _NO_OVERAGE),
    ):
        for month, rows, row, text in engine.rows(
            f"SELECT {conversion.month}, count(*), min(file_row_number) + 1, arg_min({cell}, file_row_number) "
            f"FROM {conversion.relation} WHERE {when} GROUP BY 1 ORDER BY 1"
        ):
            found.append(
                Finding(
                    code=code,
                    severity="warning",
                    message=message.format(counted(rows, "line")),
                    source=conversion.source,
                    billing_period=month,
                    column=target,
                    rows=rows,
                    example=printable(text, 40),
                    where=f"{conversion.staged.file.name}, row {row:,}",
                )
            )
    return found


def _overage_beyond_cost(rows: int, more: str) -> Finding:
    return Finding(
        code="FM1269",
        severity="error",
        message=f"The overage is more than the cost of {counted(rows, 'line')}, by {more} in all: it is "
        "no part of the cost there, and BilledCost may lack it.",
        rows=rows,
    )


def _correction_that_adds(rows: int, more: str) -> Finding:
    return Finding(
        code="FM1289",
        severity="warning",
        message=f"{counted(rows, 'correction')} {'adds' if rows == 1 else 'add'} to the bill, by {more} "
        "in all: where Oracle means it in the place of the line that it corrects, that line counts twice.",
        rows=rows,
    )
