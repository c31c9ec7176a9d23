-- Answers: what was odd about the charges that stand in the ledger.
-- Grain:   one row per source, billing period, code, severity, column, currency and file.
-- Inputs:  {findings}: findings of the current loads.
-- Notes:   codes are explained in docs/errors.md. BilledCost is that of the charges concerned, where they have one currency.
SELECT * FROM {findings}
