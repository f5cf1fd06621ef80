-- The keys that are no typed column, and whether the runs differ in them, being unset counted as a value.
SELECT
    e.key AS name,
    min(e.value::VARCHAR) IS DISTINCT FROM max(e.value::VARCHAR)
        OR count(*) < (SELECT count(*) FROM matched) AS varies
FROM matched
JOIN extra_parameters e USING (run_key)
WHERE e.value::VARCHAR <> 'null'
GROUP BY e.key
ORDER BY e.key
