-- Every run that is meant, whatever its state, with its value of one metric: NULL where it was not measured.
SELECT
    r.run_key,
    r.run_id,
    r."group",
    r.name,
    r.state,
    r.reason,
    r.created_at,
    r.setting_hash,
    r.config_hash,
    m.value,
    m.aggregation,
    m.n_orbits,
    m.n_failed,
    p.* EXCLUDE (run_key)
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
LEFT JOIN measured m
    ON m.run_key = r.run_key
    AND m.metric = $metric
    AND m.dataset IS NOT DISTINCT FROM $dataset
    AND m.split = $split
ORDER BY p.seed NULLS LAST, r.run_key
