-- Whether the runs differ in each typed parameter, being unset counted as a value; a column per parameter.
SELECT
    (min(COLUMNS(p.* EXCLUDE (run_key))) IS DISTINCT FROM max(COLUMNS(p.* EXCLUDE (run_key))))
    OR (count(COLUMNS(p.* EXCLUDE (run_key))) NOT IN (0, count(*))) AS "\0"
FROM matched
JOIN parameters p USING (run_key)
