SELECT nullif(e.value::VARCHAR, 'null') AS value, count(*) AS n_runs
FROM matched
LEFT JOIN extra_parameters e ON e.run_key = matched.run_key AND e.key = $name
GROUP BY ALL
ORDER BY value NULLS LAST
