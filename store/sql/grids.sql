SELECT grid_key, model_sha256, settings::VARCHAR AS settings, code_version, numerics, grid_file, n_feasible, n_failed, seconds, measured_at
FROM grids
ORDER BY measured_at DESC, grid_key
