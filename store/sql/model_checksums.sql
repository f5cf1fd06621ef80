SELECT r.run_key, r.run_id, r."group", r.setting_hash, p.dataset_name AS trained_on, r.model_sha256
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
WHERE r.model_file IS NOT NULL
ORDER BY r.run_key
