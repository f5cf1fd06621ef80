-- How many runs are meant, how many of them are still running, and what they logged, the commonest key first.
WITH logged AS (
    SELECT DISTINCT run_key, key
    FROM (
        SELECT run_key, key FROM history_stats SEMI JOIN matched USING (run_key)
        UNION ALL
        SELECT run_key, unnest(json_keys(summary)) FROM runs SEMI JOIN matched USING (run_key)
    )
)
SELECT
    count(*) AS n_runs,
    count(*) FILTER (WHERE state = 'running') AS n_running,
    (SELECT list(key ORDER BY n DESC, key) FROM (SELECT key, count(*) AS n FROM logged GROUP BY key)) AS keys
FROM matched
JOIN runs USING (run_key)
