-- Answers: which files a source's billing periods were read from last.
-- Grain:   one row per billing period and file.
-- Inputs:  {loads}: every load of the ledger. {known}: which of their rows are of the last bill of a period. ?: source.
-- Notes:   the last column is true for a file of which true-ups were taken back after the last bill of their month that
--          stands: its bytes are known, and yet it must be read again.
WITH of_source AS (
    SELECT
        *,
        x_UndoneVersion IS NOT NULL AND x_LedgerVersion > coalesce(
            max(x_LedgerVersion) FILTER (WHERE x_UndoneVersion IS NULL) OVER (PARTITION BY x_BillingPeriod), 0
        ) AS is_undone
    FROM {loads}
    WHERE x_Source = ?
)
SELECT x_BillingPeriod, x_File, x_FileHash, x_ReadAs, CAST(sum(x_Charges) AS BIGINT),
    x_FileHash IN (SELECT x_FileHash FROM of_source WHERE is_undone) AS undone
FROM (SELECT * FROM of_source QUALIFY {known})
GROUP BY ALL
