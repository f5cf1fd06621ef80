"""The run store: a versioned DuckDB catalogue, Parquet curves and model files. One way in, one way out."""
