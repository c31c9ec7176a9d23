-- Answers: which charges equal another one in key, charge period, every amount and the supplier's own columns.
-- Grain:   one row per source, billing period and currency that has such charges.
-- Inputs:  {charges}: charges of one source and billing period; {compared}: amounts and the supplier's own columns.
-- Notes:   charges and amounts are those beyond the first of each group. A 64-bit hash stands for the group.
SELECT
    x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month,
    BillingCurrency,
    CAST(sum(n - 1) AS BIGINT) AS charges,
    sum(BilledCost * (n - 1)) AS BilledCost,
    arg_min(x_File, x_Row) AS x_File,
    min(x_Row) AS x_Row
FROM (
    SELECT
        any_value(x_Source) AS x_Source,
        any_value(x_BillingPeriod) AS x_BillingPeriod,
        any_value(BillingCurrency) AS BillingCurrency,
        any_value(BilledCost) AS BilledCost,
        any_value(x_File) AS x_File,
        max(x_Row) AS x_Row,
        count(*) AS n
    FROM {charges}
    GROUP BY hash(x_ChargeKey, ChargePeriodStart, ChargePeriodEnd, {compared})
    HAVING count(*) > 1
)
GROUP BY ALL
ORDER BY ALL
