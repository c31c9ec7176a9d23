-- Answers: what restated bills of closed months moved under each invoice id.
-- Grain:   one row per source, restated month, issuer, invoice id, currency and account.
-- Inputs:  {true_ups}: true-ups, which are booked in another month.
-- Notes:   the columns of invoice_charges. No charge key has a part below 0.
SELECT
    -row_number() OVER () AS x_Part, InvoiceIssuerName, InvoiceId, BillingCurrency, x_Source,
    strftime(x_TrueUpOf, '%Y-%m') AS month, BillingAccountId, 'true-ups' AS kind, false AS late,
    count(*) AS charges, CAST(0 AS BIGINT) AS unknown, coalesce(sum(BilledCost), 0) AS amount
FROM {true_ups}
WHERE InvoiceId IS NOT NULL
GROUP BY InvoiceIssuerName, InvoiceId, BillingCurrency, x_Source, x_TrueUpOf, BillingAccountId
ORDER BY ALL
