-- What runs were measured at on test orbits, with what they were trained on.
SELECT r.run_key, r.run_id, p.dataset_name AS trained_on, m.dataset, m.value, m.n_orbits, m.n_failed
FROM measured m
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
WHERE m.metric = $metric AND m.split = 'test' AND r.run_key IN (SELECT unnest($run_keys))
ORDER BY r.run_key, m.dataset
