"""The draw of the training orbits as a random factor beside the seed, as soon as it varies."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.response import DRAW, Response

FEWEST_DRAWS = 2


@dataclass(frozen=True)
class Draws:
    """How far runs of one setting differ by their draw of training orbits and by their seed, unit of y.

    `sd_draw`, `sd_seed`: standard deviations, of the draw beyond what its seeds explain; `n`: the draws of a typical
    setting.
    """

    sd_draw: float
    sd_seed: float
    n: int


def draws_of(found: Response) -> Draws:
    """Measure what the draw of the training orbits does.

    Raises:
        CannotSay: it is not on record, or does not vary within settings.
    """
    runs = found.runs
    if DRAW not in runs or DRAW in found.parameters or runs[DRAW].isna().any():
        raise CannotSay(
            "All runs of a setting have the same training orbits, so every interval holds for these training orbits "
            "only; train with several draws of them to say more."
        )
    n_draws = runs.groupby("setting", sort=False)[DRAW].nunique()
    if n_draws.min() < FEWEST_DRAWS:
        raise CannotSay(
            f"{int((n_draws < FEWEST_DRAWS).sum())} of {len(n_draws)} settings have one draw of training orbits only, "
            "so every interval holds for these training orbits; train each setting with several draws to say more."
        )
    cell = runs.groupby(["setting", DRAW], sort=False)["y"]
    size, mean, variance = cell.size(), cell.mean(), cell.var(ddof=1)
    df = size - 1
    within = float((variance.fillna(0.0) * df).sum() / df.sum()) if df.sum() else float("nan")
    of_means = float(mean.groupby(level=0, sort=False).var(ddof=1).mean())
    beyond = of_means - (within / float(size.mean()) if np.isfinite(within) else 0.0)
    return Draws(float(np.sqrt(max(beyond, 0.0))), float(np.sqrt(within)), int(n_draws.median()))


def by_draw(found: Response) -> Response:
    """The response with one row per setting and draw: the mean over its seeds, the draw in the place of the seed."""
    columns = ["setting", DRAW]
    grouped = found.runs.groupby(columns, sort=False)
    first = grouped.head(1).set_index(columns)
    runs = first.assign(y=grouped["y"].mean(), value=grouped["value"].mean()).reset_index()
    runs["seed"] = pd.array(runs[DRAW].tolist(), dtype="Int64")
    runs = runs.drop(columns=[name for name in (DRAW, *found.seeds) if name != "seed" and name in runs])
    return replace(found, runs=runs)
