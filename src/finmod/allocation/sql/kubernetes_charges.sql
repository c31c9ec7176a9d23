-- Answers: by what each charge of a cluster is shared: a node, a volume, or claims, traffic or nodes of a cluster.
-- Grain:   one row per source, billing period and charge key.
-- Inputs:  {charges}: those keys. {id}: ResourceId as reports have it. {names_cluster}: SQL that is true for a tag key
--          whose text names a cluster that reports need not know.
-- Notes:   what traffic, storage and nodes are is told by FOCUS columns and the form of ids. Any tag key with the word
--          cluster names one that reports know. x_Weights is a JSON list of kind, cluster and key.
WITH charges AS (
    SELECT
        *, {id} AS id, lower(ResourceId) AS whole_id,
        lower(concat_ws(' ', ServiceName, ServiceSubcategory, SkuMeter, ChargeDescription)) AS words
    FROM {charges}
),
clusters AS (SELECT DISTINCT cluster FROM kubernetes_clusters),
tag_sets AS (SELECT DISTINCT unnest([Tags, AllocatedTags]) AS tags FROM charges),
tag_keys AS (
    SELECT tags, unnest(json_keys(tags)) AS key
    FROM tag_sets
    WHERE CASE WHEN json_valid(tags) THEN json_type(tags) = 'OBJECT' ELSE false END
),
tag_texts AS (
    SELECT
        tags, lower(key) AS key,
        coalesce(
            nullif(regexp_extract(lower(key), 'kubernetes\.io/cluster/(.+)$', 1), ''),
            lower(json_extract_string(tags, '/' || replace(replace(key, '~', '~0'), '/', '~1')))
        ) AS said
    FROM tag_keys
    WHERE lower(key) LIKE '%cluster%' OR regexp_matches(lower(key), 'created.for.pv.name$')
),
volumes AS (
    SELECT tags, min(said) AS volume_name
    FROM tag_texts
    WHERE regexp_matches(key, 'created.for.pv.name$')
    GROUP BY ALL
),
named AS (
    SELECT
        t.tags, arg_min(c.cluster, (length(t.key), t.key)) AS known,
        arg_min(t.said, (length(t.key), t.key)) FILTER ({names_cluster}) AS told
    FROM tag_texts AS t
    LEFT JOIN clusters AS c ON t.said = c.cluster
    WHERE t.said <> '' AND t.key LIKE '%cluster%'
    GROUP BY ALL
),
placed AS (
    SELECT
        c.*, coalesce(by_id.key, by_name.key) AS node, coalesce(v_by_id.key, v_by_name.key, v_by_tag.key) AS volume,
        coalesce(
            by_id.cluster, by_name.cluster, v_by_id.cluster, v_by_name.cluster, v_by_tag.cluster, own.known,
            split.known, by_path.cluster, own.told, split.told
        ) AS cluster
    FROM charges AS c
    LEFT JOIN kubernetes_names AS by_id ON by_id.kind = 'node' AND by_id.name = c.id
    LEFT JOIN kubernetes_names AS by_name ON by_name.kind = 'node' AND by_name.name = lower(c.ResourceName)
    LEFT JOIN volumes ON volumes.tags = c.Tags
    LEFT JOIN kubernetes_names AS v_by_id ON v_by_id.kind = 'volume' AND v_by_id.name = c.id
    LEFT JOIN kubernetes_names AS v_by_name
        ON v_by_name.kind = 'volume' AND v_by_name.name = lower(c.ResourceName)
    LEFT JOIN kubernetes_names AS v_by_tag
        ON v_by_tag.kind = 'volume' AND v_by_tag.name = volumes.volume_name
    LEFT JOIN named AS own ON own.tags = c.Tags
    LEFT JOIN named AS split ON split.tags = c.AllocatedTags
    LEFT JOIN clusters AS by_path ON by_path.cluster = coalesce(
        nullif(regexp_extract(c.whole_id, '[:/](?:managed)?clusters?/([^/]+)', 1), ''),
        regexp_extract(c.whole_id, '/resourcegroups/mc_.+_([^_/]+)_[^_/]+(?:/|$)', 1)
    )
)
SELECT
    x_Source, x_BillingPeriod, x_ChargeKey, any_value(ResourceId) AS ResourceId,
    any_value(to_json(CASE
        WHEN regexp_matches(words, 'data.?transfer|-bytes|egress|bandwidth') THEN ['network', cluster, node]
        WHEN volume IS NOT NULL THEN ['volume', cluster, volume]
        WHEN node IS NOT NULL THEN ['node', cluster, node]
        WHEN regexp_matches(id, '^i-[0-9a-f]+$')
            OR regexp_matches(whole_id, '[:/](instances?|virtualmachines|virtualmachinescalesets)/[^/]+')
            THEN ['unknown', cluster, NULL]
        WHEN ServiceCategory = 'Storage' OR regexp_matches(words, 'storage|ebs:') OR starts_with(id, 'vol-')
            OR whole_id LIKE '%/disks/%'
            THEN ['storage', cluster, NULL]
        ELSE ['cluster', cluster, NULL]
    END)::VARCHAR) AS x_Weights
FROM placed
GROUP BY ALL
