"""What every page shares: controls, charts, data and words."""
