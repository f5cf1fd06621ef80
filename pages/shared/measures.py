"""Which metric, on which orbits, pages begin with: one rule for all of them."""

from collections.abc import Hashable
from typing import Any

import pandas as pd

from pages.shared.text import METRICS
from store.filters import Measured

HEADLINE = "acceleration_error"
SPLITS = ("test", "val", "train")


def ranked(choices: pd.DataFrame) -> list[Measured]:
    """Where runs were measured, in the order in which every page offers it.

    First the headline metric, the other known ones and the rest; of each metric test data first, then where most runs
    were measured. What less than half as many runs have as the fullest comes after all that: one run that was measured
    somewhere else decides nothing.
    """
    most = choices["n_runs"].max()
    known = list(METRICS)

    def rank(row: dict[Hashable, Any]) -> tuple[object, ...]:
        name, split = row["metric"], row["split"]
        place = known.index(name) if name in known else len(known)
        of_split = SPLITS.index(split) if split in SPLITS else len(SPLITS)
        return 2 * row["n_runs"] < most, place, name if place == len(known) else "", of_split, -row["n_runs"]

    rows = sorted(choices.to_dict("records"), key=rank)
    datasets = [row["dataset"] if isinstance(row["dataset"], str) else None for row in rows]
    return [Measured(row["metric"], dataset, row["split"]) for row, dataset in zip(rows, datasets, strict=True)]


def headline(choices: pd.DataFrame) -> Measured | None:
    """The headline metric where pages begin with it; None where no run was measured at it."""
    return next((measured for measured in ranked(choices) if measured.metric == HEADLINE), None)
