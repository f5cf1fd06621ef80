"""What models were measured at in another store than their runs', in the rows that a store has of its own runs."""

import pandas as pd

_MEASURED = ("dataset", "value", "n_orbits", "n_failed", "per_orbit")


def later_errors(evaluations: pd.DataFrame, runs: pd.DataFrame, metric: str) -> pd.DataFrame:
    """List the newest evaluation of each run on each test dataset.

    `evaluations` are rows of `store.evaluations.stored_evaluations`, `runs` of `store.queries.model_checksums`: the
    runs that share a model share its evaluations. Columns: those of `store.queries.test_errors`, and per_orbit.
    """
    mine = evaluations[(evaluations["metric"] == metric) & (evaluations["split"] == "test")]
    newest = mine.sort_values("measured_at", kind="stable").drop_duplicates(["model_sha256", "dataset"], keep="last")
    rows = newest.merge(runs, on="model_sha256").sort_values(["run_key", "dataset"], ignore_index=True)
    return rows[[*(name for name in runs if name != "model_sha256"), *_MEASURED]]


def orbit_by_orbit(errors: pd.DataFrame) -> pd.DataFrame:
    """Turn rows of `later_errors` into one row per orbit: run_key, dataset, orbit (from 0), value."""
    rows = errors[errors["per_orbit"].str.len() > 0]
    rows = rows[["run_key", "dataset", "per_orbit"]].explode("per_orbit", ignore_index=True)
    orbit = rows.groupby(["run_key", "dataset"], sort=False).cumcount()
    return rows.assign(orbit=orbit, value=rows["per_orbit"].astype("float64")).drop(columns="per_orbit")
