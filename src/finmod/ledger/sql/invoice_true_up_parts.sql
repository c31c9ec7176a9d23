-- Answers: what restated bills of closed months moved, by the invoice on which they have it.
-- Grain:   one row per source, booked month, restated month, issuer, invoice, currency and account.
-- Inputs:  the table invoice_true_ups.
-- Notes:   the columns of invoice_charges, then the restated month and the invoice. A true-up has no invoice id by itself.
--          unknown are those whose cost is not known any more.
SELECT
    x_Part, InvoiceIssuerName, NULL::VARCHAR AS InvoiceId, BillingCurrency, x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month, BillingAccountId, 'true-ups' AS kind, false AS late,
    count(*) AS charges,
    count(*) FILTER (WHERE BilledCost IS NULL AND x_UnknownBilledCost > 0) AS unknown,
    coalesce(sum(BilledCost), 0) AS amount,
    strftime(x_TrueUpOf, '%Y-%m') AS true_up_of, x_TrueUpInvoiceId
FROM invoice_true_ups
GROUP BY ALL
ORDER BY x_Part DESC
