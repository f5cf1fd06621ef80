"""What works in the background: evaluations and syncs."""
