-- Answers: which quantities of split rows of pods cannot be read.
-- Grain:   one row per source, billing period and column that has any; text, file and row are those of the first.
-- Inputs:  {charges}: charges of one source and billing period that have x_SplitUsage. {texts}: their columns of
--          quantities as text. {columns}: the names of those. {quantity}: the quantity that `cell` says, NULL for none.
SELECT
    x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month,
    name,
    count(*) AS charges,
    arg_min(cell, (x_File, x_Row)) AS text,
    min(x_File) AS file,
    arg_min(x_Row, (x_File, x_Row)) AS row
FROM (
    SELECT x_Source, x_BillingPeriod, x_File, x_Row, {texts}
    FROM {charges}
    WHERE x_SplitUsage IS NOT NULL AND AllocatedResourceId LIKE 'arn:%:eks:%:pod/%'
) UNPIVOT (cell FOR name IN ({columns}))
WHERE {quantity} IS NULL
GROUP BY ALL
ORDER BY ALL
