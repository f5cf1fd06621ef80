"""Statistics on tables of runs: what the seed alone does, and what stands out of it. Knows no JAX."""
