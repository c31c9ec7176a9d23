-- Answers: what tells the workloads apart that names are looked for.
-- Grain:   one row per row of {held}.
-- Inputs:  {held}: rows of the tables kubernetes_days or kubernetes_claimed. The table kubernetes_days.
-- Notes:   rows of GPUs and claims take the labels of their pod, behind their own. Labels of a namespace are the last
--          that a report gave on the day. x_Workload is a JSON list.
WITH namespaces AS (
    SELECT called, day, Namespace, arg_max(NamespaceLabels, last_start) AS last_labels
    FROM kubernetes_days
    WHERE x_Kind = 'namespace' AND NamespaceLabels IS NOT NULL
    GROUP BY ALL
),
pods AS (
    SELECT
        called, day, Namespace, Pod, arg_max(Labels, last_start) AS pod_labels, max(ControllerKind) AS pod_owner_kind,
        max(Controller) AS pod_owner
    FROM kubernetes_days
    WHERE x_Kind = 'pod' AND Pod IS NOT NULL
    GROUP BY ALL
)
SELECT
    h.*,
    to_json([
        h.x_Source, h.Cluster, h.Namespace, coalesce(h.ControllerKind, p.pod_owner_kind),
        coalesce(h.Controller, p.pod_owner), h.x_Name, h.Labels, CASE WHEN h.x_Kind <> 'pod' THEN p.pod_labels END,
        coalesce(h.NamespaceLabels, n.last_labels)
    ])::VARCHAR AS workload
FROM ({held}) AS h
LEFT JOIN pods AS p
    ON h.called = p.called AND h.day = p.day AND h.Namespace IS NOT DISTINCT FROM p.Namespace AND h.Pod = p.Pod
LEFT JOIN namespaces AS n ON h.called = n.called AND h.day = n.day AND h.Namespace = n.Namespace
