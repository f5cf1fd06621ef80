-- Every run that is meant, once for each dataset and split that are asked for, with its value of one metric there.
-- A run that ended early has no counts: those of another run of its setting, which come to the same, stand in.
SELECT
    r.run_key,
    r.run_id,
    r.name,
    r.state,
    r.reason,
    r.created_at,
    r.setting_hash,
    r.config_hash,
    r.n_parameters,
    r.train_seconds,
    place.dataset AS measured_on,
    place.split,
    m.value,
    p.* EXCLUDE (run_key) REPLACE (
        coalesce(p.num_train_orbits, max(p.num_train_orbits) OVER alike) AS num_train_orbits,
        coalesce(p.num_total_orbits, max(p.num_total_orbits) OVER alike) AS num_total_orbits,
        coalesce(p.num_total_segments, max(p.num_total_segments) OVER alike) AS num_total_segments,
        coalesce(p.segment_ratio_final, max(p.segment_ratio_final) OVER alike) AS segment_ratio_final
    )
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
CROSS JOIN (SELECT unnest($datasets::VARCHAR[]) AS dataset, unnest($splits::VARCHAR[]) AS split) place
LEFT JOIN measured m
    ON m.run_key = r.run_key
    AND m.metric = $metric
    AND m.dataset IS NOT DISTINCT FROM place.dataset
    AND m.split = place.split
WINDOW alike AS (PARTITION BY r.setting_hash)
ORDER BY p.seed NULLS LAST, r.run_key, place.split, place.dataset
