-- Answers: which invoices and which charges under an invoice id do not have the same amount.
-- Grain:   one row per invoice id and currency that differs.
-- Inputs:  {invoices}: the user's invoices, as text. {days}, {keys}: daily cube and charge keys.
-- Notes:   invoices tie on BilledCost. Only billing periods that the ledger holds of a source are compared, and charges
--          without an invoice id are left out: they are not invoiced yet.
WITH listed AS (
    SELECT invoice_id AS InvoiceId, currency AS BillingCurrency, any_value(billing_period) AS month,
        sum(CAST(amount AS DECIMAL(38, 12))) AS amount
    FROM {invoices}
    GROUP BY invoice_id, currency
),
charged AS (
    SELECT keys.InvoiceId, keys.BillingCurrency, any_value(x_Source) AS x_Source,
        strftime(max(x_BillingPeriod), '%Y-%m') AS month,
        CAST(sum(days.x_Charges) AS BIGINT) AS charges, sum(days.BilledCost) AS amount
    FROM {days} AS days
    JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
    WHERE keys.InvoiceId IS NOT NULL
    GROUP BY keys.InvoiceId, keys.BillingCurrency
),
held AS (SELECT DISTINCT month FROM charged)
SELECT x_Source, coalesce(charged.month, listed.month) AS month, InvoiceId, BillingCurrency, charges, listed.amount, charged.amount
FROM charged
FULL JOIN listed USING (InvoiceId, BillingCurrency)
WHERE listed.amount IS DISTINCT FROM charged.amount
    AND (charged.amount IS NOT NULL OR listed.month IN (SELECT month FROM held))
ORDER BY ALL
