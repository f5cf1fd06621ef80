-- Whether the runs differ in what other parameters and the data come to. A run that ended early does not say it.
SELECT
    min(p.num_train_orbits) <> max(p.num_train_orbits) AS num_train_orbits,
    min(p.num_total_orbits) <> max(p.num_total_orbits) AS num_total_orbits,
    min(p.num_total_segments) <> max(p.num_total_segments) AS num_total_segments,
    min(p.segment_ratio_final) <> max(p.segment_ratio_final) AS segment_ratio_final
FROM matched
JOIN parameters p USING (run_key)
