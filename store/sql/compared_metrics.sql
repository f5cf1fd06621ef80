SELECT run_key, metric, dataset, split, value, n_orbits, n_failed
FROM measured
WHERE run_key IN (SELECT unnest($run_keys))
ORDER BY run_key, metric, split, dataset
