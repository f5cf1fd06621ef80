-- The keys that are no typed column, and in how many values (being unset is one) the runs differ in them.
SELECT
    e.key AS name,
    count(DISTINCT e.value::VARCHAR) + (count(*) < (SELECT count(*) FROM matched))::BIGINT AS n_values
FROM matched
JOIN extra_parameters e USING (run_key)
GROUP BY e.key
ORDER BY e.key
