"""Runs, one or several: their table, their curves, what they differ in, what the team says of them."""
