SELECT run_key, curve_file, curve_sha256
FROM runs
WHERE run_key IN (SELECT unnest($run_keys)) AND curve_file IS NOT NULL
ORDER BY run_key
