-- One row per group, the newest first; runs without a group make one of their own (NULL).
SELECT
    r."group",
    count(*) AS n_runs,
    count(*) FILTER (r.state = 'finished') AS finished,
    count(*) FILTER (r.state = 'running') AS running,
    count(*) FILTER (r.state = 'crashed') AS crashed,
    count(*) FILTER (r.state = 'failed') AS failed,
    count(*) FILTER (r.state = 'killed') AS killed,
    count(*) FILTER (r.state = 'diverged') AS diverged,
    min(r.created_at) AS first_created,
    max(r.created_at) AS last_created,
    string_agg(DISTINCT p.dataset_name, ', ' ORDER BY p.dataset_name) AS datasets
FROM matched
JOIN runs r USING (run_key)
JOIN parameters p USING (run_key)
GROUP BY r."group"
ORDER BY last_created DESC NULLS LAST, r."group"
