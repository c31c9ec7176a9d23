-- Answers: which answer of usage brought which rows, and whether its totals were kept.
-- Grain:   one row per source, month and file, and one more per quantity that the file states.
-- Inputs:  {files}: the manifests of the answers that stand in the ledger.
-- Notes:   x_Quantity is NULL on the row of the file itself. An answer without results has no rows.
SELECT * FROM {files}
