-- Answers: of how many different charges two files of one source have different numbers; 0 says that one file is the
--          other.
-- Grain:   one row.
-- Inputs:  {charges}: charges; {compared}: amounts and the supplier's own columns. Values: source, first day of the
--          billing period, currency, the two files.
-- Notes:   a 64-bit hash stands for a charge. Asked only of files whose number of charges and exact total are equal.
SELECT count(*)
FROM (
    SELECT 1
    FROM {charges}
    WHERE x_Source = $1 AND x_BillingPeriod = CAST($2 AS DATE) AND BillingCurrency = $3 AND x_File IN ($4, $5)
    GROUP BY hash(x_ChargeKey, ChargePeriodStart, ChargePeriodEnd, {compared})
    HAVING count(*) FILTER (WHERE x_File = $4) <> count(*) FILTER (WHERE x_File = $5)
)
