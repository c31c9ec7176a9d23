-- Answers: whose bills carry a net cost that differs from BilledCost while no row of theirs is a discount.
-- Grain:   one row per source, billing period, billing account and currency with such a difference.
-- Inputs:  {charges}: charges of one source and billing period that have x_NetUnblendedCost and x_LineItemType.
-- Notes:   where discounts are rows, those rows are the difference. What is below a cent is rounding of doubles.
SELECT
    x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month,
    BillingAccountId,
    BillingCurrency,
    CAST(count(*) FILTER (WHERE BilledCost <> net) AS BIGINT) AS charges,
    sum(BilledCost) FILTER (WHERE net IS NOT NULL) AS BilledCost,
    sum(net) AS net,
    arg_min(x_File, x_Row) FILTER (WHERE BilledCost <> net) AS x_File,
    min(x_Row) FILTER (WHERE BilledCost <> net) AS x_Row
FROM (SELECT *, TRY_CAST(x_NetUnblendedCost AS DECIMAL(38, 12)) AS net FROM {charges})
GROUP BY ALL
HAVING NOT coalesce(bool_or(x_LineItemType LIKE '%Discount'), false)
    AND abs(sum(BilledCost) FILTER (WHERE net IS NOT NULL) - sum(net)) >= CAST(0.01 AS DECIMAL(38, 12))
ORDER BY ALL
