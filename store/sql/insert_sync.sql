INSERT INTO syncs VALUES ($version, $source, $finished_at, $n_new, $n_changed, $n_unchanged, $n_failed)
