-- The keys in which the runs differ and that are no typed column, or were logged with a value that the column refuses.
-- A key that some runs did not log differs, and so does null from not logged.
SELECT e.key
FROM matched
JOIN extra_parameters e USING (run_key)
GROUP BY e.key
HAVING min(e.value::VARCHAR) IS DISTINCT FROM max(e.value::VARCHAR) OR count(*) < (SELECT count(*) FROM matched)
ORDER BY e.key
