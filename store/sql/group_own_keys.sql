-- The same as own_keys, group by group.
WITH size AS (
    SELECT r."group", count(*) AS n_runs
    FROM matched
    JOIN runs r USING (run_key)
    GROUP BY r."group"
)
SELECT r."group", e.key
FROM matched
JOIN runs r USING (run_key)
JOIN extra_parameters e USING (run_key)
JOIN size s ON s."group" IS NOT DISTINCT FROM r."group"
GROUP BY r."group", e.key
HAVING min(e.value::VARCHAR) IS DISTINCT FROM max(e.value::VARCHAR) OR count(*) < any_value(s.n_runs)
ORDER BY e.key
