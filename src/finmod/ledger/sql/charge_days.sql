-- Answers: what each charge key cost and used on each day.
-- Grain:   one row per x_ChargeKey and x_ChargeDate.
-- Inputs:  {charges}: charges of one source and billing period.
-- Notes:   a sum leaves NULLs out and says how many it left out; a sum of nothing but NULLs is NULL.
SELECT
    any_value(x_Source) AS x_Source,
    any_value(x_BillingPeriod) AS x_BillingPeriod,
    x_ChargeDate,
    x_ChargeKey,
    count(*) AS x_Charges,
    {measures}
FROM {charges}
GROUP BY x_ChargeKey, x_ChargeDate
