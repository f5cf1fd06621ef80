-- One metric orbit by orbit, of every run that is meant and was measured so.
SELECT
    m.run_key,
    unnest(range(len(m.per_orbit))) AS orbit, -- counted from 0
    unnest(m.per_orbit) AS value
FROM matched
JOIN measured m USING (run_key)
WHERE m.metric = $metric
    AND m.dataset IS NOT DISTINCT FROM $dataset
    AND m.split = $split
