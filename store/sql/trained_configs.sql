-- What of a group is trained already, or is being trained on this machine.
SELECT DISTINCT config_hash, state, numerics
FROM runs
WHERE entity = $entity AND project = $project AND "group" = $group
    AND (state IN ('finished', 'diverged') OR (state = 'running' AND source = 'local'))
