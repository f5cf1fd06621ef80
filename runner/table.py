"""The table that a sweep ends with: acceleration error per setting, on each dataset it was measured on."""

from collections.abc import Collection
from pathlib import Path

import pandas as pd
from rich.table import Table

from orbitsens.sensitivity.settings import UNSET, value_text
from store import queries
from store.connect import read_catalogue
from store.filters import of_group

HEADLINE = "acceleration_error"


def summary_table(store: Path, group: str, run_ids: Collection[str]) -> Table:
    """One row per setting and dataset: runs, median, smallest and largest mean acceleration error in percent.

    Runs that diverged have a column of their own: what was kept of them is from before, and not in the numbers.
    """
    with read_catalogue(store) as con:
        choices = queries.metric_choices(con, of_group(group)).query("metric == @HEADLINE")
        varying = queries.varying_parameters(con, of_group(group))
        measured = {
            (dataset, split): queries.run_metric(con, of_group(group), HEADLINE, dataset, split)
            for dataset, split in zip(choices["dataset"], choices["split"], strict=True)
        }
    table = Table(title=f"{group}: mean acceleration error, % (of {len(run_ids)} runs trained now)")
    trained = [rows[rows["run_id"].isin(run_ids)] for rows in measured.values()]
    any_diverged = any((rows["state"] == "diverged").any() for rows in trained)
    for name in ("setting", "dataset", "split"):
        table.add_column(name, overflow="fold")
    for name in ("runs", *(["diverged"] if any_diverged else []), "median", "min", "max"):
        table.add_column(name, justify="right")
    for (dataset, split), rows in measured.items():
        now = rows[rows["run_id"].isin(run_ids)]
        # Training sets may differ between the runs of a group; each run is measured on its own.
        now = now[now["aggregation"].notna()]
        for _, setting in now.groupby("setting_hash", sort=False):
            values = setting.loc[setting["state"] != "diverged", "value"]
            counts = [str(len(values)), str(len(setting) - len(values))][: 2 if any_diverged else 1]
            numbers = [f"{x:.2f}" if len(values) else "" for x in (values.median(), values.min(), values.max())]
            table.add_row(
                _label(setting, varying), dataset if isinstance(dataset, str) else UNSET, split, *counts, *numbers
            )
    return table


def n_diverged(store: Path, group: str, run_ids: Collection[str]) -> int:
    """How many of these runs diverged."""
    with read_catalogue(store) as con:
        runs = queries.run_metric(con, of_group(group), HEADLINE, None, "train")
    return int((runs["run_id"].isin(run_ids) & (runs["state"] == "diverged")).sum())


def _label(setting: pd.DataFrame, varying: Collection[str]) -> str:
    first = setting.iloc[0]
    return ", ".join(f"{key} {value_text(first[key])}" for key in varying) or "all"
