SELECT run_key, curve_file FROM runs WHERE curve_file IS NOT NULL AND curve_sha256 IS NULL ORDER BY run_key
