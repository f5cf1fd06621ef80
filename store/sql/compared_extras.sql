SELECT run_key, key, value::VARCHAR AS value
FROM extra_parameters
WHERE run_key IN (SELECT unnest($run_keys))
ORDER BY run_key, key
