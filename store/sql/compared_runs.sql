-- Some runs side by side, with all their typed parameters.
SELECT
    r.run_key,
    r.run_id,
    r.name,
    r."group",
    r.state,
    r.reason,
    r.created_at,
    r.setting_hash,
    r.n_parameters,
    r.train_seconds,
    r.n_history_rows,
    p.* EXCLUDE (run_key)
FROM runs r
JOIN parameters p USING (run_key)
WHERE r.run_key IN (SELECT unnest($run_keys))
ORDER BY r.run_key
