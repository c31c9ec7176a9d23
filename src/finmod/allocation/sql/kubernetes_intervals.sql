-- Answers: what was held of each node in each interval, and what there was of it.
-- Grain:   one row per source, kind of row, cluster, node as the report writes it, and interval.
-- Inputs:  {rows}: the rows.
-- Notes:   a cluster without a name is called as its source. A node's capacity stands on each of its pods' rows and
--          counts once; of_cpu and of_memory are what was held of the node by all.
WITH sums AS (
    SELECT
        x_Source, x_Kind, Cluster, Node, NodeResourceId, x_UsageDate, IntervalStart, IntervalEnd, sum(cpu) AS cpu,
        sum(memory) AS memory, sum(gpu) AS gpu, sum(storage) AS storage, sum(sent) AS sent,
        max(cpu_there) AS cpu_there, max(memory_there) AS memory_there,
        bool_or(storage > 0 AND VolumeResourceId IS NOT NULL) AS has_volumes
    FROM ({rows})
    GROUP BY ALL
),
called AS (
    SELECT
        *, lower(coalesce(Cluster, x_Source)) AS called, lower(coalesce(Node, NodeResourceId)) AS node_called,
        CAST(x_UsageDate - DATE '1970-01-01' AS INTEGER) AS day
    FROM sums
)
SELECT
    * REPLACE (max(cpu_there) OVER node AS cpu_there, max(memory_there) OVER node AS memory_there),
    sum(cpu) OVER node AS of_cpu, sum(memory) OVER node AS of_memory
FROM called
WINDOW node AS (PARTITION BY x_Source, x_Kind, called, node_called, IntervalStart, IntervalEnd)
