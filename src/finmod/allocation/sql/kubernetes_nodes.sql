-- Answers: what each target held of each node on each day, in hours; what nobody held stands beside it.
-- Grain:   one row per day, cluster, key of the node and target; idle hours have no target.
-- Inputs:  the tables kubernetes_intervals, kubernetes_told, kubernetes_keys and kubernetes_held.
-- Notes:   idle is what the report says, else capacity less held, of each interval. Idle hours of a cluster whose
--          report names no node for them go to its nodes in proportion to what was held there.
WITH counted AS (
    SELECT i.*
    FROM kubernetes_intervals AS i
    JOIN kubernetes_told AS t
        ON t.what = 'nodes' AND t.called = i.called AND t.day = i.day AND t.x_Source = i.x_Source
        AND (t.x_Kind = i.x_Kind OR i.x_Kind = 'idle')
),
told_idle AS (
    SELECT called, day, node_called, sum(cpu) AS cpu, sum(memory) AS memory, sum(gpu) AS gpu
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
        called, day, node_called, sum(greatest(cpu_there - coalesce(of_cpu, 0), 0)) AS cpu,
        sum(greatest(memory_there - coalesce(of_memory, 0), 0)) AS memory, NULL AS gpu
    FROM nodes_once
    WHERE (called, day) NOT IN (SELECT (called, day) FROM told_idle)
    GROUP BY ALL
),
idle AS (FROM told_idle UNION ALL FROM left_over),
nodes AS (
    SELECT called, day, node_called, sum(cpu) AS cpu, sum(memory) AS memory, sum(gpu) AS gpu
    FROM kubernetes_held
    WHERE node_called IS NOT NULL
    GROUP BY ALL
),
totals AS (SELECT called, day, sum(cpu) AS cpu, sum(memory) AS memory, sum(gpu) AS gpu FROM nodes GROUP BY ALL),
spread AS (
    SELECT
        i.called, i.day, n.node_called, i.cpu * n.cpu / nullif(t.cpu, 0) AS cpu,
        i.memory * n.memory / nullif(t.memory, 0) AS memory, i.gpu * n.gpu / nullif(t.gpu, 0) AS gpu
    FROM idle AS i
    JOIN nodes AS n ON i.called = n.called AND i.day = n.day
    JOIN totals AS t ON i.called = t.called AND i.day = t.day
    WHERE i.node_called IS NULL
),
every AS (
    SELECT called, day, node_called, target, cpu, memory, gpu FROM kubernetes_held
    UNION ALL
    SELECT called, day, node_called, NULL, cpu, memory, gpu FROM spread
    UNION ALL
    SELECT called, day, node_called, NULL, cpu, memory, gpu
    FROM idle AS i
    WHERE node_called IS NOT NULL OR (called, day) NOT IN (SELECT (called, day) FROM totals)
)
SELECT
    e.day, e.called AS cluster, coalesce(k.key, e.called || '/') AS key, e.target, coalesce(sum(e.cpu), 0) AS cpu,
    coalesce(sum(e.memory), 0) AS memory, coalesce(sum(e.gpu), 0) AS gpu
FROM every AS e
LEFT JOIN kubernetes_keys AS k ON e.called = k.called AND e.day = k.day AND e.node_called = k.node_called
GROUP BY ALL
