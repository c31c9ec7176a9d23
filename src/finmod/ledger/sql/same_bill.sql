-- Answers: how much of a bill that is about to be loaded stands under another source already.
-- Grain:   one row per other source and currency.
-- Inputs:  {new_days}, {new_keys}: the bill's cube and keys; {days}, {keys}: those of the ledger. Parameters: source, first day of the billing period.
-- Notes:   a day of an account is the same where it has the same cost at 2 decimals: exports round and name otherwise. Azure writes ids with a path before them.
WITH mine AS (
    SELECT {account} AS account, {sub_account} AS sub_account, keys.BillingCurrency, x_ChargeDate,
        sum(new_days.x_Charges) AS charges, round(sum(new_days.BilledCost), 2) AS billed
    FROM {new_days} AS new_days JOIN {new_keys} AS keys USING (x_ChargeKey)
    GROUP BY ALL
    HAVING round(sum(new_days.BilledCost), 2) <> 0 AND account IS NOT NULL
),
theirs AS (
    SELECT x_Source, {account} AS account, {sub_account} AS sub_account, keys.BillingCurrency, x_ChargeDate,
        round(sum(days.BilledCost), 2) AS billed
    FROM {days} AS days JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE x_Source <> ? AND x_BillingPeriod = ?
    GROUP BY ALL
)
SELECT theirs.x_Source, mine.BillingCurrency,
    CAST(sum(mine.charges) AS BIGINT) AS charges,
    sum(abs(mine.billed)) AS same,
    (SELECT sum(abs(billed)) FROM mine AS every WHERE every.BillingCurrency = mine.BillingCurrency) AS every
FROM mine JOIN theirs
    ON mine.account = theirs.account AND mine.sub_account IS NOT DISTINCT FROM theirs.sub_account
    AND mine.BillingCurrency = theirs.BillingCurrency AND mine.x_ChargeDate = theirs.x_ChargeDate
    AND mine.billed = theirs.billed
GROUP BY ALL
ORDER BY ALL
