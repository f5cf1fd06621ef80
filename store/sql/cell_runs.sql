-- Every run that is meant, once for each dataset and split that are asked for, with its value of one metric there.
SELECT
    r.run_key,
    r.run_id,
    r.name,
    r.state,
    r.reason,
    r.created_at,
    r.setting_hash,
    r.n_parameters,
    r.train_seconds,
    place.dataset AS measured_on,
    place.split,
    m.value,
    p.* EXCLUDE (run_key)
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
CROSS JOIN (SELECT unnest($datasets::VARCHAR[]) AS dataset, unnest($splits::VARCHAR[]) AS split) place
LEFT JOIN measured m
    ON m.run_key = r.run_key
    AND m.metric = $metric
    AND m.dataset IS NOT DISTINCT FROM place.dataset
    AND m.split = place.split
ORDER BY p.seed NULLS LAST, r.run_key, place.split, place.dataset
