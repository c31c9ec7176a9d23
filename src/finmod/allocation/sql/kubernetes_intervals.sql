-- Answers: what was held of each node in each interval, and what there was of it.
-- Grain:   one row per source, kind of row, cluster, node as the report writes it, and interval.
-- Inputs:  {rows}: the rows.
-- Notes:   a cluster without a name is called as its source. A node's capacity stands on each of its pods' rows and
--          counts once; of_cpu and of_memory are what was held of the node by all. A namespace that ran on one node
--          has it in its row, and those on several have none: of nodes such rows tell nothing.
WITH sums AS (
    SELECT
        x_Source, x_Kind, Cluster, Node, NodeResourceId, x_UsageDate, IntervalStart, IntervalEnd, exact_sum(cpu) AS cpu,
        exact_sum(memory) AS memory, exact_sum(gpu) AS gpu, exact_sum(storage) AS storage, exact_sum(sent) AS sent,
        max(cpu_there) AS cpu_there, max(memory_there) AS memory_there,
        bool_or(storage > 0 AND VolumeResourceId IS NOT NULL) AS has_volumes
    FROM ({rows})
    GROUP BY ALL
),
called AS (
    SELECT
        *, lower(coalesce(Cluster, x_Source)) AS called,
        CASE WHEN x_Kind NOT IN ('namespace', 'group') THEN lower(coalesce(Node, NodeResourceId)) END AS node_called,
        CAST(x_UsageDate - DATE '1970-01-01' AS INTEGER) AS day
    FROM sums
)
SELECT
    * REPLACE (max(cpu_there) OVER node AS cpu_there, max(memory_there) OVER node AS memory_there),
    CAST(sum(CAST(cpu * 1e18 AS HUGEINT)) OVER node AS DOUBLE) / 1e18 AS of_cpu,
    CAST(sum(CAST(memory * 1e18 AS HUGEINT)) OVER node AS DOUBLE) / 1e18 AS of_memory
FROM called
WINDOW node AS (PARTITION BY x_Source, x_Kind, called, node_called, IntervalStart, IntervalEnd)
