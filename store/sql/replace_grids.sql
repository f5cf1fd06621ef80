DELETE FROM grids g USING incoming i WHERE g.grid_key = i.grid_key
