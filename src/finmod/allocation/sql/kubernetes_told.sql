-- Answers: which source and kind of row tells what was held of a cluster on a day.
-- Grain:   one row per cluster, day and what: nodes, gpu, storage or network.
-- Inputs:  the table kubernetes_rows.
-- Notes:   a workload may stand in rows of several kinds and in reports of several sources: those of one count, the
--          finest kind first, then those that tell capacity, then the larger sum. Rows of whole nodes name nobody,
--          those of virtual machines stand in the rows of their pods.
WITH told AS (
    SELECT
        cluster, day, 'nodes' AS what, source, kind, sum(coalesce(cpu, 0) + coalesce(memory, 0)) AS amount,
        bool_or(cpu_there IS NOT NULL OR memory_there IS NOT NULL) AS has_more
    FROM kubernetes_rows
    WHERE kind IN ('pod', 'namespace', 'group') AND coalesce(cpu, memory) IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT cluster, day, 'gpu', source, kind, sum(gpu), false
    FROM kubernetes_rows
    WHERE kind IN ('gpu', 'pod', 'namespace', 'group') AND gpu > 0
    GROUP BY ALL
    UNION ALL
    SELECT cluster, day, 'storage', source, kind, sum(storage), bool_or(volume_id IS NOT NULL)
    FROM kubernetes_rows
    WHERE kind IN ('storage', 'pod', 'namespace', 'group') AND storage > 0
    GROUP BY ALL
    UNION ALL
    SELECT cluster, day, 'network', source, kind, sum(sent), false
    FROM kubernetes_rows
    WHERE kind IN ('pod', 'namespace', 'group') AND sent > 0
    GROUP BY ALL
)
SELECT cluster, day, what, source, kind
FROM told
QUALIFY row_number() OVER (
    PARTITION BY cluster, day, what
    ORDER BY
        list_position(['gpu', 'storage', 'pod', 'namespace', 'group'], kind), has_more DESC, amount DESC,
        source
) = 1
