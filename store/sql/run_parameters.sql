SELECT * EXCLUDE (run_key) FROM parameters WHERE run_key = $run_key
