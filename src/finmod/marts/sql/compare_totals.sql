-- Answers: whether two sources have the same bill: costs and charges side by side.
-- Grain:   one row per billing period, currency and value of a further column.
-- Inputs:  {left}, {right}: daily cubes of the two sources. {key}: further column to group by, as SQL.
-- Notes:   a source that has nothing of a row gives NULL; unknown costs are left out of sums and counted.
WITH sides AS (
    SELECT 'a' AS side, * FROM ({left}) UNION ALL BY NAME SELECT 'b' AS side, * FROM ({right})
),
sums AS (
    SELECT side, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingCurrency AS currency, {key} AS key,
        CAST(sum(x_Charges) AS BIGINT) AS charges, {sums}
    FROM sides GROUP BY ALL
)
SELECT coalesce(a.month, b.month) AS month, coalesce(a.currency, b.currency) AS currency,
    coalesce(a.key, b.key) AS key, a.charges, b.charges, {pairs}
FROM (SELECT * FROM sums WHERE side = 'a') AS a
FULL JOIN (SELECT * FROM sums WHERE side = 'b') AS b
    ON a.month = b.month AND a.currency IS NOT DISTINCT FROM b.currency AND a.key IS NOT DISTINCT FROM b.key
ORDER BY ALL
