-- Answers: which source and kind of row tells what was held of a cluster on a day.
-- Grain:   one row per cluster, day and what: nodes, gpu, storage or network.
-- Inputs:  the table kubernetes_intervals.
-- Notes:   a workload may stand in rows of several kinds and in reports of several sources: those of one count, the
--          finest kind first, then those that tell capacity, then the larger sum. Rows of whole nodes name nobody,
--          those of virtual machines stand in the rows of their pods.
WITH told AS (
    SELECT
        called, day, 'nodes' AS what, x_Source, x_Kind, exact_sum(coalesce(cpu, 0) + coalesce(memory, 0)) AS amount,
        bool_or(cpu_there IS NOT NULL OR memory_there IS NOT NULL) AS has_more
    FROM kubernetes_intervals
    WHERE coalesce(cpu, memory) IS NOT NULL
    GROUP BY ALL
    UNION ALL
    SELECT called, day, 'gpu', x_Source, x_Kind, exact_sum(gpu), false
    FROM kubernetes_intervals
    WHERE gpu > 0
    GROUP BY ALL
    UNION ALL
    SELECT called, day, 'storage', x_Source, x_Kind, exact_sum(storage), bool_or(has_volumes)
    FROM kubernetes_intervals
    WHERE storage > 0
    GROUP BY ALL
    UNION ALL
    SELECT called, day, 'network', x_Source, x_Kind, exact_sum(sent), false
    FROM kubernetes_intervals
    WHERE sent > 0
    GROUP BY ALL
)
SELECT called, day, what, x_Source, x_Kind
FROM told
WHERE x_Kind IN ('pod', 'namespace', 'group') OR (x_Kind, what) IN (('gpu', 'gpu'), ('storage', 'storage'))
QUALIFY row_number() OVER (
    PARTITION BY called, day, what
    ORDER BY
        list_position(['gpu', 'storage', 'pod', 'namespace', 'group'], x_Kind), has_more DESC, amount DESC, x_Source
) = 1
