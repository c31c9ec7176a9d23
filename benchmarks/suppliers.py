"""Suppliers' own exports of any size, and their load against DuckDB's COPY of the same file.

Owns the shape of the data: hourly rows of many resources, the columns of a real export, tags, credits.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.load import GOAL_PEAK, copy
from benchmarks.process import Run, median_ratio, pairs, run
from finmod.engines.duckdb import Engine, literal

_FACTS = """
SELECT i % {resources} AS resource, i // {resources} AS hour, (i % {resources} * 2654435761) % 1000003 AS u,
    CAST(i * 2654435761 % 999999999989 + 1 AS DECIMAL(12,0)) * 0.00000000001 AS quantity,
    CAST((i % {resources} * 2654435761) % 97 + 3 AS DECIMAL(9,0)) * 0.01 AS price
FROM range({rows}) AS t(i)
"""
# Every column of Microsoft's file for a customer agreement, in its order.
_AZURE = """
SELECT 'G' || u % 3 AS invoiceId, NULL::VARCHAR AS previousInvoiceId, 'a1b2:c3d4_2019-05-31' AS billingAccountId,
    'Example Ltd' AS billingAccountName, 'ABCD-EFGH-BG7-PGB' AS billingProfileId, 'Example' AS billingProfileName,
    'S-' || u % 5 AS invoiceSectionId, 'Section ' || u % 5 AS invoiceSectionName, NULL::VARCHAR AS resellerName,
    NULL::VARCHAR AS resellerMpnId, 'cc' || u % 90 AS costCenter, '09/30/2026' AS billingPeriodEndDate,
    '09/01/2026' AS billingPeriodStartDate, '09/30/2026' AS servicePeriodEndDate,
    '09/01/2026' AS servicePeriodStartDate,
    strftime(DATE '2026-09-01' + CAST(hour % 30 AS INTEGER), '%m/%d/%Y') AS date, 'Compute' AS serviceFamily,
    md5('order' || u % 7) AS productOrderId, 'Azure plan' AS productOrderName, 'Microsoft.Compute' AS consumedService,
    md5(CAST(u % 300 AS VARCHAR)) AS meterId, 'D' || u % 16 || 's v5' AS meterName,
    'Virtual Machines' AS meterCategory, 'Dsv5 Series ' || u % 20 AS meterSubCategory, 'US East' AS meterRegion,
    'P' || u % 300 AS ProductId, 'Virtual Machines Dsv5 Series - D' || u % 300 || 's v5 - US East' AS ProductName,
    md5('sub' || u % 40) AS SubscriptionId, 'subscription ' || u % 40 AS subscriptionName,
    'Microsoft' AS publisherType, NULL::VARCHAR AS publisherId, 'Microsoft' AS publisherName,
    'rg-' || u % 900 AS resourceGroupName,
    '/subscriptions/' || md5('sub' || u % 40) || '/resourceGroups/rg-' || u % 900
        || '/providers/Microsoft.Compute/virtualMachines/vm-' || resource AS ResourceId,
    'eastus' AS resourceLocation, 'US East' AS location, CAST(price * 0.95 AS DECIMAL(18,6)) AS effectivePrice,
    quantity, '1 Hour' AS unitOfMeasure, 'Usage' AS chargeType, 'USD' AS billingCurrency, 'USD' AS pricingCurrency,
    price * 0.95 * quantity AS costInBillingCurrency, price * 0.95 * quantity AS costInPricingCurrency,
    price * 0.95 * quantity AS costInUsd, price * quantity AS paygCostInBillingCurrency,
    price * quantity AS paygCostInUsd,
    1 AS exchangeRatePricingToBilling, '09/01/2026' AS exchangeRateDate, 'True' AS isAzureCreditEligible,
    NULL::VARCHAR AS serviceInfo1, NULL::VARCHAR AS serviceInfo2,
    '{{"UsageType":"ComputeHR","ImageType":"Canonical","ServiceType":"Standard_D' || u % 16 || 's_v5","VMName":"vm-'
        || resource || '","VMProperties":"' || md5(CAST(resource AS VARCHAR)) || '","VCPUs":4}}' AS additionalInfo,
    '{{"team": "team-' || u % 60 || '","product": "p' || u % 14 || '","env": "prod","owner": "owner-' || u % 200
        || '","app": "app-' || resource % 5000 || '"}}' AS tags,
    CAST(price AS DECIMAL(18,6)) AS PayGPrice, 'UsageBased' AS frequency, NULL::VARCHAR AS term,
    NULL::VARCHAR AS reservationId, NULL::VARCHAR AS reservationName, 'OnDemand' AS pricingModel,
    CAST(price * 0.95 AS DECIMAL(18,6)) AS unitPrice, NULL::VARCHAR AS costAllocationRuleName,
    NULL::VARCHAR AS benefitId, NULL::VARCHAR AS benefitName, 'Azure' AS provider
FROM ({facts})
"""
_GOOGLE = """
SELECT '00F3D8-28D652-3F036F' AS billing_account_id,
    {{'id': '6F81-5844-456A', 'description': 'Compute Engine'}} AS service,
    {{'id': 'S' || u % 300, 'description': 'N2 Instance Core running in Americas'}} AS sku,
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720), '%Y-%m-%d %H:%M:%S UTC') AS usage_start_time,
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720 + 1), '%Y-%m-%d %H:%M:%S UTC') AS usage_end_time,
    {{'id': 'project-' || u % 40, 'number': '4' || u % 40, 'name': 'project ' || u % 40,
      'labels': [{{'key': 'env', 'value': 'prod'}}], 'ancestry_numbers': '/340011223344/50110000000' || u % 9 || '/',
      'ancestors': [{{'resource_name': 'projects/4' || u % 40, 'display_name': 'project ' || u % 40}},
        {{'resource_name': 'folders/50110000000' || u % 9, 'display_name': 'folder ' || u % 9}},
        {{'resource_name': 'organizations/340011223344', 'display_name': 'example.com'}}]}} AS project,
    [{{'key': 'team', 'value': 'team-' || u % 60}}, {{'key': 'product', 'value': 'p' || u % 14}},
     {{'key': 'env', 'value': 'prod'}}, {{'key': 'owner', 'value': 'owner-' || u % 200}},
     {{'key': 'app', 'value': 'app-' || resource % 5000}}] AS labels,
    [{{'key': 'compute.googleapis.com/cores', 'value': '4'}},
     {{'key': 'compute.googleapis.com/machine_spec', 'value': 'n2-standard-' || u % 9}}] AS system_labels,
    {{'location': 'us-central1', 'country': 'US', 'region': 'us-central1', 'zone': 'us-central1-a'}} AS location,
    {{'name': 'vm-' || resource, 'global_name': '//compute.googleapis.com/projects/project-' || u % 40
      || '/zones/us-central1-a/instances/' || resource}} AS resource,
    [{{'key': 'environment', 'value': 'production', 'inherited': false, 'namespace': '340011223344'}}] AS tags,
    {{'effective_price': CAST(price AS VARCHAR), 'tier_start_amount': '0', 'unit': 'hour',
      'pricing_unit_quantity': '1'}}
        AS price,
    'GOOGLE' AS transaction_type, NULL::VARCHAR AS seller_name,
    '2026-10-01 02:00:00 UTC' AS export_time, CAST(price * quantity AS DOUBLE) AS cost, 'USD' AS currency,
    1.0 AS currency_conversion_rate,
    {{'amount': CAST(quantity * 3600 AS DOUBLE), 'unit': 'seconds', 'amount_in_pricing_units': CAST(quantity AS DOUBLE),
      'pricing_unit': 'hour'}} AS usage,
    CASE WHEN u % 5 = 0 THEN [{{'name': 'Committed use discount', 'full_name': NULL::VARCHAR, 'id': 'c',
      'type': 'COMMITTED_USAGE_DISCOUNT', 'amount': CAST(-price * 0.28 * quantity AS DOUBLE)}}] ELSE [] END AS credits,
    {{'month': '202609', 'publisher_type': 'GOOGLE'}} AS invoice, 'regular' AS cost_type,
    {{'id': NULL::VARCHAR, 'description': NULL::VARCHAR, 'mode': NULL::VARCHAR, 'type': NULL::VARCHAR}}
      AS adjustment_info,
    {{'instance_id': NULL::VARCHAR}} AS subscription, CAST(price * quantity AS DOUBLE) AS cost_at_list,
    {{'id': '7754-699E-0EBF', 'description': 'Default'}} AS consumption_model
FROM ({facts})
"""
_ORACLE = """
SELECT md5(CAST(resource * 100003 + hour AS VARCHAR)) AS "lineItem/referenceNo",
    'ocid1.tenancy.oc1..t' AS "lineItem/tenantId",
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720), '%Y-%m-%dT%H:%MZ') AS "lineItem/intervalUsageStart",
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720 + 1), '%Y-%m-%dT%H:%MZ') AS "lineItem/intervalUsageEnd",
    'COMPUTE' AS "product/service", 'ocid1.compartment.oc1..' || md5('c' || u % 40) AS "product/compartmentId",
    'compartment ' || u % 40 AS "product/compartmentName", 'us-ashburn-1' AS "product/region",
    'ad-1' AS "product/availabilityDomain",
    'ocid1.instance.oc1.iad.' || md5(CAST(resource AS VARCHAR)) || resource AS "product/resourceId",
    quantity AS "usage/billedQuantity", NULL::VARCHAR AS "usage/billedQuantityOverage",
    'ocid1.organizationssubscription.oc1.s' AS "cost/subscriptionId", 'B' || u % 300 AS "cost/productSku",
    'Compute - Standard - E4' AS "product/Description", CAST(price AS DECIMAL(18,12)) AS "cost/unitPrice",
    NULL::VARCHAR AS "cost/unitPriceOverage", price * quantity AS "cost/myCost",
    NULL::VARCHAR AS "cost/myCostOverage", 'USD' AS "cost/currencyCode", 'ONE HOUR' AS "cost/billingUnitReadable",
    'OCPU Per Hour' AS "cost/skuUnitDescription", 'false' AS "cost/overageFlag", 'false' AS "lineItem/isCorrection",
    NULL::VARCHAR AS "lineItem/backreferenceNo",
    'team-' || u % 60 AS "tags/Org.Team", 'p' || u % 14 AS "tags/Org.Product", 'prod' AS "tags/Org.Environment",
    'owner-' || u % 200 AS "tags/Oracle-Tags.CreatedBy", 'app-' || resource % 5000 AS "tags/Org.App",
    NULL::VARCHAR AS "tags/Org.CostCenter", NULL::VARCHAR AS "tags/Old.Release", NULL::VARCHAR AS "tags/Old.Phonebook"
FROM ({facts})
"""
_PODS = """
SELECT '2026-09-01 00:00:00 +0000 UTC' AS report_period_start, '2026-10-01 00:00:00 +0000 UTC' AS report_period_end,
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720), '%Y-%m-%d %H:%M:%S +0000 UTC') AS interval_start,
    strftime(TIMESTAMP '2026-09-01' + to_hours(hour % 720) + INTERVAL 3599 SECOND, '%Y-%m-%d %H:%M:%S +0000 UTC')
        AS interval_end,
    'app-' || resource % 5000 || '-' || md5(CAST(resource AS VARCHAR))[:9] AS pod, 'team-' || u % 60 AS namespace,
    'node-' || resource // 30 AS node, 'i-' || md5('node' || resource // 30)[:17] AS resource_id,
    CAST(quantity * 360 AS DOUBLE) AS pod_usage_cpu_core_seconds, 1800.0 AS pod_request_cpu_core_seconds,
    3600.0 AS pod_limit_cpu_core_seconds, CAST(quantity * 1000000000000 AS DOUBLE) AS pod_usage_memory_byte_seconds,
    3865470566400.0 AS pod_request_memory_byte_seconds, 7730941132800.0 AS pod_limit_memory_byte_seconds,
    16 AS node_capacity_cpu_cores, 57600 AS node_capacity_cpu_core_seconds, 68719476736 AS node_capacity_memory_bytes,
    247390116249600 AS node_capacity_memory_byte_seconds,
    'label_app:app-' || resource % 5000 || '|label_team:team-' || u % 60 || '|label_product:p' || u % 14
        || '|label_environment:prod' AS pod_labels
FROM ({facts})
"""


class Export(NamedTuple):
    """A supplier's file of some size.

    Attributes:
        format: Name of the format.
        ending: Of the file.
        rows: Its rows, as SQL.
        goal: Most that its load may take, over DuckDB's COPY.
    """

    format: str
    ending: str
    rows: str
    goal: float


EXPORTS = (
    Export("azure-cost", ".parquet", _AZURE, 2),
    Export("azure-cost", ".csv.gz", _AZURE, 1.75),
    Export("gcp-billing", ".parquet", _GOOGLE, 2),
    Export("gcp-billing", ".json.gz", _GOOGLE, 1.75),
    Export("oci-cost", ".csv.gz", _ORACLE, 1.75),
    Export("kubernetes", ".csv.gz", _PODS, 1.75),
)


def suppliers_against_copy(folder: Path, sizes: list[int], times: int) -> Iterator[str]:
    """Yield a line per supplier, form and size: seconds of both, their ratio, peak memory."""
    for export in EXPORTS:
        per_row: list[float] = []
        for size in sizes:
            file = folder / f"{export.format}-{size}{export.ending}"
            _write(file, size, export)
            found = pairs(partial(_load, folder, file, export), partial(copy, folder, file), times)
            ours, theirs = (min(pair[side].wall for pair in found) for side in (0, 1))
            per_row.append(ours / size * 1e6)
            yield (
                f"{export.format:11s} {size / 1e6:4.1f}M {export.ending[1:]:8s} {ours:6.1f} s, copy {theirs:6.1f} s: "
                f"{median_ratio(found):5.2f}x (goal {export.goal}), {per_row[-1]:5.2f} us/row, "
                f"{per_row[-1] / per_row[0]:4.2f} of the smallest, "
                f"peak {max(pair[0].peak for pair in found) / 1e9:4.2f} GB (goal {GOAL_PEAK / 1e9:.0f})"
            )


def _write(path: Path, rows: int, export: Export) -> None:
    if path.exists():
        return
    part = path.with_name(f".{path.name}")
    query = export.rows.format(facts=_FACTS.format(rows=rows, resources=-(-rows // 720)))
    forms = {
        ".parquet": "FORMAT parquet, COMPRESSION zstd",
        ".csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
        ".json.gz": "FORMAT json, COMPRESSION gzip",
    }
    with Engine() as engine:
        engine.run(f"COPY ({query}) TO {literal(str(part))} ({forms[export.ending]})")
    part.replace(path)


def _load(folder: Path, file: Path, export: Export) -> Run:
    project = folder / f"project-{file.name}"
    shutil.rmtree(project, ignore_errors=True)
    finmod = [sys.executable, "-m", "finmod"]
    run([*finmod, "init", str(project)])
    return run([*finmod, "--project", str(project), "load", "--format", export.format, str(file)])
