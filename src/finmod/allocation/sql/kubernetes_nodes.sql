-- Answers: what each target held of each node on each day, in hours; what nobody held stands beside it.
-- Grain:   one row per day, cluster, key of the node and target; idle hours have no target.
-- Inputs:  the tables kubernetes_rows, kubernetes_told, kubernetes_named.
-- Notes:   a node's capacity stands on each of its pods' rows and counts once an interval; what was held beyond it is
--          scaled to it. Idle is what the report says, else capacity less held. Idle hours of a cluster whose report
--          names no node for them go to its nodes in proportion to what was held there.
WITH intervals AS (
    SELECT
        cluster, day, node, starts, ends, max(cpu_there) AS cpu_there, max(memory_there) AS memory_there,
        sum(cpu) AS cpu_held, sum(memory) AS memory_held
    FROM kubernetes_named
    WHERE what = 'nodes'
    GROUP BY ALL
),
held AS (
    SELECT
        u.cluster, u.day, u.node, u.target,
        sum(u.cpu * CASE WHEN i.cpu_held > i.cpu_there THEN i.cpu_there / i.cpu_held ELSE 1 END) AS cpu,
        sum(u.memory * CASE WHEN i.memory_held > i.memory_there THEN i.memory_there / i.memory_held ELSE 1 END)
            AS memory,
        0.0 AS gpu
    FROM kubernetes_named AS u
    JOIN intervals AS i
        ON u.cluster = i.cluster AND u.day = i.day AND u.node IS NOT DISTINCT FROM i.node
        AND u.starts = i.starts AND u.ends = i.ends
    WHERE u.what = 'nodes'
    GROUP BY ALL
    UNION ALL
    SELECT cluster, day, node, target, 0.0, 0.0, sum(gpu)
    FROM kubernetes_named
    WHERE what = 'gpu'
    GROUP BY ALL
),
told_idle AS (
    SELECT r.cluster, r.day, r.node, sum(r.cpu) AS cpu, sum(r.memory) AS memory, sum(r.gpu) AS gpu
    FROM kubernetes_rows AS r
    JOIN kubernetes_told AS t ON r.cluster = t.cluster AND r.day = t.day AND r.source = t.source AND t.what = 'nodes'
    WHERE r.kind = 'idle'
    GROUP BY ALL
),
left_over AS (
    SELECT
        cluster, day, node, sum(greatest(cpu_there - coalesce(cpu_held, 0), 0)) AS cpu,
        sum(greatest(memory_there - coalesce(memory_held, 0), 0)) AS memory, NULL AS gpu
    FROM intervals
    WHERE (cluster, day) NOT IN (SELECT (cluster, day) FROM told_idle)
    GROUP BY ALL
),
idle AS (FROM told_idle UNION ALL FROM left_over),
nodes AS (
    SELECT cluster, day, node, sum(cpu) AS cpu, sum(memory) AS memory, sum(gpu) AS gpu
    FROM held
    WHERE node IS NOT NULL
    GROUP BY ALL
),
totals AS (
    SELECT cluster, day, sum(cpu) AS cpu, sum(memory) AS memory, sum(gpu) AS gpu FROM nodes GROUP BY ALL
),
spread AS (
    SELECT
        i.cluster, i.day, n.node, i.cpu * n.cpu / nullif(t.cpu, 0) AS cpu,
        i.memory * n.memory / nullif(t.memory, 0) AS memory, i.gpu * n.gpu / nullif(t.gpu, 0) AS gpu
    FROM idle AS i
    JOIN nodes AS n ON i.cluster = n.cluster AND i.day = n.day
    JOIN totals AS t ON i.cluster = t.cluster AND i.day = t.day
    WHERE i.node IS NULL
),
every AS (
    SELECT cluster, day, node, target, cpu, memory, gpu FROM held
    UNION ALL
    SELECT cluster, day, node, NULL, cpu, memory, gpu FROM spread
    UNION ALL
    SELECT cluster, day, node, NULL, cpu, memory, gpu
    FROM idle AS i
    WHERE node IS NOT NULL OR NOT EXISTS (SELECT 1 FROM totals AS t WHERE t.cluster = i.cluster AND t.day = i.day)
)
SELECT
    e.day, e.cluster, coalesce(k.key, e.cluster || '/') AS key, e.target, coalesce(sum(e.cpu), 0) AS cpu,
    coalesce(sum(e.memory), 0) AS memory, coalesce(sum(e.gpu), 0) AS gpu
FROM every AS e
LEFT JOIN kubernetes_keys AS k ON e.cluster = k.cluster AND e.day = k.day AND e.node = k.node
GROUP BY ALL
