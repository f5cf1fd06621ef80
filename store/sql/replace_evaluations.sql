DELETE FROM evaluations e
USING incoming i
WHERE e.model_sha256 = i.model_sha256 AND e.metric = i.metric AND e.dataset = i.dataset AND e.split = i.split
    AND e.numerics IS NOT DISTINCT FROM i.numerics
