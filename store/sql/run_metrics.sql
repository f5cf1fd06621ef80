SELECT * EXCLUDE (run_key) FROM metrics WHERE run_key = $run_key ORDER BY metric, split, dataset
