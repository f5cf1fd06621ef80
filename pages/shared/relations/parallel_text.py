"""What parallel coordinates say before the picture: what the best settings have in common."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from orbitsens.sensitivity.over_settings import commonest, setting_means
from orbitsens.sensitivity.settings import value_texts
from pages.shared.text import count, number, plain

FEWEST = 20  # settings of which a tenth is told


def answer(runs: pd.DataFrame, parameters: Sequence[str], unit: str, setting: "pd.Series[int]") -> str:
    """Say which value is most surprisingly common among the best tenth of the settings, and among all.

    `runs` has a column `value` and the `parameters`; `setting` numbers the setting of each run. A setting's value is
    the mean over its runs with a finite one, the geometric mean where all are positive.
    """
    means = setting_means(runs[["value"]], setting)["value"]
    n_runs = int(np.isfinite(runs["value"].astype("float64")).sum())
    whose = f"{count(len(means), 'setting')} ({count(n_runs, 'run')} with a finite value)"
    if len(means) < FEWEST:
        return f"{whose}, too few to say what the best have in common"
    best = means.rank(method="first").to_numpy() <= round(len(means) / 10)
    groups = runs.groupby(setting.to_numpy())
    same = [name for name in parameters if groups[name].nunique(dropna=False).max() == 1]
    first = runs.groupby(setting.to_numpy())[same].head(1).set_index(setting[~setting.duplicated()].to_numpy())
    texts = {name: value_texts(first.loc[means.index, name]) for name in same}
    found = commonest(best, texts)
    n_best = int(best.sum())
    of_best = f"the best {n_best} of {whose}, up to {number(float(means[best].max()), unit)}"
    if found is None:
        return f"Among {of_best}, no value is clearly more common than among all"
    what = f"{plain(found.parameter.removeprefix('extra:'))} **{plain(found.value)}**"
    return f"**{found.n}** of {of_best}, have {what}; of all settings {100.0 * found.n_all / len(means):.0f} % do"
