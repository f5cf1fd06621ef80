-- What can be chosen for a group: every metric with the dataset and split that some run of it was measured on.
SELECT
    m.metric,
    m.dataset,
    m.split,
    count(DISTINCT m.run_key) AS n_runs
FROM measured m
JOIN runs r USING (run_key)
WHERE r."group" IS NOT DISTINCT FROM $group AND m.value IS NOT NULL
GROUP BY m.metric, m.dataset, m.split
ORDER BY m.metric, m.split, m.dataset
