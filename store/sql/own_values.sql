SELECT e.run_key, e.key, e.value::VARCHAR AS value
FROM matched
JOIN extra_parameters e USING (run_key)
WHERE e.key IN (SELECT unnest($keys))
