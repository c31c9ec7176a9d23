-- Answers: what was charged under each invoice id, by account and kind.
-- Grain:   one row per part of an invoice (see invoice_keys), billing period, and whether its charge periods are earlier.
-- Inputs:  {days}: daily cube; the table invoice_keys.
-- Notes:   invoices tie on BilledCost. Charges without an invoice id stand there with NULL: they are not invoiced yet.
--          late means used in a month before the billing period. unknown is the number of charges without a
--          BilledCost: the amount is too small by what they were.
SELECT
    keys.x_Part, keys.InvoiceIssuerName, keys.InvoiceId, keys.BillingCurrency, x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month, keys.BillingAccountId,
    CASE WHEN keys.kind = 'usage' AND days.BilledCost < 0 THEN 'negative usage' ELSE keys.kind END AS part_kind,
    days.x_ChargeDate < x_BillingPeriod AS late,
    CAST(sum(days.x_Charges) AS BIGINT) AS charges,
    CAST(sum(days.x_UnknownBilledCost) AS BIGINT) AS unknown,
    coalesce(sum(days.BilledCost), 0) AS amount
FROM {days} AS days
JOIN invoice_keys AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
GROUP BY ALL
ORDER BY keys.InvoiceIssuerName, keys.InvoiceId, keys.BillingCurrency, x_Source, month, keys.x_Part, part_kind, late
