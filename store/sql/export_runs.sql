WITH extra AS (
    SELECT run_key, json_group_object(key, value)::VARCHAR AS extra_parameters
    FROM (SELECT * FROM extra_parameters ORDER BY run_key, key)
    GROUP BY run_key
)
SELECT
    r.* EXCLUDE (tags, config, summary),
    to_json(r.tags)::VARCHAR AS tags,
    p.* EXCLUDE (run_key),
    e.extra_parameters,
    r.config::VARCHAR AS config,
    r.summary::VARCHAR AS summary
FROM runs r
JOIN parameters p USING (run_key)
LEFT JOIN extra e USING (run_key)
WHERE r."group" IS NOT DISTINCT FROM $group
ORDER BY r.run_key
