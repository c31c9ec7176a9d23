-- Answers: which commitments' effective cost is below what their recurring bill pays for.
-- Grain:   one row per source, billing period, commitment and currency that loses cost.
-- Inputs:  {days}, {keys}: daily cube and charge keys.
-- Notes:   a commitment billed on several days of the period, by the hour or by the day, must come back whole. One billed
--          on a single day may be paid in equal months and spread over equal days: then a period of n days owes no more
--          than n times 12/366 of the bill, and no more than the bill. Its first loaded period is counted from the day
--          after its first charge, its last one to the day before its last usage, for it may begin and end within them.
--          A fee whose effective cost is its own bill loses none: Google's credits take it back where it was used.
--          More than the bill is right where an upfront part is spread over the term; where that is bought, the period
--          proves nothing. Of commitments that no usage names, the cost may have reached charges that name none, as in
--          CloudZero's format: it is found where those are worth as much beyond their bill as all of these lack; their
--          last period ends with the usage of the source. The place is that of a charge key with the largest use of a
--          day. Corrections move cost between periods. Rounding leaves less than a cent and a millionth.
WITH sums AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        CommitmentDiscountId,
        keys.BillingCurrency,
        sum(days.BilledCost) FILTER (WHERE ChargeCategory = 'Purchase' AND ChargeFrequency = 'Recurring') AS billed,
        coalesce(sum(days.EffectiveCost) FILTER (WHERE ChargeCategory IN ('Usage', 'Purchase')), 0) AS effective,
        count(DISTINCT x_ChargeDate) FILTER (WHERE ChargeCategory = 'Purchase' AND ChargeFrequency = 'Recurring') AS bills,
        min(x_ChargeDate) AS begun,
        max(x_ChargeDate) FILTER (WHERE ChargeCategory = 'Usage') AS ended,
        arg_max(format('{{}}, row {{:,}}', keys.x_ExampleFile, keys.x_ExampleRow), abs(days.EffectiveCost))
            FILTER (WHERE ChargeCategory = 'Usage') AS place,
        bool_or(ChargeCategory = 'Purchase' AND ChargeFrequency IS DISTINCT FROM 'Recurring') AS upfront,
        bool_or(ChargeClass IS NOT DISTINCT FROM 'Correction') AS corrected
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE CommitmentDiscountId IS NOT NULL
    GROUP BY ALL
),
bills AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        keys.BillingCurrency,
        coalesce(sum(days.EffectiveCost - days.BilledCost) FILTER (WHERE CommitmentDiscountId IS NULL), 0) AS unnamed,
        max(x_ChargeDate) FILTER (WHERE ChargeCategory = 'Usage') AS told_until
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    GROUP BY ALL
),
spans AS (
    SELECT
        *,
        CASE WHEN x_BillingPeriod = min(x_BillingPeriod) OVER held THEN greatest(x_BillingPeriod, begun + 1)
            ELSE x_BillingPeriod END AS first_day,
        CASE WHEN x_BillingPeriod = max(x_BillingPeriod) OVER held THEN
            least(last_day(x_BillingPeriod), coalesce(ended, told_until) - 1) ELSE last_day(x_BillingPeriod) END AS last_day
    FROM sums JOIN bills USING (x_Source, x_BillingPeriod, BillingCurrency)
    WINDOW held AS (PARTITION BY x_Source, CommitmentDiscountId)
),
owed AS (
    SELECT
        *,
        CAST(greatest(0.01::DOUBLE, billed * 0.000001::DOUBLE) AS DECIMAL(38, 12)) AS rounding,
        CASE
            WHEN bills > 1 THEN billed
            -- A double decides; amounts that are told are added up exactly.
            ELSE CAST(billed * least(1.0::DOUBLE, greatest(0, last_day - first_day + 1) * 12.0::DOUBLE / 366)
                AS DECIMAL(38, 12))
        END AS due
    FROM spans
),
weighed AS (
    SELECT
        *,
        -- What a commitment has beyond its bill, as one bought upfront has, makes up for no other's.
        sum(greatest(due - effective, 0)) FILTER (WHERE ended IS NULL) OVER bill AS nameless,
        max(rounding) FILTER (WHERE ended IS NULL) OVER bill AS roundings
    FROM owed
    WINDOW bill AS (PARTITION BY x_Source, x_BillingPeriod, BillingCurrency)
)
SELECT
    x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, CommitmentDiscountId, BillingCurrency, billed, effective,
    CASE WHEN due < billed THEN due END AS due, place
FROM weighed
WHERE NOT upfront
    AND NOT corrected
    AND NOT (ended IS NULL AND nameless - unnamed <= roundings)
    AND due - effective > rounding
ORDER BY ALL
