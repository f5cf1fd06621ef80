-- Rows that do not fit together: what is wrong, and how many there are.
SELECT 'runs stored more than once' AS what, count(*) AS n FROM (SELECT run_key FROM runs GROUP BY run_key HAVING count(*) > 1)
UNION ALL
SELECT 'runs without parameters', count(*) FROM runs ANTI JOIN parameters USING (run_key)
UNION ALL
SELECT 'parameters without a run', count(*) FROM parameters ANTI JOIN runs USING (run_key)
UNION ALL
SELECT 'extra parameters without a run', count(*) FROM extra_parameters ANTI JOIN runs USING (run_key)
UNION ALL
SELECT 'metrics without a run', count(*) FROM metrics ANTI JOIN runs USING (run_key)
UNION ALL
SELECT 'history statistics without a run', count(*) FROM history_stats ANTI JOIN runs USING (run_key)
