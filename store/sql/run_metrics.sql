SELECT * EXCLUDE (run_key, per_orbit) FROM metrics WHERE run_key = $run_key ORDER BY metric, split, dataset
