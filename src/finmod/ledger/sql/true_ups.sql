-- Answers: what a restated bill of a closed month moves, against what stands of it: its charges and earlier true-ups.
-- Grain:   one row per distinct compared texts and charge day on which a measure, or a number of unknown costs, differs.
-- Inputs:  {new_days}, {new_keys}: the restated bill, reduced. {old_days}, {old_keys}: the charges that stand. {booked}:
--          true-ups of the month that stand. {hashes}: two hashes of the compared texts. {texts}: these texts. {measures},
--          {less}: amounts to add and to take away. {sums}, {moved}: their totals, and whether one is not zero.
-- Notes:   a NULL is not counted; a total of nothing but NULLs is NULL. Two hashes tell texts apart: 127 bits stand between
--          a meeting and its being overlooked. The texts, the same on every side, and a file with such charges are those of
--          the restated bill where it has them, and so is their invoice, NULL where they are on several. They are looked up last:
--          no step but that one carries texts.
WITH keys AS MATERIALIZED (
    SELECT 0 AS side, x_ChargeKey, InvoiceId AS invoice, {hashes} FROM {new_keys}
    UNION ALL
    SELECT 1 AS side, x_ChargeKey, InvoiceId AS invoice, {hashes} FROM {old_keys}
    UNION ALL
    SELECT DISTINCT 2 AS side, x_ChargeKey, x_TrueUpInvoiceId AS invoice, {hashes} FROM {booked}
),
amounts AS (
    SELECT first_hash, second_hash, x_ChargeDate, {measures}
    FROM {new_days} JOIN (SELECT * FROM keys WHERE side = 0) USING (x_ChargeKey)
    UNION ALL BY NAME
    SELECT first_hash, second_hash, x_ChargeDate, {less}
    FROM {old_days} JOIN (SELECT * FROM keys WHERE side = 1) USING (x_ChargeKey)
    UNION ALL BY NAME
    SELECT first_hash, second_hash, x_ChargeDate, {less}
    FROM {booked} JOIN (SELECT * FROM keys WHERE side = 2) USING (x_ChargeKey)
),
differences AS MATERIALIZED (
    SELECT first_hash, second_hash, x_ChargeDate, {sums}
    FROM amounts
    GROUP BY first_hash, second_hash, x_ChargeDate
    HAVING {moved}
),
sides AS (
    SELECT first_hash, second_hash, side, min(x_ChargeKey) AS x_ChargeKey,
        CASE WHEN min(coalesce(invoice, '')) = max(coalesce(invoice, '')) THEN min(invoice) END AS invoice
    FROM keys
    SEMI JOIN differences USING (first_hash, second_hash)
    GROUP BY first_hash, second_hash, side
),
picked AS (
    SELECT first_hash, second_hash,
        arg_min({{'side': side, 'x_ChargeKey': x_ChargeKey, 'invoice': invoice}}, side) AS first
    FROM sides
    GROUP BY first_hash, second_hash
),
texts AS (
    SELECT 0 AS side, x_ChargeKey, {texts}, x_ExampleFile AS x_File FROM {new_keys}
    UNION ALL BY NAME
    SELECT 1 AS side, x_ChargeKey, {texts}, x_ExampleFile AS x_File FROM {old_keys}
    UNION ALL BY NAME
    SELECT DISTINCT ON (x_ChargeKey) 2 AS side, x_ChargeKey, {texts}, x_File FROM {booked}
)
SELECT differences.*, picked.first.invoice AS x_TrueUpInvoiceId, texts.* EXCLUDE (side, x_ChargeKey)
FROM differences
JOIN picked USING (first_hash, second_hash)
JOIN texts ON texts.side = picked.first.side AND texts.x_ChargeKey = picked.first.x_ChargeKey
