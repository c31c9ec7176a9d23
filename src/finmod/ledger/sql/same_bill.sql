-- Answers: how much of a bill that is about to be loaded stands under another source already.
-- Grain:   one row per billing period, other source and currency.
-- Inputs:  {new_days}, {new_keys}: the cube and the keys of its billing periods; {days}, {keys}: those of the ledger; {periods}: first days of the billing periods, as literals, so that files of others are passed over. Parameter: source.
-- Notes:   a day of an account is the same where its costs are the same at 2 decimals or differ by a hundredth at most: exports round otherwise, and one may lack a late charge. Azure writes ids with a path before them.
WITH mine AS (
    SELECT x_BillingPeriod, {account} AS account, {sub_account} AS sub_account, keys.BillingCurrency, x_ChargeDate,
        sum(days.x_Charges) AS charges, sum(days.BilledCost) AS billed
    FROM {new_days} AS days JOIN {new_keys} AS keys USING (x_BillingPeriod, x_ChargeKey)
    GROUP BY ALL
    HAVING round(billed, 2) <> 0 AND account IS NOT NULL
),
wholes AS (SELECT x_BillingPeriod, BillingCurrency, sum(abs(billed)) AS every FROM mine GROUP BY ALL),
theirs AS (
    SELECT x_Source, x_BillingPeriod, {account} AS account, {sub_account} AS sub_account, keys.BillingCurrency,
        x_ChargeDate, sum(days.BilledCost) AS billed
    FROM {days} AS days JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE x_Source <> ? AND x_BillingPeriod IN ({periods})
    GROUP BY ALL
)
SELECT x_BillingPeriod, theirs.x_Source, BillingCurrency,
    CAST(sum(mine.charges) AS BIGINT) AS charges,
    sum(mine.billed) AS billed,
    sum(abs(mine.billed)) AS same,
    any_value(wholes.every) AS every
FROM mine JOIN wholes USING (x_BillingPeriod, BillingCurrency)
JOIN theirs USING (x_BillingPeriod, BillingCurrency, account, x_ChargeDate)
WHERE mine.sub_account IS NOT DISTINCT FROM theirs.sub_account
    AND (round(mine.billed, 2) = round(theirs.billed, 2)
        OR abs(mine.billed - theirs.billed) * 100 <= abs(mine.billed))
GROUP BY x_BillingPeriod, theirs.x_Source, BillingCurrency
ORDER BY ALL
