"""What matters: the analysis of the matching runs and its pictures."""
