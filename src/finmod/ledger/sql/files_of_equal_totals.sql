-- Answers: which files look like the bill of another file in other bytes, such as one that was unpacked or saved again.
-- Grain:   one row per file but the first that was loaded, source, billing period and currency.
-- Inputs:  {loads}: every load of the ledger. {current}: which of their rows stand in the ledger now. {fewest}: charges
--          from which an equal total at every digit is no chance.
-- Notes:   files of equal bytes are told by another query.
WITH standing AS (
    SELECT x_Source, x_BillingPeriod, BillingCurrency, x_FileHash, x_File, x_Charges, x_ControlTotal, BilledCost, x_LedgerVersion
    FROM {loads}
    QUALIFY {current}
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingCurrency, x_File, x_Charges, BilledCost,
    first_value(x_Source) OVER same AS first_source, first_value(x_File) OVER same AS first_file
FROM standing
WHERE x_Charges >= {fewest} AND CAST(x_ControlTotal AS DECIMAL(38,24)) <> 0
WINDOW same AS (
    PARTITION BY x_BillingPeriod, BillingCurrency, x_Charges, x_ControlTotal ORDER BY x_LedgerVersion, x_Source, x_File
)
QUALIFY x_FileHash <> first_value(x_FileHash) OVER same
ORDER BY ALL
