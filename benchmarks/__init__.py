"""Benchmarks: each measures the product against a named peer in the same call. `make bench` runs them."""
