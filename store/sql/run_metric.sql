-- Every run of a group, whatever its state, with its value of one metric: NULL where it was not measured.
SELECT
    r.run_key,
    r.run_id,
    r.name,
    r.state,
    r.reason,
    r.created_at,
    r.setting_hash,
    m.value,
    m.aggregation,
    m.n_orbits,
    m.n_failed,
    p.* EXCLUDE (run_key)
FROM runs r
JOIN parameters p USING (run_key)
LEFT JOIN measured m
    ON m.run_key = r.run_key
    AND m.metric = $metric
    AND m.dataset IS NOT DISTINCT FROM $dataset
    AND m.split = $split
WHERE r."group" IS NOT DISTINCT FROM $group
ORDER BY p.seed NULLS LAST, r.run_key
