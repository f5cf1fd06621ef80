SELECT * EXCLUDE (run_key, per_orbit) FROM measured WHERE run_key = $run_key ORDER BY metric, split, dataset
