"""The seeding study of a group of runs: how far the seeds alone spread a metric, and which runs stand out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from orbitsens.sensitivity.density import offsets, outline
from orbitsens.sensitivity.describe import describe_by
from orbitsens.sensitivity.outliers import modified_z, stands_out
from orbitsens.sensitivity.settings import with_settings
from orbitsens.sensitivity.usable import mark_used


@dataclass(frozen=True)
class SeedStudy:
    """Every matched run, and what the used ones say.

    `runs`: the input sorted by setting and seed, with `setting` (label), `used` and `why_not` as of `usable.mark_used`,
    `z` (modified z-score within the setting), `outlier`, and `offset`
    (-1 .. 1 across the violin). `summary`: one row per setting with a used run, as `describe_by`. `outlines`: the
    violins, columns `setting`, `value`, `density`. `log_rule`: the outlier rule was applied to log10 of the values.
    `log`: the violins are those of log10 of the values.
    """

    runs: pd.DataFrame
    summary: pd.DataFrame
    outlines: pd.DataFrame
    log_rule: bool
    log: bool

    @property
    def used(self) -> pd.DataFrame:
        """The runs that the statistics are made of."""
        return self.runs[self.runs["used"]]


def seed_study(runs: pd.DataFrame, varying: Sequence[str], log: bool) -> SeedStudy:
    """Study the column `value` of `runs` (one row per matched run, any state, NULL or NaN where there is no value).

    Runs that are not used are kept with their reason in `why_not`, see `usable.mark_used`. `log` asks for
    violins on a logarithmic axis, which zeros or negative values rule out (then `SeedStudy.log` is False). The
    outlier rule, which holds for all settings given together, works on log10 of the values wherever all are
    positive, whatever `log` says.
    """
    table = mark_used(with_settings(runs, varying))
    used = table[table["used"]]
    positive = bool((used["value"] > 0.0).all())
    z, offset, outlines = np.full(len(table), np.nan), np.zeros(len(table)), []
    outlier = np.zeros(len(table), dtype=bool)
    settings = [part for _, part in used.groupby("setting", sort=False)]
    for part, named in zip(settings, stands_out([part["value"] for part in settings], log=positive), strict=True):
        outlier[part.index] = named
    for setting, part in used.groupby("setting", sort=False):
        shape = outline(part["value"], log=log and positive)
        outlines.append(shape.assign(setting=setting))
        z[part.index] = modified_z(part["value"], log=positive)
        offset[part.index] = offsets(part["value"], shape)
    nothing = pd.DataFrame({"setting": [], "value": [], "density": []})
    return SeedStudy(
        runs=table.assign(z=z, outlier=outlier, offset=offset),
        summary=describe_by(used, "setting", "value"),
        outlines=pd.concat([shape for shape in outlines if len(shape)] or [nothing], ignore_index=True),
        log_rule=positive,
        log=log and positive,
    )
