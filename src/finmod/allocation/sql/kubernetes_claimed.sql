-- Answers: how much storage each pod held of each volume on each day.
-- Grain:   one row per source, kind of row, day, claim, volume and pod.
-- Inputs:  {rows}: the rows. {volume}: the id of a volume as charges have it. The table kubernetes_told.
-- Notes:   a claim that several pods mount has a row for each of them with all of its storage: each has its part.
--          Volumes that no pod mounts stand there too.
WITH claims AS (
    SELECT
        r.*, t.called, t.day,
        CASE WHEN coalesce(PersistentVolumeClaim, PersistentVolume, VolumeResourceId) IS NULL THEN 1 ELSE count(*) OVER (
            PARTITION BY r.x_Kind, t.called, Namespace, PersistentVolumeClaim, PersistentVolume, VolumeResourceId,
                IntervalStart, IntervalEnd
        ) END AS mounts
    FROM ({rows}) AS r
    JOIN kubernetes_told AS t
        ON t.what = 'storage' AND t.called = lower(coalesce(r.Cluster, r.x_Source)) AND r.x_Source = t.x_Source
        AND t.day = r.x_UsageDate - DATE '1970-01-01' AND (r.x_Kind = t.x_Kind OR r.x_Kind = 'unmounted')
    WHERE r.storage > 0
)
SELECT
    called, day, x_Source, x_Kind, Cluster, Namespace, ControllerKind, Controller, Pod, x_Name, Labels,
    NamespaceLabels, {volume} AS volume_id, lower(PersistentVolume) AS volume_name,
    coalesce(PersistentVolumeClaim, PersistentVolume) AS claim, exact_sum(storage / mounts) AS storage
FROM claims
GROUP BY ALL
