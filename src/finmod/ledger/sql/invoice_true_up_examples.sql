-- Answers: which true-ups are behind each of some sums: the largest ones.
-- Grain:   one row per sum and true-up, {most} at most of each.
-- Inputs:  the tables invoice_true_ups and wanted_rows (wanted, x_Part, late, negative).
-- Notes:   the columns of invoice_examples. A true-up is a difference of charges: it stands in no row of its file.
SELECT wanted, x_File, NULL::BIGINT AS x_Row, x_ChargeDate, ServiceName, ChargeCategory, BilledCost
FROM invoice_true_ups JOIN wanted_rows USING (x_Part)
QUALIFY row_number() OVER (
    PARTITION BY wanted ORDER BY abs(BilledCost) DESC NULLS FIRST, x_File, x_ChargeDate, ServiceName
) <= {most}
ORDER BY wanted, abs(BilledCost) DESC NULLS FIRST, x_File, x_ChargeDate, ServiceName
