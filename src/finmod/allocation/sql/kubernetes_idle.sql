-- Answers: what nobody held of each node on each day, in hours.
-- Grain:   one row per cluster, day and node; the node is NULL where the report goes no deeper than the cluster.
-- Inputs:  the tables kubernetes_intervals and kubernetes_told.
-- Notes:   what the report calls idle, else capacity less held, of each interval.
WITH counted AS (
    SELECT i.* REPLACE (CASE WHEN t.x_Kind = 'pod' THEN i.node_called END AS node_called)
    FROM kubernetes_intervals AS i
    JOIN kubernetes_told AS t
        ON t.what = 'nodes' AND t.called = i.called AND t.day = i.day AND t.x_Source = i.x_Source
        AND (t.x_Kind = i.x_Kind OR i.x_Kind = 'idle')
),
told_idle AS (
    SELECT called, day, node_called, exact_sum(cpu) AS cpu, exact_sum(memory) AS memory, exact_sum(gpu) AS gpu
    FROM counted
    WHERE x_Kind = 'idle'
    GROUP BY ALL
),
nodes_once AS (
    SELECT DISTINCT
        called, day, node_called, IntervalStart, IntervalEnd, cpu_there, memory_there, of_cpu, of_memory
    FROM counted
    WHERE x_Kind <> 'idle'
),
left_over AS (
    SELECT
        called, day, node_called, exact_sum(greatest(cpu_there - coalesce(of_cpu, 0), 0)) AS cpu,
        exact_sum(greatest(memory_there - coalesce(of_memory, 0), 0)) AS memory, NULL AS gpu
    FROM nodes_once
    WHERE (called, day) NOT IN (SELECT (called, day) FROM told_idle)
    GROUP BY ALL
)
FROM told_idle
UNION ALL
FROM left_over
