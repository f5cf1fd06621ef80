SELECT run_key, run_id FROM runs WHERE run_id IN (SELECT unnest($names)) OR run_key IN (SELECT unnest($names)) ORDER BY run_key
