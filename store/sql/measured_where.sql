SELECT DISTINCT run_key, metric, dataset, split FROM measured WHERE run_key IN (SELECT unnest($run_keys))
