-- Answers: which charges belong to one part of an invoice: of one account, of one kind.
-- Grain:   one row per source, billing period and charge key.
-- Inputs:  {keys}: charge keys.
-- Notes:   x_Part numbers the parts. Kinds are apart, the first that holds is taken: what an invoice lists by itself
--          comes first. Charges without an invoice id have parts too: they are not invoiced yet.
SELECT
    dense_rank() OVER (
        ORDER BY x_Source, x_BillingPeriod, InvoiceIssuerName, InvoiceId, BillingCurrency, BillingAccountId, kind
    ) AS x_Part,
    *
FROM (
    SELECT
        x_Source,
        x_BillingPeriod,
        x_ChargeKey,
        InvoiceIssuerName,
        InvoiceId,
        BillingCurrency,
        BillingAccountId,
        CASE
            WHEN ChargeCategory = 'Tax' THEN 'tax'
            WHEN ChargeCategory = 'Credit' THEN 'credits'
            WHEN ChargeClass = 'Correction' THEN 'corrections'
            WHEN ChargeCategory = 'Adjustment' THEN 'adjustments'
            WHEN ChargeCategory = 'Purchase' AND CommitmentDiscountId IS NOT NULL THEN 'commitment fees'
            WHEN ServiceSubcategory = 'Support' OR ServiceName ILIKE '%support%' THEN 'support'
            WHEN ChargeCategory = 'Purchase' THEN 'purchases'
            WHEN CommitmentDiscountStatus = 'Used' THEN 'covered usage'
            ELSE 'usage'
        END AS kind
    FROM {keys}
)
