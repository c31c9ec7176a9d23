-- Answers: what each project, workspace and model used a day.
-- Grain:   one row per source, day and {names}.
-- Inputs:  {usage}: the results that stand in the ledger. {sums}: their sums of a day.
-- Notes:   StoredBytes is a level: that of the last interval of the day that tells it, summed over what is not grouped by.
WITH usage AS (
    SELECT
        *, max(CASE WHEN StoredBytes IS NOT NULL THEN IntervalStart END)
        OVER (PARTITION BY x_Source, x_BillingPeriod, x_UsageDate, {names}) AS last_level
    FROM {usage}
)
SELECT
    x_Source, x_BillingPeriod, x_UsageDate, {names}, count(*) AS x_Rows, {sums},
    CAST(sum(StoredBytes) FILTER (WHERE IntervalStart = last_level) AS BIGINT) AS StoredBytes
FROM usage
GROUP BY x_Source, x_BillingPeriod, x_UsageDate, {names}
