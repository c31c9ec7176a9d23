-- Answers: what pods, claims and nodes were told to have held, as far as an allocation looks at it.
-- Grain:   one row per row of a usage report or split row of a bill, of some days.
-- Inputs:  {usage}: rows of reports and bills, in seconds. {cpu}, {memory}: what a row held. {first}, {last}: the days.
-- Notes:   hours, GiB-hours and bytes as doubles: weights, no money.
SELECT
    x_Source, x_Kind, Cluster, Node, NodeResourceId, x_UsageDate, IntervalStart, IntervalEnd, Namespace,
    ControllerKind, Controller, Pod, CASE WHEN x_Kind = 'group' THEN x_Name END AS x_Name, PersistentVolumeClaim,
    PersistentVolume, VolumeResourceId, Labels, NamespaceLabels,
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
