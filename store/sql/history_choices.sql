-- The history keys that matching runs have.
SELECT h.key, count(*) AS n_runs
FROM matched
JOIN history_stats h USING (run_key)
GROUP BY h.key
ORDER BY h.key
