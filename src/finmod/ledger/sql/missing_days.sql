-- Answers: which days between the first and the last of a daily bill have no charge.
-- Grain:   one row per source and billing period that lacks days.
-- Inputs:  {days}: the daily cube. {daily}: share of days that must have charges for a bill to count as daily.
-- Notes:   only days inside the billing period count: late usage lies outside it by right.
WITH present AS (
    SELECT DISTINCT x_Source, x_BillingPeriod, x_ChargeDate AS day
    FROM {days}
    WHERE date_trunc('month', x_ChargeDate) = x_BillingPeriod
),
span AS (
    SELECT x_Source, x_BillingPeriod, min(day) AS first_day, max(day) AS last_day, count(*) AS days_present
    FROM present
    GROUP BY ALL
),
every_day AS (
    SELECT *, CAST(unnest(generate_series(first_day, last_day, INTERVAL 1 DAY)) AS DATE) AS day
    FROM span
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, list(strftime(day, '%Y-%m-%d') ORDER BY day) AS missing
FROM every_day
ANTI JOIN present USING (x_Source, x_BillingPeriod, day)
WHERE days_present >= {daily} * (last_day - first_day + 1)
GROUP BY ALL
ORDER BY ALL
