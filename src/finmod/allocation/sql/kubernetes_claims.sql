-- Answers: how much storage each target held of each volume on each day.
-- Grain:   one row per day, cluster, key of the volume and target.
-- Inputs:  the tables kubernetes_rows, kubernetes_told, kubernetes_named.
-- Notes:   a claim that several pods mount has a row for each of them with all of its storage: each has its part. A
--          volume that no pod mounts belongs to nobody.
WITH claims AS (
    SELECT *, count(*) OVER (PARTITION BY cluster, day, namespace, claim, volume_id, starts, ends) AS mounts
    FROM kubernetes_named
    WHERE what = 'storage'
),
every AS (
    SELECT
        day, cluster, volume_id, volume_name, namespace, claim, target,
        storage / CASE WHEN claim IS NULL AND volume_id IS NULL THEN 1 ELSE mounts END AS storage
    FROM claims
    UNION ALL
    SELECT r.day, r.cluster, r.volume_id, r.volume_name, r.namespace, r.claim, 0, r.storage
    FROM kubernetes_rows AS r
    JOIN kubernetes_told AS t
        ON r.cluster = t.cluster AND r.day = t.day AND r.source = t.source AND t.what = 'storage'
    WHERE r.kind = 'unmounted' AND r.storage > 0
)
SELECT
    day, cluster, coalesce(volume_id, concat_ws('/', cluster, coalesce(volume_name, namespace), claim)) AS key, target,
    sum(storage) AS storage, max(volume_name) AS volume_name
FROM every
GROUP BY day, cluster, key, target
