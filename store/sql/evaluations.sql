SELECT *
FROM evaluations
WHERE model_sha256 IN (SELECT unnest($models))
ORDER BY model_sha256, dataset, split, metric
