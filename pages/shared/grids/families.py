"""The families of test orbits that the team publishes, and what the settings of some models came to on them."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from pages.shared.text import listed, number

ORDER = ("single", "simple", "complex")
FAMILIES: Mapping[str, str] = {f"{family}_TBP_planar_100_test": family for family in ORDER}  # by dataset


def family_table(errors: pd.DataFrame, settings: pd.DataFrame) -> pd.DataFrame:
    """Return a row per setting: its median over the seeds on each family, and the range, all of the same runs.

    `errors` has rows of `store.queries.test_errors`; `settings` has group, setting_hash, run_key and `setting`, the
    words for it. Runs without a hash are settings of their own. Counted are the runs that were measured on each of
    as many families as any run was; a value that is not finite counts as larger than all others.
    """
    mine = errors[errors["dataset"].isin(list(FAMILIES))]
    mine = mine.assign(family=mine["dataset"].map(FAMILIES), key=_setting_keys(mine))
    table = []
    for words, keys in settings.assign(key=_setting_keys(settings)).groupby("setting", sort=False)["key"]:
        of_one = mine[mine["key"].isin(list(keys))]
        if len(of_one):
            table.append({"setting": words, **_row(of_one)})
    return pd.DataFrame(table)


def lacking_sentence(labels: Mapping[str, str], measured: set[tuple[str, str]]) -> tuple[list[str], list[str], str]:
    """Say which models lack which of the families' datasets: their run keys, the datasets, and the sentence.

    `labels` are names of models by run key; `measured` holds pairs of run key and dataset.
    """
    lacks = {name: [key for key in labels if (key, name) not in measured] for name in FAMILIES}
    lacks = {name: keys for name, keys in lacks.items() if keys}
    parts = []
    for keys in dict.fromkeys(map(tuple, lacks.values())):
        names = [name for name, others in lacks.items() if tuple(others) == keys]
        parts.append(f"{listed([labels[key] for key in keys])} on {listed(names)}")
    run_keys = list(dict.fromkeys(key for keys in lacks.values() for key in keys))
    return run_keys, list(lacks), f"Not measured yet: {'; '.join(parts)}." if parts else ""


def _setting_keys(rows: pd.DataFrame) -> "pd.Series[str]":
    """What tells settings of groups apart: a group's name and a hash, or the run where it has no hash."""
    group = rows["group"].astype(object).fillna("").astype(str)
    return group + "\n" + rows["setting_hash"].astype(object).fillna(rows["run_key"]).astype(str)


def _row(errors: pd.DataFrame) -> dict[str, str]:
    """The numbers of one setting."""
    wide = errors.assign(value=errors["value"].astype("float64").fillna(np.inf))
    wide = wide.pivot_table(index="run_key", columns="family", values="value", aggfunc="first")
    families = _shared_families(wide)
    runs = wide.dropna(subset=families)
    names = sorted(errors["trained_on"].dropna().unique())
    n = f"{len(runs)} of {len(wide)}" if len(runs) < len(wide) else f"{len(runs)}"
    told = {"trained on": listed(names), "runs": n}
    for family in ORDER:
        told[f"on {family} (%)"] = _spread(runs[family]) if family in families else "not measured"
    return told


def _shared_families(wide: pd.DataFrame) -> list[str]:
    """As many families as were measured for one and the same run; of equally many, those of the most runs."""
    measured = wide.notna()
    sets = [list(some) for n in range(wide.shape[1], 0, -1) for some in combinations(wide.columns, n)]
    shared = [some for some in sets if measured[some].all(axis=1).any()]
    return max(shared, key=lambda some: (len(some), int(measured[some].all(axis=1).sum())))


def _spread(values: "pd.Series[float]") -> str:
    """The median and the range; of one run its value."""
    ordered = np.sort(values.to_numpy())
    if len(ordered) == 1:
        return number(float(ordered[0]))
    median = float(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1].mean())  # of infinite values too
    return f"{number(median)} ({number(float(ordered[0]))} to {number(float(ordered[-1]))})"
