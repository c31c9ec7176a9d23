-- Answers: what pods, claims and nodes were told to have held, as far as an allocation looks at it.
-- Grain:   one row per row of a usage report or split row of a bill, of some days.
-- Inputs:  {usage}: rows of reports and bills, in seconds. {cpu}, {memory}: what a row held. {volume}, {node}: ids as
--          charges have them. {first}, {last}: the days.
-- Notes:   hours, GiB-hours and bytes as doubles: weights, no money. A cluster without a name is called as its source.
SELECT
    x_Source AS source, CAST(x_UsageDate - DATE '1970-01-01' AS INTEGER) AS day, x_Kind AS kind,
    lower(coalesce(Cluster, x_Source)) AS cluster, Cluster IS NULL AS is_nameless,
    lower(coalesce(Node, NodeResourceId)) AS node, lower(Node) AS node_name, {node} AS node_id,
    IntervalStart AS starts, IntervalEnd AS ends,
    Cluster AS cluster_name, Namespace AS namespace, ControllerKind AS controller_kind, Controller AS controller,
    Pod AS pod, CASE WHEN x_Kind = 'group' THEN x_Name END AS name,
    CASE WHEN json_valid(Labels) THEN Labels END AS labels,
    CASE WHEN json_valid(NamespaceLabels) THEN NamespaceLabels END AS namespace_labels,
    coalesce(PersistentVolumeClaim, PersistentVolume) AS claim, {volume} AS volume_id,
    lower(PersistentVolume) AS volume_name,
    CAST({cpu} AS DOUBLE) / 3600 AS cpu,
    CAST({memory} AS DOUBLE) / 3600 / 1073741824 AS memory,
    CAST(GpuSeconds AS DOUBLE) / 3600 AS gpu,
    CAST(coalesce(StorageCapacityByteSeconds, greatest(StorageRequestByteSeconds, StorageUsageByteSeconds)) AS DOUBLE)
    / 3600 / 1073741824 AS storage,
    CAST(NetworkSentBytes AS DOUBLE) AS sent,
    CAST(coalesce(NodeCpuCapacityCoreSeconds, ClusterCpuCapacityCoreSeconds) AS DOUBLE) / 3600 AS cpu_there,
    CAST(coalesce(NodeMemoryCapacityByteSeconds, ClusterMemoryCapacityByteSeconds) AS DOUBLE) / 3600 / 1073741824
        AS memory_there
FROM {usage}
WHERE x_UsageDate BETWEEN DATE '{first}' AND DATE '{last}'
