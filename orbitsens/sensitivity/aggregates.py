"""Settings over many test sets at once: robust means, profiles and the probability of improvement.

The definitions are those of Agarwal et al. (NeurIPS 2021, rliable), for errors, of which the smaller is the better.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from orbitsens.sensitivity.array import Array
from orbitsens.sensitivity.cannot import CannotSay
from orbitsens.sensitivity.intervals import LEVEL

BOOTSTRAPS = 2000
TRIMMED = 0.25
FEWEST_SEEDS = 3
FEWEST_TASKS = 2
PROFILE_POINTS = 50


@dataclass(frozen=True)
class Aggregates:
    """Settings over several tasks (test sets or metrics), the best first.

    `table`: setting, n_tasks, n (runs of each task), iqm (interquartile mean of the error relative to the task's
    geometric mean over settings), low, high (stratified bootstrap), improvement (probability that a run of it is
    better than one of the next setting, averaged over tasks), improvement_low, improvement_high. `profile`: setting,
    factor, share (of runs whose relative error is at most the factor), low, high.
    """

    table: pd.DataFrame
    profile: pd.DataFrame
    method: str


def interquartile_mean(values: Array, axis: int = -1) -> Array:
    """Mean of the middle half of the values: a quarter is cut off at each end (a whole number of values)."""
    return np.asarray(stats.trim_mean(values, TRIMMED, axis=axis))


def improvement(a: Array, b: Array) -> float:
    """Probability that a value of `a` is below one of `b`, ties counting half, averaged over tasks: [tasks, runs]."""
    below = (a[:, :, None] < b[:, None, :]).mean(axis=(1, 2))
    equal = (a[:, :, None] == b[:, None, :]).mean(axis=(1, 2))
    return float((below + equal / 2.0).mean())


def aggregate(errors: pd.DataFrame, level: float = LEVEL) -> Aggregates:
    """Compare settings over tasks.

    `errors` has a row per run and task: `setting`, `task`, `value` (positive and finite).

    Raises:
        CannotSay: fewer than two tasks or settings, values that have no logarithm, or a setting with fewer than three
            runs of some task.
    """
    scores = _scores(errors)
    names = sorted(scores, key=lambda name: float(interquartile_mean(scores[name].ravel())))
    rng = np.random.default_rng(1)
    drawn = {name: _resampled(scores[name], rng) for name in names}
    tails = (0.5 - level / 2, 0.5 + level / 2)
    rows, profiles = [], []
    for i, name in enumerate(names):
        own = scores[name]
        low, high = np.quantile(interquartile_mean(drawn[name].reshape(BOOTSTRAPS, -1)), tails)
        better = (float("nan"), float("nan"), float("nan"))
        if i + 1 < len(names):
            other = names[i + 1]
            pairs = [improvement(a, b) for a, b in zip(drawn[name][:400], drawn[other][:400], strict=True)]
            ends = np.quantile(pairs, tails)
            better = (improvement(own, scores[other]), float(ends[0]), float(ends[1]))
        middle = float(interquartile_mean(own.ravel()))
        rows.append((name, *own.shape, 10.0**middle, 10.0**low, 10.0**high, *better))
        profiles.append(_profile(name, own, drawn[name], tails))
    columns = ["setting", "n_tasks", "n", "iqm", "low", "high", "improvement", "improvement_low", "improvement_high"]
    return Aggregates(
        table=pd.DataFrame(rows, columns=columns),
        profile=pd.concat(profiles, ignore_index=True),
        method=(
            "interquartile mean of the error relative to each task's geometric mean over settings, performance profile "
            f"and probability of improvement (Agarwal et al. 2021); {100 * level:g} % intervals from {BOOTSTRAPS} "
            "bootstraps of the runs, stratified by task"
        ),
    )


def _scores(errors: pd.DataFrame) -> dict[str, Array]:
    """Each setting's log10 error relative to its task, [tasks, runs]; runs beyond the smallest number are left out."""
    value = errors["value"].to_numpy(dtype=float)
    if not (np.isfinite(value) & (value > 0.0)).all():
        raise CannotSay("Aggregates over test sets are of ratios, and some errors are not positive numbers.")
    table = errors.assign(y=np.log10(value))
    tasks, settings = table["task"].nunique(), table["setting"].nunique()
    if tasks < FEWEST_TASKS or settings < FEWEST_TASKS:
        raise CannotSay(f"There are {tasks} test sets and {settings} settings; aggregates need two of each.")
    counts = table.groupby(["setting", "task"], sort=False)["y"].size().unstack(fill_value=0)
    n = int(counts.to_numpy().min())
    if n < FEWEST_SEEDS:
        raise CannotSay(
            f"Some setting has {n} runs on some test set, and aggregates need {FEWEST_SEEDS} of each on all of them."
        )
    of_task = table.groupby(["task", "setting"])["y"].mean().groupby(level=0).mean()
    table["y"] -= table["task"].map(of_task)
    parts = {key: part.to_numpy()[:n] for key, part in table.groupby(["setting", "task"], sort=False)["y"]}
    order = list(dict.fromkeys(table["task"]))
    return {str(name): np.array([parts[(name, task)] for task in order]) for name in counts.index}


def _resampled(scores: Array, rng: np.random.Generator) -> Array:
    """Runs redrawn within each task, [bootstraps, tasks, runs]."""
    tasks, n = scores.shape
    chosen = rng.integers(n, size=(BOOTSTRAPS, tasks, n))
    return np.asarray(np.take_along_axis(np.broadcast_to(scores, (BOOTSTRAPS, tasks, n)), chosen, axis=2))


def _profile(name: str, own: Array, drawn: Array, tails: Sequence[float]) -> pd.DataFrame:
    at = np.linspace(float(own.min()), float(own.max()), PROFILE_POINTS)

    def share(values: Array) -> Array:
        return np.asarray([(values <= point).mean(axis=(-1, -2)) for point in at])

    low, high = np.quantile(share(drawn[:400]), tails, axis=1)
    return pd.DataFrame({"setting": name, "factor": 10.0**at, "share": share(own), "low": low, "high": high})


def step_down(differences: Array) -> Array:
    """P values of several paired comparisons at once, corrected for all (Romano and Wolf 2005), [m].

    `differences` [n, m]: of each of n seeds in each of m metrics. All metrics' signs are flipped together, for all
    2**n flips up to n = 12 and 4096 drawn ones beyond, so that metrics that move together cost little; the largest
    statistic is compared step by step.

    Raises:
        CannotSay: fewer than 5 seeds, whose flips could not reach 5 % (n = 5 reaches 6.25 %), so at least 6.
    """
    n, m = differences.shape
    if n < FEWEST_FLIPPED:
        raise CannotSay(
            f"{n} shared seeds cannot show a difference in several metrics at once; it takes {FEWEST_FLIPPED}."
        )
    signs = _signs(n)
    seen = _t(differences[None])[0]
    null = np.array([_t((sign[:, None] * differences)[None])[0] for sign in signs])
    order = np.argsort(-seen, kind="stable")
    p, worst = np.ones(m), 0.0
    for step, place in enumerate(order):
        largest = null[:, order[step:]].max(axis=1)
        worst = max(worst, float((largest >= seen[place] - 1e-9).mean()))
        p[place] = worst
    return p


FEWEST_FLIPPED, MOST_EXACT = 6, 12


def _signs(n: int) -> Array:
    if n <= MOST_EXACT:
        return np.array([[1.0 if flips >> i & 1 else -1.0 for i in range(n)] for flips in range(2**n)])
    drawn = np.random.default_rng(1).choice([-1.0, 1.0], size=(4095, n))
    return np.vstack([np.ones((1, n)), drawn])


def _t(values: Array) -> Array:
    """Absolute t statistics over the second-last axis."""
    n = values.shape[-2]
    sd = values.std(axis=-2, ddof=1)
    return np.asarray(np.abs(values.mean(axis=-2)) * np.sqrt(n) / np.maximum(sd, 1e-300))
