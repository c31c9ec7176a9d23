-- Answers: what each kind of charge cost and used from each day on.
-- Grain:   one row per x_ChargeKey (every FOCUS text column), x_ChargeDate and x_ChargeDays, in one source and billing period.
-- Inputs:  {days}: sums per key and day; {keys}: the texts of each key. {true_ups}: what restated bills of closed months
--          moved, a row per key and day.
-- Notes:   a sum leaves unknown (NULL) costs out; x_Unknown... says of how many charges. x_TrueUpOf is the restated month of a
--          true-up, which is booked in another one; its x_Unknown... is by how many charges that number changed.
SELECT
    days.x_Source, days.x_BillingPeriod, days.x_ChargeDate, days.x_ChargeDays, days.x_ChargeKey, days.x_Charges,
    {measures},
    {texts},
    NULL::DATE AS x_TrueUpOf
FROM {days} AS days
JOIN {keys} AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
UNION ALL
SELECT x_Source, x_BillingPeriod, x_ChargeDate, NULL, x_ChargeKey, 1, {own}, x_TrueUpOf
FROM {true_ups}
