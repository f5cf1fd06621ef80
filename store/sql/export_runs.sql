-- A group's runs with all that they logged, and with their headline error where most of them have it, on test orbits if
-- there are any.
WITH extra AS (
    SELECT run_key, json_group_object(key, value)::VARCHAR AS extra_parameters
    FROM (SELECT * FROM extra_parameters ORDER BY run_key, key)
    GROUP BY run_key
),
errors AS (
    SELECT m.run_key, m.dataset, m.split, m.value
    FROM measured m
    JOIN runs r USING (run_key)
    WHERE r."group" IS NOT DISTINCT FROM $group AND m.metric = $headline
),
place AS (
    SELECT dataset, split
    FROM errors
    GROUP BY dataset, split
    ORDER BY split = 'test' DESC, count(*) DESC, dataset
    LIMIT 1
),
headline AS (
    SELECT e.run_key, e.value, e.dataset, e.split
    FROM errors e
    JOIN place p ON e.dataset IS NOT DISTINCT FROM p.dataset AND e.split = p.split
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
LEFT JOIN headline h USING (run_key)
WHERE r."group" IS NOT DISTINCT FROM $group
ORDER BY r.run_key
