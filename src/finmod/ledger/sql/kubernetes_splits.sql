-- Answers: what pods held of nodes by AWS's own reckoning (split cost allocation data).
-- Grain:   one row per split row of the bill: a pod, a node, an interval, processors or memory.
-- Inputs:  {charges}: the ledger's charges. {quantities}: its quantities as the ledger keeps usage. {cluster} and the
--          like: the values of AWS's own tags.
-- Notes:   a part of the table kubernetes_usage. Names stand in the tags aws:eks:..., else in the pod's ARN.
SELECT
    x_Source, x_BillingPeriod, x_ChargeDate AS x_UsageDate, 'pod' AS x_Kind,
    make_timestamp(epoch_us(ChargePeriodStart)) AS IntervalStart,
    make_timestamp(epoch_us(ChargePeriodEnd)) AS IntervalEnd,
    coalesce({cluster}, place[1]) AS Cluster,
    {node} AS Node,
    ResourceId AS NodeResourceId,
    coalesce({namespace}, place[2]) AS Namespace,
    {workload_type} AS ControllerKind,
    coalesce({workload_name}, {deployment}) AS Controller,
    coalesce(place[3], split_part(AllocatedResourceId, ':pod/', 2)) AS Pod,
    AllocatedTags AS Labels,
    {quantities},
    x_File, x_Row
FROM (
    SELECT
        *,
        CASE WHEN json_valid(AllocatedTags) THEN AllocatedTags::JSON END AS tags,
        CASE
            WHEN len(string_split(AllocatedResourceId, '/')) >= 4
            THEN string_split(split_part(AllocatedResourceId, ':pod/', 2), '/')
        END AS place
    FROM {charges}
    WHERE x_SplitUsage IS NOT NULL AND AllocatedResourceId LIKE 'arn:%:eks:%:pod/%'
)
