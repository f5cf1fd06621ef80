SELECT * FROM runs WHERE run_key = $run_key
