-- Answers: which usage report brought which rows, and whether its totals were kept.
-- Grain:   one row per source, month and file, and one more per quantity that the file states.
-- Inputs:  {files}: the manifests of the reports that stand in the ledger.
-- Notes:   x_Quantity is NULL on the row of the file itself. Quantities are in seconds and bytes, as reports write them.
SELECT * FROM {files}
