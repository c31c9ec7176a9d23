-- Answers: which months were closed and reopened, when, and why.
-- Grain:   one row per close: a month that was reopened and closed again has two.
-- Inputs:  {closes}: the ledger's closes.
-- Notes:   x_LedgerVersion shows the month as it was closed: query --as-of. The reopening's columns are NULL while it stands.
SELECT
    * REPLACE (make_timestamp(epoch_us(x_ClosedAt)) AS x_ClosedAt, make_timestamp(epoch_us(x_ReopenedAt)) AS x_ReopenedAt)
FROM {closes}
ORDER BY x_LedgerVersion
