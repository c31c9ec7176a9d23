-- Answers: what was charged under each invoice id.
-- Grain:   one row per issuer as the bill writes it, invoice id and currency.
-- Inputs:  {days}, {keys}: daily cube and charge keys.
-- Notes:   invoices tie on BilledCost. Charges without an invoice id are left out: they are not invoiced yet. The source
--          is NULL where several have charges of the invoice, the month is the last one. unknown is the
--          number of charges without a BilledCost: the amount is too small by what they were.
SELECT keys.InvoiceIssuerName, keys.InvoiceId, keys.BillingCurrency,
    CASE WHEN count(DISTINCT x_Source) = 1 THEN min(x_Source) END AS x_Source,
    strftime(max(x_BillingPeriod), '%Y-%m') AS month,
    CAST(sum(days.x_Charges) AS BIGINT) AS charges, sum(days.BilledCost) AS amount,
    CAST(sum(days.x_UnknownBilledCost) AS BIGINT) AS unknown
FROM {days} AS days
JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
WHERE keys.InvoiceId IS NOT NULL
GROUP BY keys.InvoiceIssuerName, keys.InvoiceId, keys.BillingCurrency
ORDER BY ALL
