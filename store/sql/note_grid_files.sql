UPDATE grids SET grid_file = noted.grid_file FROM noted WHERE grids.grid_key = noted.grid_key
