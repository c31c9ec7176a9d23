"""AWS Cost and Usage Reports, legacy and 2.0, to FOCUS 1.4.

Owns the two mappings. One table serves both: a legacy report's columns are given the names of CUR 2.0
(``sources.aws_cur``), and tags, cost categories and the keys of map columns get names of their own
(``aws_columns``). Money and kinds of charges stand in ``aws_charges``, what a commitment left unused in
``aws_unused``, service and region names in ``aws_services``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from finmod.normalize import aws_services as services
from finmod.normalize.aws_charges import (
    COMMITMENTS,
    COSTS,
    KINDS,
    LINE_ITEMS,
    PRICED,
    QUANTITIES,
    SPLITS,
    UNBLENDED,
)
from finmod.normalize.aws_columns import derived, replace_derived
from finmod.normalize.aws_unused import NO_UNUSED_PART, UNUSED_PART
from finmod.normalize.mapping import Choice, MapColumn, Mapping
from finmod.sources.aws_cur2 import PARTITION

_BILL = "AWS Data Exports User Guide, Bill columns"
_PRODUCT = "AWS Data Exports User Guide, Product columns"
_MARKETPLACE = "$bill_billing_entity = 'AWS Marketplace'"
_CODE = "$line_item_product_code"
_TAXED = "$line_item_line_item_type IS NOT DISTINCT FROM 'Tax'"
_SKU = "coalesce($product_sku, nullif(split_part($pricing_rate_code, '.', 1), ''))"
_SPLIT_PARENT = "$split_line_item_parent_resource_id"

_STORAGE = f"{_CODE} = 'AmazonEC2' AND $line_item_usage_type LIKE '%EBS:%'"
_GATEWAY = f"{_CODE} = 'AmazonEC2' AND $line_item_usage_type LIKE '%NatGateway%'"
_BALANCER = f"{_CODE} = 'AmazonEC2' AND $line_item_usage_type LIKE '%LoadBalancer%'"

_ZONE = "$line_item_availability_zone"
_LOCATED = services.lookup({name: region for region, name in services.REGIONS.items()}, "$product_location")
_REGION = (
    "coalesce($product_region_code, $product_region, "
    rf"nullif(regexp_extract({_ZONE}, '^([a-z]{{2}}(-[a-z]+)+-\d)[a-z]?$', 1), ''), {_LOCATED})"
)

_ID = f"coalesce({_SPLIT_PARENT}, $line_item_resource_id)"
# An ARN's sixth part and what follows it: type/name, type:name or, for a bucket, the name alone.
_ARN = "'^arn:[^:]*:[^:]*:[^:]*:[^:]*:([^:/]+)[:/]'"
_PREFIX = "'^(i|vol|snap|nat|eni)-[0-9a-zA-Z]'"
_PREFIXES = {"i": "instance", "vol": "volume", "snap": "snapshot", "nat": "natgateway", "eni": "network-interface"}
_RESOURCE_TYPE = (
    f"coalesce(nullif(regexp_extract({_ID}, {_ARN}, 1), ''), "
    f"{services.lookup(_PREFIXES, f'regexp_extract({_ID}, {_PREFIX}, 1)')}, "
    f"CASE WHEN {_CODE} = 'AmazonS3' AND {_ID} IS NOT NULL THEN 'bucket' END)"
)


def _exclusive_end(column: str) -> str:
    """Return SQL for a period's end: AWS writes some as the last second of the period."""
    return (
        f"CASE WHEN second(@{column}) = 59 THEN date_trunc('minute', @{column}) + INTERVAL 1 MINUTE ELSE @{column} END"
    )


_BY_FOLDER = f"TRY_CAST(nullif(regexp_extract($file_folder, '(?i).*/{PARTITION}(?:/|$)', 1), '') || '-01' AS TIMESTAMP)"
_START = f"coalesce(@bill_billing_period_start_date, {_BY_FOLDER}, date_trunc('month', @line_item_usage_start_date))"

_PLACES = (
    MapColumn("BillingAccountId", "$bill_payer_account_id", source=_BILL),
    MapColumn("BillingAccountName", "$bill_payer_account_name", source=_BILL),
    MapColumn("BillingCurrency", "$line_item_currency_code", source="AWS Data Exports User Guide, Line item columns"),
    MapColumn(
        "BillingPeriodStart",
        _START,
        choice="Where a query of Data Exports left the bill's columns out, the month of the folder that the export "
        "lies in, BILLING_PERIOD=YYYY-MM; outside of such a folder the month of the usage, which is a finding "
        "(FM1256): a refund or late usage belongs to a later bill.",
        source=f"{_BILL}; Understanding export delivery",
        alternative="Refusing a file that names no billing period: most of its charges belong to the month of their "
        "usage, and the finding names the rest.",
    ),
    MapColumn(
        "BillingPeriodEnd", f"coalesce(@bill_billing_period_end_date, {_START} + INTERVAL 1 MONTH)", source=_BILL
    ),
    MapColumn("ChargePeriodStart", "@line_item_usage_start_date"),
    MapColumn(
        "ChargePeriodEnd",
        _exclusive_end("line_item_usage_end_date"),
        choice="An end at 59 seconds is taken to the next minute: FOCUS periods exclude their end.",
        source="FOCUS 1.4, ChargePeriodEnd",
    ),
    MapColumn("ChargeDescription", "$line_item_line_item_description"),
    MapColumn(
        "InvoiceId",
        "$bill_invoice_id",
        choice="NULL until AWS closes the month: the report leaves it empty.",
        source=_BILL,
    ),
    MapColumn(
        "InvoiceIssuerName",
        f"coalesce($bill_invoicing_entity, CASE WHEN {_MARKETPLACE} THEN NULL ELSE $line_item_legal_entity END)",
        choice="The seller of record where the report has no invoicing entity, but not for the Marketplace, where the "
        "seller does not issue the invoice.",
        source=f"{_BILL}: bill_invoicing_entity; Line item columns: line_item_legal_entity",
    ),
    MapColumn(
        "ServiceProviderName",
        f"CASE WHEN {_MARKETPLACE} THEN coalesce($line_item_legal_entity, 'AWS Marketplace') ELSE 'AWS' END",
        choice="For the Marketplace the seller of record, else AWS under the name that its own FOCUS export uses.",
        source=f"{_BILL}: bill_billing_entity; FOCUS 1.4, ServiceProviderName",
        alternative="AWS for Marketplace purchases as well: it offers them for sale.",
    ),
    MapColumn(
        "HostProviderName",
        f"CASE WHEN {_MARKETPLACE} THEN NULL ELSE 'AWS' END",
        choice="NULL for the Marketplace: software sold there may run anywhere.",
        source="FOCUS 1.4, HostProviderName",
    ),
    MapColumn("x_ProviderName", "'AWS'"),
    MapColumn("x_PublisherName", "coalesce($line_item_legal_entity, $bill_invoicing_entity)"),
    MapColumn("SubAccountId", "$line_item_usage_account_id"),
    MapColumn("SubAccountName", "$line_item_usage_account_name"),
    MapColumn(
        "RegionId",
        _REGION,
        choice="Of the product, else of the availability zone, else by the name of the product's location.",
        source=_PRODUCT,
    ),
    MapColumn(
        "RegionName",
        f"coalesce({services.lookup(services.REGIONS, _REGION)}, CASE WHEN {_REGION} IS NOT NULL THEN "
        f"$product_location END)",
        choice="One name per region, from our own table; AWS itself writes several.",
        source=f"{_PRODUCT}; AWS General Reference, Regions and Zones",
    ),
    MapColumn("AvailabilityZone", _ZONE),
)

_WHAT = (
    MapColumn(
        "ServiceName",
        f"coalesce($product_product_name, {services.lookup(services.SERVICE_NAMES, _CODE)}, $product_servicename, "
        f"{_CODE})",
        choice="The product's name; where a bill has none, that of our table of product codes, else the code.",
        source=f"{_PRODUCT}: product_product_name",
    ),
    MapColumn(
        "ServiceCategory",
        f"CASE WHEN {_STORAGE} THEN 'Storage' WHEN {_GATEWAY} OR {_BALANCER} THEN 'Networking' "
        f"ELSE coalesce({services.lookup(services.CATEGORIES, _CODE)}, 'Other') END",
        choice="By product code from our own table. Volumes, NAT gateways and load balancers that EC2 bills count as "
        "what they are. A product that the table lacks is Other.",
        source="FOCUS 1.4, ServiceCategory",
    ),
    MapColumn(
        "ServiceSubcategory",
        f"CASE WHEN {_STORAGE} THEN 'Block Storage' WHEN {_GATEWAY} THEN 'Network Infrastructure' "
        f"WHEN {_BALANCER} THEN 'Application Networking' "
        f"ELSE coalesce({services.lookup(services.SUBCATEGORIES, _CODE)}, 'Other (Other)') END",
        source="FOCUS 1.4, ServiceSubcategory",
    ),
    MapColumn(
        "SkuId",
        f"CASE WHEN {_TAXED} THEN NULL ELSE {_SKU} END",
        choice="The product's SKU, else the one that the rate code begins with; none on tax.",
        source=f"{_PRODUCT}; Pricing columns: pricing_rate_code; FOCUS 1.4, SkuId",
    ),
    MapColumn(
        "SkuPriceId",
        f"CASE WHEN {_TAXED} THEN NULL ELSE $pricing_rate_code END",
        source="AWS Data Exports User Guide, Pricing columns: pricing_rate_code",
    ),
    MapColumn(
        "SkuMeter",
        f"CASE WHEN {_TAXED} OR {_SKU} IS NULL THEN NULL ELSE $line_item_usage_type END",
        choice="The usage type with its region prefix, as AWS meters it; NULL without a SKU, as FOCUS has it. "
        "x_UsageType has it on every row.",
        source="FOCUS 1.4, SkuMeter",
    ),
    MapColumn(
        "PricingCurrency",
        f"coalesce($pricing_currency, CASE WHEN {PRICED} THEN $line_item_currency_code END)",
        choice="Where the report leaves the currency of its prices empty, that of the line item: the unblended rate "
        "is in it. Rows without a price, such as tax and credits, keep NULL.",
        source="AWS Data Exports User Guide, Pricing columns: pricing_currency; Line item columns: "
        "line_item_currency_code; FOCUS 1.4, PricingCurrency",
        alternative="The currency of the line item on every row, as FOCUS wants no NULL: on a row without a price "
        "nothing says in which currency it was priced.",
    ),
    MapColumn(
        "ResourceId",
        _ID,
        choice="On a split row the parent: FOCUS keeps the resource that was charged here and the container in "
        "AllocatedResourceId.",
        source="FOCUS 1.4, AllocatedResourceId",
    ),
    MapColumn("ResourceName", "$resource_name", choice="The tag Name, which the AWS console shows as the name."),
    MapColumn(
        "ResourceType",
        _RESOURCE_TYPE,
        choice="The type that the ARN names, or that the prefix of the id tells; the report has no column for it.",
        source="AWS General Reference, Amazon Resource Names",
    ),
    MapColumn(
        "Tags",
        "$tags",
        choice="A user's key stands without the prefix user:, a key of AWS keeps aws:. CUR 2.0 writes keys in lower "
        "case with underscores; the original letters are lost there.",
        source="FOCUS 1.4, Tags",
        alternative="Keys with user: as in the report.",
    ),
    MapColumn(
        "CapacityReservationId",
        "$capacity_reservation_capacity_reservation_arn",
        source="AWS Data Exports User Guide, Capacity reservation columns",
    ),
    MapColumn(
        "CapacityReservationStatus",
        "CASE WHEN $capacity_reservation_capacity_reservation_status IN ('Used', 'Unused') THEN "
        "$capacity_reservation_capacity_reservation_status END",
        choice="AWS also writes Reserved on the reservation's own row; FOCUS has no word for that.",
    ),
)

_OWN = (
    MapColumn("x_LineItemType", "$line_item_line_item_type", source=LINE_ITEMS),
    MapColumn("x_LineItemId", "$identity_line_item_id"),
    MapColumn("x_UnblendedCost", "$line_item_unblended_cost", choice="As written, to tie to the AWS console."),
    MapColumn(
        "x_NetUnblendedCost",
        "$line_item_net_unblended_cost",
        choice="As written; NULL where the report has no net columns, which AWS adds for payers with a discount alone.",
        source="AWS Data Exports User Guide, Line item columns: line_item_net_unblended_cost",
    ),
    MapColumn("x_BillType", "$bill_bill_type"),
    MapColumn("x_ServiceCode", _CODE),
    MapColumn("x_UsageType", "$line_item_usage_type"),
    MapColumn("x_Operation", "$line_item_operation"),
    MapColumn("x_TaxType", "$line_item_tax_type"),
    MapColumn("x_InstanceType", "$product_instance_type"),
    MapColumn("x_OperatingSystem", "$product_operating_system"),
    MapColumn("x_Tenancy", "$product_tenancy"),
    MapColumn("x_CostCategories", "$cost_categories"),
    MapColumn(
        "x_Discounts",
        "$discounts",
        choice="The map column discount; without it a JSON object of the columns discount_*, such as total_discount. "
        "As written: they are no part of a sum here.",
        source="AWS Data Exports User Guide, Discount columns",
    ),
)

_COLUMNS = (*_PLACES, *KINDS, *COSTS, *QUANTITIES, *COMMITMENTS, *_WHAT, *SPLITS, *_OWN)
# Rows that a connector made of header columns alone: neither type nor money nor time.
_EMPTY = f"$line_item_line_item_type IS NULL AND {UNBLENDED} IS NULL AND $line_item_usage_start_date IS NULL"
_NO_PERIOD = f"@bill_billing_period_start_date IS NULL AND {_BY_FOLDER} IS NULL"

_BY_PLAN = "CommitmentDiscountType = 'Savings Plan' AND CommitmentDiscountStatus = 'Used'"
_BY_CHOICE = (
    Choice(
        "FM1357",
        "AWS bills usage covered by a Savings Plan at its on-demand price and takes it back in a row of its own; both "
        "rows are kept as they are billed, and they sum to 0.",
        _BY_PLAN,
    ),
    Choice("FM1386", "This is the row in which AWS takes covered usage back.", _BY_PLAN),
    Choice(
        "FM1356",
        "AWS refunds fees of a commitment without upfront payment: the refund lowers effective cost, in which the "
        "fees had come out in full.",
        "ChargeClass = 'Correction'",
    ),
    Choice(
        "FM1334",
        "AWS names no SKU on fees, on the rows of a Savings Plan that are no usage, and for some Marketplace software.",
        "ChargeCategory = 'Purchase' OR CommitmentDiscountId IS NOT NULL OR HostProviderName IS NULL",
    ),
)

_NOTES = (
    (
        "Columns are found under every style of header: `lineItem/UnblendedCost`, `line_item_unblended_cost`, "
        "`lineitem_unblendedcost`."
    ),
    (
        "An account that changes its payer within a month has rows under both payers: BillingAccountId is the payer "
        "of each row."
    ),
    "Credits, refunds, taxes and discounts as rows are charges of their own, with effective cost as billed.",
    (
        "The recurring fee of a commitment makes two charges where a part of the commitment was left unused: the "
        "Purchase, with the fee as billed cost and effective cost 0, and Usage with CommitmentDiscountStatus Unused, "
        "with billed cost 0 and the unused part as effective cost. Both have the x_Row of the fee. Where the row does "
        "not say what was unused, Usage with an effective cost of NULL stands for it: it is not known, which is an "
        "error (FM1311), and the report must be exported with the columns `reservation_unused_*` and "
        "`savings_plan_used_commitment`. AWS documents none for the reserved capacity of DynamoDB and for dedicated "
        "hosts."
    ),
    (
        "A report of before 2018 without any column of amortisation makes no charge of an unused part: AWS had none, "
        "so that nothing in it tells an unused commitment from a used one. Usage under its reservations has no "
        "effective cost, which is an error (FM1311)."
    ),
    (
        "A refund that names a Savings Plan or a reservation is a Purchase with ChargeClass Correction and the "
        "CommitmentDiscountId. Its effective cost is 0, as that of the upfront fee that it gives back, and as billed "
        "where the row says that nothing was paid upfront."
    ),
    "A row with neither line item type nor cost nor usage start date is no charge and is left out, counted.",
)

AWS_CUR = Mapping(
    format="aws-cur",
    title="AWS Cost and Usage Report (legacy)",
    columns=_COLUMNS,
    revision=5,
    notes=(
        *_NOTES,
        "Of several report versions of one period, the one that the period's manifest names is read.",
        (
            "Discounts are read from their rows (EdpDiscount, PrivateRateDiscount, BundledDiscount, Discount); the "
            "net columns repeat them. A report with net columns and without such rows is billed too high here: finmod "
            "check says so and by how much (FM1407)."
        ),
    ),
    drop_when=_EMPTY,
    guessed_period=_NO_PERIOD,
    by_choice=_BY_CHOICE,
)

AWS_CUR2 = Mapping(
    format="aws-cur2",
    title="AWS Cost and Usage Report 2.0 (Data Exports)",
    columns=_COLUMNS,
    revision=5,
    notes=(
        *_NOTES,
        (
            "Product attributes, tags, cost categories and discounts are read from the map columns `product`, "
            "`resource_tags`, `cost_category` and `discount`, as Parquet maps or as JSON text in CSV. Of a cell that "
            "is no JSON no key is read; Tags keep its text, which is a finding (FM1305)."
        ),
        (
            "With the column `discount` (or `discount_total_discount`) discounts are columns and costs are read net "
            "of them where the net columns are there too: select `line_item_net_unblended_cost` beside it. A charge "
            "without a net cost is read gross; finmod check then says which discounts it lacks, as an error, and "
            "where rows of discounts stand beside net costs that they may be taken off twice (FM1407). Without it "
            "(INCLUDE MANUAL DISCOUNT COMPATIBILITY) they are rows, and costs are read gross, as from a legacy "
            "report. A query that leaves the column out without that setting is billed too high here: finmod check "
            "says so where the net unblended cost is there to tell (FM1407)."
        ),
        (
            "AWS gives the unused part of a Savings Plan before discounts only: it is reduced in the proportion of "
            "the plan's own fees net and gross, rounded down at the 12th place."
        ),
    ),
    drop_when=_EMPTY,
    guessed_period=_NO_PERIOD,
    by_choice=_BY_CHOICE,
)


def mapping(format_name: str, columns: Sequence[str]) -> Mapping:
    """Return the mapping for a file: the declared one, with what the file's own columns make of tags and maps.

    Args:
        format_name: ``aws-cur`` or ``aws-cur2``.
        columns: The names of the file's columns; with none, the declared mapping as it is documented.
    """
    declared = {each.format: each for each in (AWS_CUR, AWS_CUR2)}[format_name]
    made = derived(format_name, columns) if columns else {}
    filled = tuple(replace(column, sql=replace_derived(column.sql, made)) for column in declared.columns)
    mapping = replace(declared, columns=filled)
    unused = (replace(column, sql=replace_derived(column.sql, made)) for column in UNUSED_PART)
    return replace(mapping, also=(mapping.further_charge(*unused, drop_when=replace_derived(NO_UNUSED_PART, made)),))
