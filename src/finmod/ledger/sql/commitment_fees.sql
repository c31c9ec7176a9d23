-- Answers: what commitments cost before and after the discounts of their fees, beside the effective cost that they reach.
-- Grain:   one row per source, billing period, commitment, currency and CommitmentDiscountStatus of what it covers, where
--          its fees are billed after discounts that the bill has as columns.
-- Inputs:  {charges}: charges with x_UnblendedCost and x_NetUnblendedCost; {days}, {keys}: daily cube and charge keys.
-- Notes:   recurring fees are those of the period, upfront fees those of any loaded period of the source. quantity of
--          fees is NULL where one is not known. Corrections are left out.
WITH fees AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        CommitmentDiscountId,
        BillingCurrency,
        ChargeFrequency IS NOT DISTINCT FROM 'Recurring' AS recurring,
        sum(TRY_CAST(x_UnblendedCost AS DECIMAL(38, 12))) AS gross,
        sum(BilledCost) AS net,
        CASE WHEN count(*) = count(CommitmentDiscountQuantity) THEN sum(CommitmentDiscountQuantity) END AS quantity
    FROM {charges}
    WHERE ChargeCategory = 'Purchase'
        AND CommitmentDiscountId IS NOT NULL
        AND ChargeClass IS NULL
        AND TRY_CAST(x_NetUnblendedCost AS DECIMAL(38, 12)) = BilledCost
    GROUP BY ALL
),
upfront AS (
    SELECT x_Source, CommitmentDiscountId, BillingCurrency, sum(gross) AS gross, sum(net) AS net,
        CASE WHEN count(*) = count(quantity) THEN sum(quantity) END AS quantity
    FROM fees
    WHERE NOT recurring
    GROUP BY ALL
),
covered AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        CommitmentDiscountId,
        keys.BillingCurrency,
        CommitmentDiscountStatus,
        CommitmentDiscountType AS kind,
        CAST(sum(days.x_Charges) AS BIGINT) AS charges,
        sum(days.EffectiveCost) AS effective,
        sum(days.CommitmentDiscountQuantity) AS quantity,
        arg_min(x_ExampleFile, x_ExampleRow) AS file,
        min(x_ExampleRow) AS row
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE ChargeCategory = 'Usage'
        AND CommitmentDiscountId IS NOT NULL
        AND CommitmentDiscountType IN ('Savings Plan', 'Reservation')
        AND ChargeClass IS NULL
    GROUP BY ALL
)
SELECT
    covered.x_Source,
    strftime(covered.x_BillingPeriod, '%Y-%m') AS month,
    covered.kind,
    covered.BillingCurrency,
    covered.CommitmentDiscountId,
    covered.charges,
    covered.effective,
    covered.quantity,
    covered.file,
    covered.row,
    recurring.gross,
    recurring.net,
    recurring.quantity,
    upfront.gross,
    upfront.net,
    upfront.quantity
FROM covered
LEFT JOIN fees AS recurring
    ON recurring.recurring
    AND (recurring.x_Source, recurring.x_BillingPeriod, recurring.CommitmentDiscountId, recurring.BillingCurrency)
        = (covered.x_Source, covered.x_BillingPeriod, covered.CommitmentDiscountId, covered.BillingCurrency)
LEFT JOIN upfront
    ON (upfront.x_Source, upfront.CommitmentDiscountId, upfront.BillingCurrency)
        = (covered.x_Source, covered.CommitmentDiscountId, covered.BillingCurrency)
WHERE covered.effective <> 0 AND (recurring.gross <> recurring.net OR upfront.gross <> upfront.net)
ORDER BY ALL
