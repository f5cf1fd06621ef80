SELECT grid_key, grid_file FROM grids ORDER BY grid_key
