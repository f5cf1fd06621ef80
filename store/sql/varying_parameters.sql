-- How many values each typed parameter takes in a group, "(unset)" being one; a column per parameter.
SELECT count(DISTINCT coalesce(
    COLUMNS(p.* EXCLUDE (
        run_key, seed, split_seed, init_seed, batch_seed,
        num_train_orbits, num_total_orbits, num_total_segments, segment_ratio_final
    ))::VARCHAR,
    '(unset)'
))
FROM parameters p
JOIN runs r USING (run_key)
WHERE r."group" IS NOT DISTINCT FROM $group
