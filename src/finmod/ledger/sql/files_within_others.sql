-- Answers: which files have no charge that does not stand in another file too, equal in everything but its place.
-- Grain:   one row per file.
-- Inputs:  {charges}: charges of one source and billing period; {compared}: amounts and the supplier's own columns;
--          {fewest}: below so many charges a file may well repeat another one by chance.
-- Notes:   equal as in repeated_charges. Asked only where enough charges repeat. Numbers stand for file
--          names: a group keeps no text, of which there may be one per charge.
WITH placed AS (
    SELECT x_File, hash(x_ChargeKey, ChargePeriodStart, ChargePeriodEnd, {compared}) AS same FROM {charges}
),
across AS (
    SELECT same FROM placed GROUP BY same HAVING min(hash(x_File)) <> max(hash(x_File))
)
SELECT x_File
FROM placed LEFT JOIN across USING (same)
GROUP BY x_File
HAVING count(*) >= {fewest} AND count(*) = count(across.same)
ORDER BY x_File
