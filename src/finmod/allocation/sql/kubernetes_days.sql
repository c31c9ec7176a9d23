-- Answers: what each workload held of each node on each day, of processors, memory and GPUs, and sent.
-- Grain:   one row per source, kind of row, day, node, workload and labels as the report writes them.
-- Inputs:  {rows}: the rows. The tables kubernetes_intervals and kubernetes_told.
-- Notes:   what was held beyond what a node has is scaled to it, interval by interval. Rows of pods are there whether
--          they count or not: rows of GPUs and claims have their labels. Rows with labels of namespaces, too. A node is
--          told where pods are.
WITH counted AS (
    SELECT
        i.x_Source, i.x_Kind, i.Cluster, i.Node, i.NodeResourceId, i.IntervalStart, i.IntervalEnd, i.called,
        CASE WHEN d.x_Kind = 'pod' THEN i.node_called END AS node_called, i.day, n.what IS NOT NULL AS has_nodes, g.what IS NOT NULL AS has_gpus,
        t.what IS NOT NULL AS has_traffic,
        CASE WHEN i.of_cpu > i.cpu_there THEN i.cpu_there / i.of_cpu ELSE 1 END AS cpu_part,
        CASE WHEN i.of_memory > i.memory_there THEN i.memory_there / i.of_memory ELSE 1 END AS memory_part
    FROM kubernetes_intervals AS i
    LEFT JOIN kubernetes_told AS d ON d.what = 'nodes' AND d.called = i.called AND d.day = i.day
    LEFT JOIN kubernetes_told AS n
        ON n.what = 'nodes' AND n.called = i.called AND n.day = i.day AND n.x_Source = i.x_Source AND n.x_Kind = i.x_Kind
    LEFT JOIN kubernetes_told AS g
        ON g.what = 'gpu' AND g.called = i.called AND g.day = i.day AND g.x_Source = i.x_Source AND g.x_Kind = i.x_Kind
    LEFT JOIN kubernetes_told AS t
        ON t.what = 'network' AND t.called = i.called AND t.day = i.day AND t.x_Source = i.x_Source
        AND t.x_Kind = i.x_Kind
    WHERE i.x_Kind IN ('pod', 'namespace') OR n.what IS NOT NULL OR g.what IS NOT NULL OR t.what IS NOT NULL
)
SELECT
    c.called, c.day, c.node_called, r.x_Source, r.x_Kind, r.Cluster, r.Namespace, r.ControllerKind, r.Controller, r.Pod,
    r.x_Name, r.Labels, r.NamespaceLabels, max(r.IntervalStart) AS last_start,
    coalesce(exact_sum(CASE WHEN c.has_nodes THEN r.cpu * c.cpu_part END), 0) AS cpu,
    coalesce(exact_sum(CASE WHEN c.has_nodes THEN r.memory * c.memory_part END), 0) AS memory,
    coalesce(exact_sum(CASE WHEN c.has_gpus THEN r.gpu END), 0) AS gpu,
    coalesce(exact_sum(CASE WHEN c.has_traffic THEN r.sent END), 0) AS sent
FROM ({rows}) AS r
JOIN counted AS c
    ON r.x_Source = c.x_Source AND r.x_Kind = c.x_Kind AND r.Cluster IS NOT DISTINCT FROM c.Cluster
    AND r.Node IS NOT DISTINCT FROM c.Node AND r.NodeResourceId IS NOT DISTINCT FROM c.NodeResourceId
    AND r.IntervalStart = c.IntervalStart AND r.IntervalEnd = c.IntervalEnd
GROUP BY ALL
