-- Answers: what each target held of each node on each day, in hours; what nobody held stands beside it.
-- Grain:   one row per day, cluster, key of the node and target; idle hours have no target.
-- Inputs:  {idle}: idle hours. The tables kubernetes_held and kubernetes_keys.
-- Notes:   idle hours of a cluster whose report names no node for them go to its nodes in proportion to what was held
--          there, evenly where nothing was.
WITH idle AS (
    {idle}
),
nodes AS (
    SELECT called, day, node_called, exact_sum(cpu) AS cpu, exact_sum(memory) AS memory, exact_sum(gpu) AS gpu
    FROM kubernetes_held
    WHERE node_called IS NOT NULL
    GROUP BY ALL
),
totals AS (
    SELECT called, day, exact_sum(cpu) AS cpu, exact_sum(memory) AS memory, exact_sum(gpu) AS gpu, count(*) AS nodes
    FROM nodes
    GROUP BY ALL
),
spread AS (
    SELECT
        i.called, i.day, n.node_called, i.cpu * coalesce(n.cpu / nullif(t.cpu, 0), 1 / t.nodes) AS cpu,
        i.memory * coalesce(n.memory / nullif(t.memory, 0), 1 / t.nodes) AS memory,
        i.gpu * coalesce(n.gpu / nullif(t.gpu, 0), 1 / t.nodes) AS gpu
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
    e.day, e.called AS cluster, coalesce(k.key, e.called || '/') AS key, e.target, coalesce(exact_sum(e.cpu), 0) AS cpu,
    coalesce(exact_sum(e.memory), 0) AS memory, coalesce(exact_sum(e.gpu), 0) AS gpu
FROM every AS e
LEFT JOIN kubernetes_keys AS k ON e.called = k.called AND e.day = k.day AND e.node_called = k.node_called
GROUP BY ALL
