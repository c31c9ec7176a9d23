-- Answers: what each charge key cost and used from each day on.
-- Grain:   one row per x_ChargeKey, x_ChargeDate and x_ChargeDays: on how many days of the billing period's month charges run.
-- Inputs:  {charges}: charges of one source and billing period, with file_row_number.
--          {days}: SQL for that number.
-- Notes:   a sum leaves NULLs out and x_Unknown... says how many; a sum of nothing but NULLs is NULL. The last three
--          columns are for charge_keys: the first row of the key, and the bounds of a second hash of the key's texts.
SELECT
    any_value(x_Source) AS x_Source,
    any_value(x_BillingPeriod) AS x_BillingPeriod,
    x_ChargeDate,
    {days} AS x_ChargeDays,
    x_ChargeKey,
    count(*) AS x_Charges,
    {measures},
    min(file_row_number) AS first_row,
    min({second_hash}) AS least_hash,
    max({second_hash}) AS most_hash
FROM {charges}
GROUP BY x_ChargeKey, x_ChargeDate, {days}
