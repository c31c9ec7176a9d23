-- Answers: which distinct charges a billing period has, by everything but time and amounts.
-- Grain:   one row per x_ChargeKey.
-- Inputs:  {charges}: charges of one source and billing period.
-- Notes:   x_KeysMet is true where a second hash of the same columns, salted text by text, tells two keys apart that
--          the first hash took for one: 127 bits stand between a meeting and its being overlooked.
SELECT
    any_value(x_Source) AS x_Source,
    any_value(x_BillingPeriod) AS x_BillingPeriod,
    x_ChargeKey,
    {columns},
    count(*) AS x_Charges,
    sum(BilledCost) AS BilledCost,
    any_value({{'file': x_File, 'row': x_Row}}).file AS x_ExampleFile,
    any_value({{'file': x_File, 'row': x_Row}}).row AS x_ExampleRow,
    min(hash({salted})) <> max(hash({salted})) AS x_KeysMet
FROM {charges}
GROUP BY x_ChargeKey
