"""Divergence as an outcome of its own: how often, in which settings, and whether a parameter decides it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from orbitsens.sensitivity.array import Array, rows_of
from orbitsens.sensitivity.family import holm
from orbitsens.sensitivity.intervals import LEVEL
from orbitsens.sensitivity.response import ended
from orbitsens.sensitivity.settings import value_texts

ALL = "all settings"
FEWEST_DIVERGED = 3
PERMUTATIONS, MOST_PLACES = 1999, 4_000_000
MOST_VALUES = 8


def divergence(table: pd.DataFrame, varying: Sequence[str], level: float = LEVEL) -> pd.DataFrame:
    """Count the runs that diverged: a row per setting and a last one, "all settings".

    Columns: setting, n (runs that ended by themselves: finished or diverged), diverged, rate, low, high (Wilson score
    interval of the rate; that of all settings is of the effective number of runs, because runs of one setting diverge
    together: Korn and Graubard 1998). The tables are those that `response` takes.
    """
    kept = ended(table, varying)
    counts = kept.groupby("setting", sort=False)["diverged"].agg(["size", "sum"])
    found = counts.set_axis(["n", "diverged"], axis=1).astype(int)
    n, gone = found["n"].to_numpy(dtype=float), found["diverged"].to_numpy(dtype=float)
    found.loc[ALL] = [int(n.sum()), int(gone.sum())]
    found["rate"] = found["diverged"] / found["n"]
    effective = np.append(n, _effective(n, gone))
    found["low"], found["high"] = np.nan, np.nan
    some = (found["n"] > 0).to_numpy()
    if some.any():
        rate = found["rate"].to_numpy()[some]
        low, high = proportion_confint(rate * effective[some], effective[some], 1.0 - level, method="wilson")
        # Rounding would leave 3e-15 where none diverged.
        found.loc[some, "low"] = np.where(rate == 0.0, 0.0, low)
        found.loc[some, "high"] = np.where(rate == 1.0, 1.0, high)
    return found.rename_axis("setting").reset_index()


def _effective(n: Array, gone: Array) -> float:
    """How many independent runs tell as much of the overall rate as these settings do; at most their number."""
    k, total = len(n), float(n.sum())
    rate = float(gone.sum()) / total if total else 0.0
    if k < 2 or rate in (0.0, 1.0):
        return total
    variance = k / (k - 1) * float(((gone - n * rate) ** 2).sum()) / total**2
    # The variance is itself of k - 1 degrees of freedom.
    wider = (float(stats.norm.ppf(0.975)) / float(stats.t.ppf(0.975, k - 1))) ** 2
    return min(total, max(rate * (1.0 - rate) / variance * wider, 1.0)) if variance > 0.0 else total


def diverged_by(table: pd.DataFrame, varying: Sequence[str], parameters: Sequence[str]) -> pd.DataFrame:
    """Count the runs that ended and diverged by the values of each parameter: parameter, value, n, diverged."""
    kept = ended(table, varying)
    parts = [
        kept.assign(value=value_texts(kept[name]))
        .groupby("value", sort=False)["diverged"]
        .agg(n="size", diverged="sum")
        .reset_index()
        .assign(parameter=name)
        for name in parameters
    ]
    empty = pd.DataFrame({"parameter": [], "value": [], "n": [], "diverged": []})
    return pd.concat(parts or [empty], ignore_index=True)[["parameter", "value", "n", "diverged"]]


def as_lost(counts: pd.DataFrame) -> dict[str, dict[str, tuple[int, int]]]:
    """What `effects` takes: for each parameter and value how many runs ended, and how many of these diverged."""
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for name, value, n, gone in counts.itertuples(index=False):
        found.setdefault(name, {})[value] = (int(n), int(gone))
    return found


def lost_settings(counts: pd.DataFrame) -> Mapping[str, tuple[int, int]]:
    """What `best` takes, from the table of `divergence`."""
    rows = counts[(counts["setting"] != ALL) & (counts["diverged"] > 0)]
    return {row.setting: (int(row.n), int(row.diverged)) for row in rows_of(rows)}


def divergence_tests(table: pd.DataFrame, varying: Sequence[str], parameters: Sequence[str]) -> pd.DataFrame:
    """Test whether divergence depends on each parameter.

    Columns: parameter, most_at (the value at which most diverged), p, p_holm. Permutes whole settings, so that runs of
    one setting stay together, and compares Pearson's chi-square; made where at least 3 runs diverged, for parameters
    of 2 to 8 values, else the table is empty.
    """
    kept = ended(table, varying)
    columns = ["parameter", "most_at", "p", "p_holm"]
    if int(kept["diverged"].sum()) < FEWEST_DIVERGED or kept["setting"].nunique() < 2:
        return pd.DataFrame({name: [] for name in columns})
    first = kept.drop_duplicates("setting")
    counts = kept.groupby("setting", sort=False)["diverged"].agg(["size", "sum"]).to_numpy(dtype=float)
    rng = np.random.default_rng(1)
    times = min(PERMUTATIONS, max(199, MOST_PLACES // len(counts)))
    orders = np.array([rng.permutation(len(counts)) for _ in range(times)])
    rows = []
    for name in parameters:
        place, values = pd.factorize(np.array(value_texts(first[name]), dtype=object))
        if not 2 <= len(values) <= MOST_VALUES:
            continue
        member = np.eye(len(values))[place]
        seen = float(_chi_square(counts[None], member)[0])
        null = _chi_square(counts[orders], member)
        rate = (member.T @ counts[:, 1]) / (member.T @ counts[:, 0])
        rows.append((name, str(values[int(rate.argmax())]), (1.0 + float((null >= seen - 1e-9).sum())) / (times + 1)))
    found = pd.DataFrame(rows, columns=columns[:3])
    return found.assign(p_holm=holm(found["p"].to_numpy(dtype=float)))


def _chi_square(counts: Array, member: Array) -> Array:
    """Pearson's statistic of [m, k, 2] counts of runs and diverged ones, settings in groups `member` [k, g]; [m]."""
    of_group = np.einsum("mkc,kg->mgc", counts, member)
    n, gone = of_group[..., 0], of_group[..., 1]
    rate = gone.sum(axis=1, keepdims=True) / n.sum(axis=1, keepdims=True)
    return np.asarray(((gone - n * rate) ** 2 / np.maximum(n * rate * (1.0 - rate), 1e-12)).sum(axis=1))
