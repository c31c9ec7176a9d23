-- Answers: which charges of invoices equal another one in key, charge period, every amount and the supplier's own columns.
-- Grain:   one row per group of such charges.
-- Inputs:  {charges}: charges of one source and billing period; {compared}: amounts and the supplier's own columns; the
--          tables invoice_keys and wanted_parts (x_Part, sign).
-- Notes:   charges and amount are those beyond the first, the place is that of the last one. Where an invoice is larger
--          than its charges, only charges of negative cost can explain it by standing twice, and the other way round.
--          Charges of 0 are counted, as a check counts them.
SELECT
    keys.x_Part,
    CAST(count(*) - 1 AS BIGINT) AS charges,
    any_value(charges.BilledCost) * (count(*) - 1) AS amount,
    arg_max(charges.x_File, charges.x_Row) AS x_File,
    max(charges.x_Row) AS x_Row,
    any_value(charges.x_ChargeDate) AS x_ChargeDate,
    any_value(charges.ServiceName) AS ServiceName,
    any_value(charges.ChargeCategory) AS ChargeCategory,
    any_value(charges.BilledCost) AS BilledCost
FROM {charges} AS charges
JOIN (SELECT * FROM invoice_keys JOIN wanted_parts USING (x_Part)) AS keys USING (x_Source, x_BillingPeriod, x_ChargeKey)
WHERE sign(charges.BilledCost) IN (keys.sign, 0)
GROUP BY keys.x_Part, hash(x_ChargeKey, ChargePeriodStart, ChargePeriodEnd, {compared})
HAVING count(*) > 1
