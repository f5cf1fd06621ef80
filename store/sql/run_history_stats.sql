SELECT * EXCLUDE (run_key) FROM history_stats WHERE run_key = $run_key ORDER BY key
