SELECT tag, count(*) AS n_runs
FROM (
    SELECT unnest(list_distinct(r.tags)) AS tag
    FROM matched
    JOIN runs r USING (run_key)
)
GROUP BY tag
ORDER BY n_runs DESC, tag
