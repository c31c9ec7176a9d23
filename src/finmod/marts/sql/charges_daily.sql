-- Answers: what each kind of charge cost and used on each day.
-- Grain:   one row per x_ChargeKey (every FOCUS text column) and x_ChargeDate, in one source and billing period.
-- Inputs:  {days}: sums per key and day; {keys}: the texts of each key.
-- Notes:   a sum leaves unknown (NULL) costs out; x_Unknown... says of how many charges.
SELECT
    days.x_Source, days.x_BillingPeriod, days.x_ChargeDate, days.x_ChargeKey, days.x_Charges,
    {measures},
    {texts}
FROM {days} AS days
JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
