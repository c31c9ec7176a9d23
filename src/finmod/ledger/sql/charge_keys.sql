-- Answers: which distinct charges a billing period has, by everything but time and amounts.
-- Grain:   one row per x_ChargeKey.
-- Inputs:  {charges}: as in charge_days. {days}: the result of charge_days.
-- Notes:   the texts of a key are those of its first row, since all its rows have the same. keys_met is true where the
--          second hash, salted text by text, tells two keys apart that the first hash took for one: 127 bits stand
--          between a meeting and its being overlooked.
SELECT
    charges.x_Source,
    charges.x_BillingPeriod,
    charges.x_ChargeKey,
    {texts},
    key.x_Charges,
    key.BilledCost,
    charges.x_File AS x_ExampleFile,
    charges.x_Row AS x_ExampleRow,
    key.keys_met
FROM {charges} AS charges
JOIN (
    SELECT
        min(first_row) AS first_row,
        CAST(sum(x_Charges) AS BIGINT) AS x_Charges,
        sum(BilledCost) AS BilledCost,
        min(least_hash) <> max(most_hash) AS keys_met
    FROM {days}
    GROUP BY x_ChargeKey
) AS key ON charges.file_row_number = key.first_row
