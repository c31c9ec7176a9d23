-- Answers: which billing accounts have the same total under two sources, as where a bill is loaded in two formats.
-- Grain:   one row per source but the first by name, billing period, billing account and currency.
-- Inputs:  {days}, {keys}: daily cube and charge keys. {fewest}: charges from which an equal total is no chance.
-- Notes:   formats round charges differently: totals are equal where they are at 2 decimals. A total of 0 says nothing.
WITH totals AS (
    SELECT
        x_Source,
        x_BillingPeriod,
        BillingAccountId,
        keys.BillingCurrency,
        CAST(sum(days.x_Charges) AS BIGINT) AS charges,
        sum(days.BilledCost) AS billed
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE BillingAccountId IS NOT NULL
    GROUP BY ALL
    HAVING sum(days.x_Charges) >= {fewest} AND round(sum(days.BilledCost), 2) <> 0
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingAccountId, BillingCurrency, charges, billed,
    first_value(x_Source) OVER same AS first_source, first_value(charges) OVER same AS first_charges
FROM totals
WINDOW same AS (
    PARTITION BY x_BillingPeriod, BillingAccountId, BillingCurrency, round(billed, 2) ORDER BY x_Source
)
QUALIFY x_Source <> first_source
ORDER BY ALL
