-- What models were measured at on test orbits, with what they were trained on.
SELECT
    r.run_key,
    r.run_id,
    r."group",
    r.setting_hash,
    p.dataset_name AS trained_on,
    m.dataset,
    m.value,
    m.n_orbits,
    m.n_failed
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
JOIN measured m USING (run_key)
WHERE r.model_file IS NOT NULL AND m.metric = $metric AND m.split = 'test'
ORDER BY r.run_key, m.dataset
