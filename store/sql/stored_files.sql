SELECT curve_file, model_file FROM runs
UNION ALL
SELECT grid_file, NULL FROM grids
