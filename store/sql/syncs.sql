-- The syncs that published something, the newest first.
SELECT version, source, finished_at, n_new, n_changed, n_unchanged, n_failed
FROM syncs
ORDER BY version DESC
