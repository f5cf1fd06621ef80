-- Every run with the files that it says it has.
SELECT run_key, "group", source, curve_file, curve_sha256, n_history_rows, model_file, model_sha256, model_bytes
FROM runs
ORDER BY run_key
