-- Answers: which commitments' effective cost is below their recurring bill.
-- Grain:   one row per source, billing period, commitment and currency that loses cost.
-- Inputs:  {days}, {keys}: daily cube and charge keys.
-- Notes:   more than the bill is right where an upfront part is spread over the term, and then the month proves nothing.
--          Corrections move cost between months. What rounding of amortised parts leaves is below a cent and a millionth.
WITH sums AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        CommitmentDiscountId,
        BillingCurrency,
        sum(days.BilledCost) FILTER (WHERE ChargeCategory = 'Purchase' AND ChargeFrequency = 'Recurring') AS billed,
        coalesce(sum(days.EffectiveCost) FILTER (WHERE ChargeCategory = 'Usage'), 0) AS effective,
        bool_or(ChargeCategory = 'Purchase' AND ChargeFrequency IS DISTINCT FROM 'Recurring') AS upfront,
        bool_or(ChargeClass IS NOT DISTINCT FROM 'Correction') AS corrected
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE CommitmentDiscountId IS NOT NULL
    GROUP BY ALL
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, CommitmentDiscountId, BillingCurrency, billed, effective
FROM sums
WHERE NOT upfront
    AND NOT corrected
    AND billed - effective > greatest(CAST(0.01 AS DECIMAL(38, 12)), billed * CAST(0.000001 AS DECIMAL(18, 6)))
ORDER BY ALL
