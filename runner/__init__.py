"""The command line: plan, sweep, sync and export; W&B in and out."""
