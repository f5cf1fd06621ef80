-- Every run with what is known of its model and with its parameters, the newest first.
SELECT
    r.run_key,
    r.run_id,
    r."group",
    r.name,
    r.state,
    r.created_at,
    r.setting_hash,
    r.model_file,
    r.model_sha256,
    r.model_problem,
    r.assumed,
    p.* EXCLUDE (run_key)
FROM runs r
JOIN parameters p USING (run_key)
ORDER BY r.created_at DESC NULLS LAST, r.run_key
