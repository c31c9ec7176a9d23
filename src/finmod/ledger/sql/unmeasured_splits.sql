-- Answers: which split rows of pods say of no resource that is known how much of it they are.
-- Grain:   one row per source and billing period that has any; usage type, file and row are those of the first.
-- Inputs:  {charges}: charges of one source and billing period that have x_SplitUsage. {measured}: what a row measures,
--          NULL where that is not known. {kind}: their column x_UsageType, or NULL.
SELECT
    x_Source,
    strftime(x_BillingPeriod, '%Y-%m') AS month,
    count(*) AS charges,
    arg_min(CAST({kind} AS VARCHAR), (x_File, x_Row)) AS usage_type,
    min(x_File) AS file,
    arg_min(x_Row, (x_File, x_Row)) AS row
FROM {charges}
WHERE x_SplitUsage IS NOT NULL AND AllocatedResourceId LIKE 'arn:%:eks:%:pod/%' AND {measured} IS NULL
GROUP BY ALL
ORDER BY ALL
