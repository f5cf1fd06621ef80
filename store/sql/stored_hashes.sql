SELECT run_key, record_hash, model_sha256, curve_file, model_file FROM runs
