-- Answers: what each namespace, workload and set of labels held on each day.
-- Grain:   one row per source, day, kind, cluster, node, namespace, controller, storage class, GPU model and labels.
-- Inputs:  {usage}: rows of reports and bills, in seconds. {sums}, {quantities}: their sums, then in hours. {some}: all.
-- Notes:   allocated is what the report reckons, else the larger of request and usage of each interval. Sums come first
--          and are divided once. Labels of a namespace are the last that a report of labels gave on the day.
WITH usage AS (SELECT * FROM {usage}),
namespaces AS (
    SELECT x_Source, x_UsageDate, Cluster, Namespace, arg_max(NamespaceLabels, IntervalStart) AS last_labels
    FROM usage
    WHERE x_Kind = 'namespace' AND NamespaceLabels IS NOT NULL
    GROUP BY ALL
),
days AS (
    SELECT
        x_Source, x_BillingPeriod, x_UsageDate, x_Kind, Cluster, Node, NodeResourceId, Namespace, ControllerKind,
        Controller, x_Name, StorageClass, GpuModel, Labels, NamespaceLabels, count(*) AS x_Rows, {sums}
    FROM usage
    WHERE coalesce({some}) IS NOT NULL
    GROUP BY ALL
)
SELECT
    days.x_Source, days.x_BillingPeriod, days.x_UsageDate, days.x_Kind, days.Cluster, days.Node, days.NodeResourceId,
    days.Namespace, days.ControllerKind, days.Controller, days.x_Name, days.StorageClass, days.GpuModel, days.Labels,
    coalesce(days.NamespaceLabels, namespaces.last_labels) AS NamespaceLabels, x_Rows, {quantities}
FROM days
LEFT JOIN namespaces
    ON days.x_Source = namespaces.x_Source AND days.x_UsageDate = namespaces.x_UsageDate
    AND days.Cluster IS NOT DISTINCT FROM namespaces.Cluster AND days.Namespace = namespaces.Namespace
