-- Answers: which true-ups belong to one part: of one restated month, of one invoice of the restated bill.
-- Grain:   one row per true-up.
-- Inputs:  {true_ups}: true-ups, which are booked in another month.
-- Notes:   x_Part is below 0: no charge key has such a one.
SELECT
    -dense_rank() OVER (
        ORDER BY x_Source, x_BillingPeriod, x_TrueUpOf, InvoiceIssuerName, x_TrueUpInvoiceId, BillingCurrency, BillingAccountId
    ) AS x_Part,
    x_Source, x_BillingPeriod, x_TrueUpOf, InvoiceIssuerName, x_TrueUpInvoiceId, BillingCurrency, BillingAccountId,
    x_File, x_ChargeDate, ServiceName, ChargeCategory, BilledCost, x_UnknownBilledCost
FROM {true_ups}
