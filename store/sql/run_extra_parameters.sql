SELECT key, value FROM extra_parameters WHERE run_key = $run_key ORDER BY key
