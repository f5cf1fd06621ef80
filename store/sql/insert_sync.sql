INSERT INTO syncs VALUES ($version, $source, $finished_at::TIMESTAMPTZ, $n_new, $n_changed, $n_unchanged, $n_failed)
