-- Answers: what tells the workloads apart that names are looked for.
-- Grain:   one row per kind of workload: its source, cluster, namespace, owner and labels.
-- Inputs:  the tables kubernetes_rows and kubernetes_told.
-- Notes:   rows of GPUs and claims take the labels of their pod, those of a claim come first. Labels of a namespace
--          are the last that a report gave on the day.
WITH namespaces AS (
    SELECT cluster, day, namespace, arg_max(namespace_labels, starts) AS last_labels
    FROM kubernetes_rows
    WHERE kind = 'namespace' AND namespace_labels IS NOT NULL
    GROUP BY ALL
),
pods AS (
    SELECT
        cluster, day, namespace, pod, arg_max(labels, starts) AS pod_labels, max(controller_kind) AS pod_controller_kind,
        max(controller) AS pod_controller
    FROM kubernetes_rows
    WHERE kind = 'pod' AND pod IS NOT NULL
    GROUP BY ALL
)
SELECT
    r.* EXCLUDE (labels, namespace_labels, controller_kind, controller), t.what,
    to_json([
        r.source, r.cluster_name, r.namespace, coalesce(r.controller_kind, p.pod_controller_kind),
        coalesce(r.controller, p.pod_controller), r.name, r.labels, CASE WHEN t.kind <> 'pod' THEN p.pod_labels END,
        coalesce(r.namespace_labels, n.last_labels)
    ])::VARCHAR AS workload
FROM kubernetes_rows AS r
JOIN kubernetes_told AS t USING (cluster, day, source, kind)
LEFT JOIN pods AS p
    ON r.cluster = p.cluster AND r.day = p.day AND r.namespace IS NOT DISTINCT FROM p.namespace AND r.pod = p.pod
LEFT JOIN namespaces AS n ON r.cluster = n.cluster AND r.day = n.day AND r.namespace = n.namespace
WHERE CASE t.what
    WHEN 'nodes' THEN coalesce(r.cpu, r.memory) IS NOT NULL
    WHEN 'gpu' THEN r.gpu > 0
    WHEN 'storage' THEN r.storage > 0
    ELSE r.sent > 0
END
