-- For each group, the newest first: its runs, its settings, and whether its runs differ in each typed parameter.
SELECT
    r."group",
    count(*) AS n_runs,
    count(DISTINCT r.setting_hash) AS n_settings,
    (min(COLUMNS(p.* EXCLUDE (run_key))) IS DISTINCT FROM max(COLUMNS(p.* EXCLUDE (run_key))))
    OR (count(COLUMNS(p.* EXCLUDE (run_key))) NOT IN (0, count(*))) AS "\0"
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
GROUP BY r."group"
ORDER BY max(r.created_at) DESC NULLS LAST, r."group"
