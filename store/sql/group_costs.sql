-- What the matching runs took: the shares of their programs' times, and from the first run's begin to the last one's end.
SELECT
    count(*) AS n_runs,
    coalesce(sum(r.train_seconds), 0) AS train_seconds,
    coalesce(date_diff('millisecond', min(r.created_at), max(r.finished_at)) / 60000, 0) AS span_minutes,
    coalesce(string_agg(DISTINCT r.config ->> '$.orbitsens.device', ', '), '(unset)') AS devices
FROM matched
JOIN runs r USING (run_key)
