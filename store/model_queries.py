"""What is asked of the models of some runs: which there are, and what they were measured at on test orbits."""

from collections.abc import Collection

import duckdb
import pandas as pd

from store.filters import RunFilter
from store.matching import matched_frame


def models(
    con: duckdb.DuckDBPyConnection, which: RunFilter, most: int, named: Collection[str], checksums: Collection[str]
) -> tuple[pd.DataFrame, int]:
    """List the runs that have a model file, the newest first, and say how many there are.

    Listed are the newest `most`, and however old those `named` (by run id or key) and those of `checksums` (SHA-256).
    Columns: run_key, run_id, group, name, state, created_at, setting_hash, model_file, model_sha256, model_problem,
    and every typed column of the table `parameters`.
    """
    wanted = {"most": most, "named": list(named), "checksums": list(checksums)}
    found = matched_frame(con, which, "matching_models", wanted)
    n_models = int(found["n_models"].iloc[0]) if len(found) else 0
    return found.drop(columns="n_models"), n_models


def model_checksums(con: duckdb.DuckDBPyConnection, which: RunFilter) -> pd.DataFrame:
    """List all runs that have a model file.

    Columns: run_key, run_id, group, setting_hash, trained_on (dataset), model_sha256.
    """
    return matched_frame(con, which, "model_checksums")


def test_errors(con: duckdb.DuckDBPyConnection, which: RunFilter, metric: str) -> pd.DataFrame:
    """List what models were measured at on test datasets.

    Columns: run_key, run_id, group, setting_hash, trained_on (dataset), dataset, value, n_orbits, n_failed.
    """
    return matched_frame(con, which, "test_errors", {"metric": metric})
