SELECT
    r.run_key,
    r.run_id,
    r."group",
    r.name,
    r.state,
    r.setting_hash,
    p.seed,
    m.* EXCLUDE (run_key, per_orbit)
FROM measured m
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
WHERE r."group" IS NOT DISTINCT FROM $group
ORDER BY r.run_key, m.metric, m.split, m.dataset
