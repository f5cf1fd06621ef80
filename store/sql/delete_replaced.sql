DELETE FROM runs WHERE run_key IN (SELECT run_key FROM replaced);
DELETE FROM parameters WHERE run_key IN (SELECT run_key FROM replaced);
DELETE FROM extra_parameters WHERE run_key IN (SELECT run_key FROM replaced);
DELETE FROM metrics WHERE run_key IN (SELECT run_key FROM replaced);
DELETE FROM history_stats WHERE run_key IN (SELECT run_key FROM replaced);
