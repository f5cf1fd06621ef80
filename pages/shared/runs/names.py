"""What links call runs."""

import pandas as pd


def run_ids(runs: pd.DataFrame) -> dict[str, str]:
    """Name each run key for links: the run id, or the key itself where two projects share an id."""
    shared = runs["run_id"].duplicated(keep=False)
    return dict(zip(runs["run_key"], runs["run_id"].mask(shared, runs["run_key"]), strict=True))
