-- Answers: which terms the purchases of commitments state.
-- Grain:   one row per source, commitment and currency with such a purchase.
-- Inputs:  {charges}: charges.
-- Notes:   a purchase that is paid once states the term as its charge period; one of a month or less is that of a fee.
SELECT
    x_Source,
    CommitmentDiscountId,
    BillingCurrency,
    CAST(min(ChargePeriodStart) AS DATE) AS begins,
    CAST(max(ChargePeriodEnd) AS DATE) AS ends
FROM {charges}
WHERE ChargeCategory = 'Purchase'
    AND CommitmentDiscountId IS NOT NULL
    AND ChargeFrequency IS DISTINCT FROM 'Recurring'
    AND ChargeClass IS DISTINCT FROM 'Correction'
    AND ChargePeriodEnd > ChargePeriodStart + INTERVAL 31 DAY
GROUP BY ALL
