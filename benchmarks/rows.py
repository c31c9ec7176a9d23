"""FOCUS 1.2 files of any size for the benchmarks: clean, hourly, 60 columns, as a large AWS account writes them.

Owns the shape of the data: 720 hours x (rows / 720) resources, tags, commitments, prices.
"""

from __future__ import annotations

from pathlib import Path

from finmod.engines.duckdb import Engine, literal

# Cent amounts per unit times a spread of quantities: prices and products agree to the last digit.
_ROWS = """
WITH hours AS (SELECT i // {resources} AS hour, i % {resources} AS resource FROM range({rows}) AS t(i)),
facts AS (
    SELECT resource, hour, TIMESTAMP '2026-09-01' + to_hours(hour) AS start, (resource * 2654435761) % 1000003 AS u
    FROM hours
),
priced AS (
    SELECT *, CAST(u % 97 + 3 AS DECIMAL(9,0)) * 0.01 AS price, u % 5 = 0 AS committed,
        CAST((resource * 7919 + hour * 104729) % 9973 + 1 AS DECIMAL(9,0)) * 0.0001 AS quantity
    FROM facts
)
SELECT
    'us-east-1' || chr(CAST(97 + u % 3 AS INTEGER)) AS AvailabilityZone,
    CAST(CASE WHEN committed THEN 0 ELSE price * 0.95 * quantity END AS {number}) AS BilledCost,
    '123456789012' AS BillingAccountId, 'Payer account' AS BillingAccountName, 'Organization' AS BillingAccountType,
    'USD' AS BillingCurrency, TIMESTAMP '2026-10-01' AS BillingPeriodEnd, TIMESTAMP '2026-09-01' AS BillingPeriodStart,
    NULL::VARCHAR AS CapacityReservationId, NULL::VARCHAR AS CapacityReservationStatus,
    'Usage' AS ChargeCategory, NULL::VARCHAR AS ChargeClass,
    '$0.' || (u % 97 + 3) || ' per On Demand Linux instance hour' AS ChargeDescription,
    'Usage-Based' AS ChargeFrequency,
    start + INTERVAL 1 HOUR AS ChargePeriodEnd, start AS ChargePeriodStart,
    CASE WHEN committed THEN 'Spend' END AS CommitmentDiscountCategory,
    CASE WHEN committed THEN 'arn:aws:savingsplans::123456789012:savingsplan/' || (u % 17) END AS CommitmentDiscountId,
    CASE WHEN committed THEN 'plan ' || (u % 17) END AS CommitmentDiscountName,
    CAST(CASE WHEN committed THEN price * 0.72 * quantity END AS {number}) AS CommitmentDiscountQuantity,
    CASE WHEN committed THEN 'Used' END AS CommitmentDiscountStatus,
    CASE WHEN committed THEN 'Compute Savings Plan' END AS CommitmentDiscountType,
    CASE WHEN committed THEN 'USD' END AS CommitmentDiscountUnit,
    CAST(quantity AS {number}) AS ConsumedQuantity, 'Hours' AS ConsumedUnit,
    CAST(price * 0.95 * quantity AS {number}) AS ContractedCost, CAST(price * 0.95 AS {number}) AS ContractedUnitPrice,
    CAST(CASE WHEN committed THEN price * 0.72 * quantity ELSE price * 0.95 * quantity END AS {number})
        AS EffectiveCost,
    'INV-2026-09' AS InvoiceId, 'Amazon Web Services, Inc.' AS InvoiceIssuerName,
    CAST(price * quantity AS {number}) AS ListCost, CAST(price AS {number}) AS ListUnitPrice,
    CASE WHEN committed THEN 'Committed' ELSE 'Standard' END AS PricingCategory, 'USD' AS PricingCurrency,
    CAST(price * 0.95 AS {number}) AS PricingCurrencyContractedUnitPrice,
    CAST(CASE WHEN committed THEN price * 0.72 * quantity ELSE price * 0.95 * quantity END AS {number})
        AS PricingCurrencyEffectiveCost,
    CAST(price AS {number}) AS PricingCurrencyListUnitPrice, CAST(quantity AS {number}) AS PricingQuantity,
    'Hours' AS PricingUnit, 'AWS' AS ProviderName, 'AWS' AS PublisherName, 'us-east-1' AS RegionId,
    'US East (N. Virginia)' AS RegionName,
    'arn:aws:ec2:us-east-1:' || (111111111111 + u % 40) || ':instance/i-' || md5(CAST(resource AS VARCHAR))
        AS ResourceId,
    'web-' || (resource % 5000) AS ResourceName, 'AWS::EC2::Instance' AS ResourceType, 'Compute' AS ServiceCategory,
    'Amazon Elastic Compute Cloud' AS ServiceName, 'Virtual Machines' AS ServiceSubcategory,
    'SKU' || (u % 300) AS SkuId,
    'BoxUsage:m5.large' AS SkuMeter, '{{"InstanceType":"m5.large","OperatingSystem":"Linux"}}' AS SkuPriceDetails,
    'SKU' || (u % 300) || '.JRTCKXETXF.6YS6EN2CT7' AS SkuPriceId,
    CAST(111111111111 + u % 40 AS VARCHAR) AS SubAccountId,
    'account-' || (u % 40) AS SubAccountName, 'Account' AS SubAccountType,
    '{{"product":"p' || (u % 14) || '","team":"team-' || (u % 60) || '","env":"prod","Name":"web-'
        || (resource % 5000) || '"}}' AS Tags,
    'RunInstances' AS x_Operation, 'AmazonEC2' AS x_ServiceCode, 'BoxUsage:m5.large' AS x_UsageType
FROM priced
"""


def write_rows(path: Path, rows: int, number: str) -> None:
    """Write a FOCUS file of about ``rows`` charges, unless it is there already.

    Args:
        path: ``.parquet`` or ``.csv.gz``.
        rows: Number of charges.
        number: Type of amounts: ``DOUBLE`` or ``DECIMAL(38,12)``.
    """
    if path.exists():
        return
    part = path.with_name(f".{path.name}")
    query = _ROWS.format(rows=rows, resources=max(1, rows // 720), number=number)
    form = "FORMAT parquet, COMPRESSION zstd" if path.suffix == ".parquet" else "FORMAT csv, HEADER, COMPRESSION gzip"
    with Engine() as engine:
        engine.run(f"COPY ({query}) TO {literal(str(part))} ({form})")
    part.replace(path)
