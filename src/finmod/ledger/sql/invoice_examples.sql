-- Answers: which charges are behind each of some sums: the largest ones, and before them those of unknown cost.
-- Grain:   one row per sum and charge, {most} at most of each.
-- Inputs:  {charges}: charges; the tables invoice_keys and wanted_rows (wanted, x_Part, late, negative).
-- Notes:   negative leaves out charges whose cost is not.
SELECT wanted, x_File, x_Row, charges.x_ChargeDate, ServiceName, ChargeCategory, BilledCost
FROM {charges} AS charges
JOIN (SELECT x_Source, x_BillingPeriod, x_ChargeKey, rows.* FROM invoice_keys JOIN wanted_rows AS rows USING (x_Part))
    AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
WHERE keys.late = (charges.x_ChargeDate < x_BillingPeriod)
    AND (NOT keys.negative OR BilledCost < 0)
QUALIFY row_number() OVER (PARTITION BY wanted ORDER BY abs(BilledCost) DESC NULLS FIRST, x_File, x_Row) <= {most}
ORDER BY wanted, abs(BilledCost) DESC NULLS FIRST, x_File, x_Row
