-- Answers: what each commitment was billed and what its effective cost is, over everything that is loaded.
-- Grain:   one row per source, commitment and currency.
-- Inputs:  {days}, {keys}: daily cube and charge keys.
-- Notes:   fee_months are the billing periods with recurring fees. Examples are of the charge keys with the largest fee
--          and the largest use of a day. Refunds of fees are purchases too and lower them.
--          Google leaves the effective cost on the fee itself and takes it from the usage by credits: it counts as used, less
--          the offsets of the fee. They are of the fee's SKU; credits for usage, of other SKUs, take its own cost back.
WITH parts AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        CommitmentDiscountId,
        keys.BillingCurrency,
        CommitmentDiscountType,
        CASE
            WHEN ChargeCategory = 'Purchase' AND ChargeFrequency = 'Recurring' THEN 'recurring'
            WHEN ChargeCategory = 'Purchase' THEN 'upfront'
            WHEN ChargeCategory = 'Usage' AND CommitmentDiscountStatus = 'Unused' THEN 'unused'
            WHEN ChargeCategory = 'Usage' THEN 'used'
            WHEN ChargeCategory = 'Adjustment' AND CommitmentDiscountType = 'Spend-based CUD'
                AND bool_or(ChargeCategory = 'Purchase') OVER sku THEN 'offset'
        END AS part,
        days.BilledCost,
        days.EffectiveCost,
        days.x_UnknownBilledCost,
        days.x_UnknownEffectiveCost,
        days.x_Charges,
        x_ChargeDate,
        format('{{}}, row {{:,}}', keys.x_ExampleFile, keys.x_ExampleRow) AS example
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE CommitmentDiscountId IS NOT NULL
    WINDOW sku AS (PARTITION BY x_Source, CommitmentDiscountId, keys.BillingCurrency, SkuId)
)
SELECT
    x_Source,
    CommitmentDiscountId,
    BillingCurrency,
    min(CommitmentDiscountType) AS kind,
    coalesce(sum(BilledCost) FILTER (WHERE part = 'upfront'), 0) AS upfront,
    coalesce(sum(BilledCost) FILTER (WHERE part = 'recurring'), 0) AS recurring,
    coalesce(sum(EffectiveCost) FILTER (WHERE part IN ('used', 'offset', 'upfront', 'recurring')), 0) AS used,
    coalesce(sum(EffectiveCost) FILTER (WHERE part = 'unused'), 0) AS unused,
    CAST(coalesce(sum(x_UnknownBilledCost) FILTER (WHERE part IN ('upfront', 'recurring')), 0)
        + coalesce(sum(x_UnknownEffectiveCost) FILTER (WHERE part IS NOT NULL), 0) AS BIGINT) AS unknown,
    CAST(sum(x_Charges) AS BIGINT) AS charges,
    min(x_ChargeDate) AS first_day,
    max(x_ChargeDate) AS last_day,
    list(DISTINCT x_BillingPeriod) FILTER (WHERE part = 'recurring') AS fee_months,
    arg_max(example, abs(BilledCost)) FILTER (WHERE part IN ('upfront', 'recurring')) AS fee,
    arg_max(example, abs(EffectiveCost)) FILTER (WHERE part IN ('used', 'unused')) AS use
FROM parts
GROUP BY x_Source, CommitmentDiscountId, BillingCurrency
ORDER BY x_Source, CommitmentDiscountId, BillingCurrency
