SELECT r.state, count(*) AS n_runs
FROM matched
JOIN runs r USING (run_key)
GROUP BY r.state
ORDER BY n_runs DESC, r.state
