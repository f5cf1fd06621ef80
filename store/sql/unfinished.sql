-- Runs that are not simply finished, those of a group that say the same as one row; the newest first.
SELECT
    r."group",
    r.state,
    r.reason,
    count(*) AS n_runs,
    min(r.run_id) AS run_id,
    max(r.created_at) AS last_created
FROM runs r
WHERE r.state <> 'finished'
GROUP BY r."group", r.state, r.reason
ORDER BY last_created DESC NULLS LAST, r."group", r.state, r.reason
