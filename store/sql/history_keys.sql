-- The history keys that some of the runs have.
SELECT key, count(*) AS n_runs
FROM history_stats
WHERE run_key IN (SELECT unnest($run_keys))
GROUP BY key
ORDER BY key
