-- Answers: which files look like the bill of another file in other bytes, such as one that was unpacked or saved again.
-- Grain:   one row per file but the first that was loaded, source, billing period and currency.
-- Inputs:  {loads}: every load of the ledger. {current}: which of their rows stand in the ledger now. {fewest}: charges
--          from which an equal total at every digit is no chance.
-- Notes:   files of equal bytes are told by another query. The other file is the first one of the same source, or of
--          any source where that is the file itself.
WITH standing AS (
    SELECT
        x_Source, x_BillingPeriod, BillingCurrency, x_FileHash, x_File, x_Charges, x_ControlTotal, BilledCost,
        x_LedgerVersion
    FROM {loads}
    QUALIFY {current}
),
beside AS (
    SELECT
        *,
        first_value({{'source': x_Source, 'file': x_File, 'hash': x_FileHash}}) OVER every AS of_any,
        first_value({{'source': x_Source, 'file': x_File, 'hash': x_FileHash}}) OVER own AS of_own
    FROM standing
    WHERE x_Charges >= {fewest} AND CAST(x_ControlTotal AS DECIMAL(38,24)) <> 0
    WINDOW
        every AS (
            PARTITION BY x_BillingPeriod, BillingCurrency, x_Charges, x_ControlTotal
            ORDER BY x_LedgerVersion, x_Source, x_File
        ),
        own AS (
            PARTITION BY x_BillingPeriod, BillingCurrency, x_Charges, x_ControlTotal, x_Source
            ORDER BY x_LedgerVersion, x_File
        )
),
pairs AS (
    SELECT *, CASE WHEN of_own.hash <> x_FileHash THEN of_own ELSE of_any END AS other
    FROM beside
)
SELECT x_Source, strftime(x_BillingPeriod, '%Y-%m') AS month, BillingCurrency, x_File, x_Charges, BilledCost,
    other.source AS first_source, other.file AS first_file
FROM pairs
WHERE other.hash <> x_FileHash
ORDER BY ALL
