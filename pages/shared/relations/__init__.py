"""Any two things of runs, or all parameters at once: scatter and parallel coordinates."""
