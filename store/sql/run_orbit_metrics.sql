SELECT * EXCLUDE (run_key) FROM orbit_metrics WHERE run_key = $run_key ORDER BY metric, split, dataset, orbit
