"""A study over several test sets, and two of its settings over several metrics."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from orbitsens.sensitivity.aggregates import Aggregates, aggregate, step_down
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.response import response


def over_tasks(tables: Mapping[str, pd.DataFrame], varying: Sequence[str]) -> Aggregates:
    """Aggregate the settings of a study over test sets; `tables` (as `response` takes) by test set.

    Raises:
        CannotSay: see `aggregates.aggregate`.
    """
    parts = [
        response(table, varying).runs[["setting", "value"]].assign(task=task)
        for task, table in tables.items()
        if table["value"].notna().any()
    ]
    if not parts:
        raise CannotSay("Nothing was measured on any test set.")
    return aggregate(pd.concat(parts, ignore_index=True))


def over_metrics(tables: Mapping[str, pd.DataFrame], varying: Sequence[str], a: str, b: str) -> pd.DataFrame:
    """Compare two settings in several metrics on shared seeds; `tables` (as `response` takes) by metric.

    Columns: metric, n, difference (mean of B less A in that metric's y: log10 where it has one), log, p (Romano and
    Wolf's step-down over the metrics), better (A, B, or "" where p is not below 5 %).

    Raises:
        CannotSay: fewer than two metrics that differ at all, or fewer than six seeds that both settings have in all.
    """
    columns: dict[str, pd.Series[float]] = {}
    logs: dict[str, bool] = {}
    for metric, table in tables.items():
        try:
            found = response(table, varying)
        except CannotSay:
            continue
        runs = found.runs[found.runs["setting"].isin([a, b]) & found.runs["seed"].notna()]
        wide = runs.pivot_table(index="seed", columns="setting", values="y", aggfunc="mean")
        if {a, b} <= set(wide.columns):
            difference = (wide[b] - wide[a]).dropna()
            if difference.std(ddof=1) > 0.0:
                columns[metric], logs[metric] = difference, found.log
    if len(columns) < 2:
        raise CannotSay("Fewer than two metrics differ between the two settings, so there is nothing to correct for.")
    shared = pd.concat(columns, axis=1, join="inner")
    p = step_down(shared.to_numpy(dtype=float))
    mean = shared.mean().to_numpy(dtype=float)
    better = np.where(p >= 0.05, "", np.where(mean > 0.0, "A", "B"))
    return pd.DataFrame(
        {
            "metric": list(columns),
            "n": len(shared),
            "difference": mean,
            "log": list(logs.values()),
            "p": p,
            "better": better,
        }
    )
