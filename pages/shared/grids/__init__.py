"""Residual grids of stored models: which models, which errors, the maps, one cell's orbit."""
