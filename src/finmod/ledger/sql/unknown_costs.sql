-- Answers: which charges have no known BilledCost, which no known EffectiveCost.
-- Grain:   one row per source, billing period, currency and cost with such charges.
-- Inputs:  {charges}: charges.
-- Notes:   the place is that of the first one.
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingCurrency, cost, count(*) AS charges,
    arg_min(x_File, x_Row) AS x_File, min(x_Row) AS x_Row
FROM (
    SELECT x_Source, x_BillingPeriod, BillingCurrency, 'BilledCost' AS cost, x_File, x_Row FROM {charges}
    WHERE BilledCost IS NULL
    UNION ALL
    SELECT x_Source, x_BillingPeriod, BillingCurrency, 'EffectiveCost', x_File, x_Row FROM {charges}
    WHERE EffectiveCost IS NULL
)
GROUP BY ALL
ORDER BY ALL
