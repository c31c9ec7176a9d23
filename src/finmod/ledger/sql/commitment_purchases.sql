-- Answers: which terms the purchases of commitments state, and how far their fees reach.
-- Grain:   one row per source, commitment and currency with purchases.
-- Inputs:  {charges}: charges; {term}: SQL for the months that a purchase says it is for, NULL where none does.
-- Notes:   a purchase that is paid once states the term as its charge period, or as months from its day on (Azure). One
--          of a month or less is that of a fee. begins, ends and until are NULL where none states the term. Where months
--          state it, it begins at some hour of the day: its last hours stand on the day after ends, so until is later.
WITH purchases AS (
    SELECT
        x_Source,
        CommitmentDiscountId,
        BillingCurrency,
        CAST(ChargePeriodStart AS DATE) AS first,
        CAST(ChargePeriodEnd AS DATE) AS after,
        ChargeFrequency IS DISTINCT FROM 'Recurring' AND ChargeClass IS DISTINCT FROM 'Correction' AS once,
        ChargePeriodEnd > ChargePeriodStart + INTERVAL 31 DAY AS exact,
        {term} AS months
    FROM {charges}
    WHERE ChargeCategory = 'Purchase'
        AND CommitmentDiscountId IS NOT NULL
),
terms AS (
    SELECT
        *,
        once AND (exact OR months > 1) AS stated,
        CASE WHEN exact THEN after ELSE CAST(first + to_months(months) AS DATE) END AS ends
    FROM purchases
)
SELECT
    x_Source,
    CommitmentDiscountId,
    BillingCurrency,
    min(first) FILTER (WHERE stated) AS begins,
    max(ends) FILTER (WHERE stated) AS ends,
    max(CASE WHEN exact THEN ends ELSE ends + 1 END) FILTER (WHERE stated) AS until,
    max(after) AS fees_end
FROM terms
GROUP BY ALL
