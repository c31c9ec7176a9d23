-- Answers: what each node had on each day, what of it was held, and what was idle.
-- Grain:   one row per source, day, cluster and node, by its name, else by its id; both are NULL where a report goes no
--          deeper than the cluster.
-- Inputs:  {usage}: rows of reports and bills, in seconds. {cpu_held}, {memory_held}: what a row held. {quantities}: hours.
-- Notes:   a node's capacity stands on each of its pods' rows and counts once an interval. Idle is what the report says,
--          else capacity less allocated, never below 0; NULL where neither is known. Labels are the last of the day.
WITH usage AS (SELECT * FROM {usage}),
labels AS (
    SELECT x_Source, x_UsageDate, Cluster, Node, arg_max(NodeLabels, IntervalStart) AS last_labels
    FROM usage
    WHERE x_Kind = 'node' AND NodeLabels IS NOT NULL
    GROUP BY ALL
),
intervals AS (
    SELECT
        x_Source, x_BillingPeriod, x_UsageDate, Cluster, coalesce(Node, NodeResourceId) AS which, IntervalStart,
        IntervalEnd, max(Node) AS node_name, max(NodeResourceId) AS resource_id,
        max(coalesce(NodeCpuCapacityCoreSeconds, ClusterCpuCapacityCoreSeconds)) AS cpu_capacity,
        max(coalesce(NodeMemoryCapacityByteSeconds, ClusterMemoryCapacityByteSeconds)) AS memory_capacity,
        sum({cpu_held}) FILTER (WHERE x_Kind <> 'idle') AS cpu_allocated,
        sum({memory_held}) FILTER (WHERE x_Kind <> 'idle') AS memory_allocated,
        sum({cpu_held}) FILTER (WHERE x_Kind = 'idle') AS cpu_left,
        sum({memory_held}) FILTER (WHERE x_Kind = 'idle') AS memory_left
    FROM usage
    WHERE x_Kind IN ('pod', 'namespace', 'node', 'group', 'idle')
    GROUP BY ALL
),
days AS (
    SELECT
        x_Source, x_BillingPeriod, x_UsageDate, Cluster, which, max(node_name) AS Node,
        max(resource_id) AS NodeResourceId, count(*) AS x_Intervals,
        sum(cpu_capacity) AS cpu_capacity, sum(cpu_allocated) AS cpu_allocated,
        coalesce(
            sum(cpu_left),
            sum(CASE WHEN cpu_allocated > cpu_capacity THEN 0 ELSE cpu_capacity - cpu_allocated END)
        ) AS cpu_idle,
        sum(memory_capacity) AS memory_capacity, sum(memory_allocated) AS memory_allocated,
        coalesce(
            sum(memory_left),
            sum(CASE WHEN memory_allocated > memory_capacity THEN 0 ELSE memory_capacity - memory_allocated END)
        ) AS memory_idle
    FROM intervals
    WHERE coalesce(cpu_capacity, memory_capacity, cpu_allocated, memory_allocated, cpu_left, memory_left) IS NOT NULL
    GROUP BY ALL
)
SELECT
    days.x_Source, days.x_BillingPeriod, days.x_UsageDate, days.Cluster, days.Node, days.NodeResourceId,
    labels.last_labels AS NodeLabels, x_Intervals, {quantities}
FROM days
LEFT JOIN labels
    ON days.x_Source = labels.x_Source AND days.x_UsageDate = labels.x_UsageDate
    AND days.Cluster IS NOT DISTINCT FROM labels.Cluster AND days.Node = labels.Node
