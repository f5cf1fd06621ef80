-- What can be chosen for some runs: every metric with the dataset and split that one of them was measured on.
SELECT
    m.metric,
    m.dataset,
    m.split,
    count(DISTINCT m.run_key) AS n_runs,
    min(m.value) FILTER (isfinite(m.value)) AS low,
    max(m.value) FILTER (isfinite(m.value)) AS high
FROM matched
JOIN measured m USING (run_key)
WHERE m.value IS NOT NULL
GROUP BY m.metric, m.dataset, m.split
ORDER BY m.metric, m.split, m.dataset
