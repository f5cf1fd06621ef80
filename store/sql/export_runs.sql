-- A group's runs with all that they logged, and with one metric as measured at one place.
WITH extra AS (
    SELECT run_key, json_group_object(key, value)::VARCHAR AS extra_parameters
    FROM (SELECT * FROM extra_parameters ORDER BY run_key, key)
    GROUP BY run_key
)
SELECT
    r.* EXCLUDE (tags, config, summary),
    h.value AS acceleration_error,             -- %
    h.dataset AS acceleration_error_dataset,
    h.split AS acceleration_error_split,
    to_json(r.tags)::VARCHAR AS tags,
    p.* EXCLUDE (run_key),
    e.extra_parameters,
    r.config::VARCHAR AS config,
    r.summary::VARCHAR AS summary
FROM runs r
JOIN parameters p USING (run_key)
LEFT JOIN extra e USING (run_key)
LEFT JOIN measured h
    ON h.run_key = r.run_key
    AND h.metric = $metric
    AND h.dataset IS NOT DISTINCT FROM $dataset
    AND h.split = $split
WHERE r."group" IS NOT DISTINCT FROM $group
ORDER BY r.run_key
