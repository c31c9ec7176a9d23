-- Answers: which files have their charges in the ledger under more than one source.
-- Grain:   one row per source but the first that loaded it, billing period, currency and content of a file.
-- Inputs:  {loads}: every load of the ledger. {current}: which of their rows stand in the ledger now.
-- Notes:   two files are the same when their hashes are; one source cannot have the same content twice.
WITH standing AS (
    SELECT x_Source, x_BillingPeriod, BillingCurrency, x_FileHash, x_File, x_Charges, BilledCost, x_LedgerVersion
    FROM {loads}
    QUALIFY {current}
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingCurrency, x_File, x_Charges, BilledCost,
    first_value(x_Source) OVER same AS first_source, first_value(x_File) OVER same AS first_file
FROM standing
WINDOW same AS (PARTITION BY x_FileHash, x_BillingPeriod, BillingCurrency ORDER BY x_LedgerVersion, x_Source)
QUALIFY x_Source <> first_source
ORDER BY ALL
