-- What runs were measured at on each orbit of test datasets, orbits counted from 0.
SELECT run_key, dataset, orbit, value
FROM orbit_metrics
WHERE metric = $metric AND split = 'test' AND run_key IN (SELECT unnest($run_keys))
ORDER BY run_key, dataset, orbit
