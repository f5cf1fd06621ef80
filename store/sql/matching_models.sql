-- The newest of the runs that have a model file, with their parameters, and those that are wanted however old.
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
    p.* EXCLUDE (run_key),
    count(*) OVER () AS n_models
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
WHERE r.model_file IS NOT NULL
QUALIFY
    row_number() OVER (ORDER BY r.created_at DESC NULLS LAST, r.run_key) <= $most
    OR r.model_sha256 IN (SELECT unnest($checksums))
    OR r.run_id IN (SELECT unnest($named))
    OR r.run_key IN (SELECT unnest($named))
ORDER BY r.created_at DESC NULLS LAST, r.run_key
