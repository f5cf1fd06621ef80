"""Networks that are linear maps: without an activation, or without a hidden layer, an MLP cannot bend anything.

Such a setting can be the best where features and output make the law linear. That says something of them, and nothing
of what a network learns, so whatever names it as the best says so.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pandas as pd

from orbitsens.sensitivity.settings import value_text

if TYPE_CHECKING:
    from orbitsens.sensitivity.analysis import Analysis
    from orbitsens.sensitivity.wording import Metric

IDENTITY = "identity"
_SIZE = ("width", "depth")


def linear_sentence(runs: pd.DataFrame, errors: "pd.Series[float]", metric: "Metric") -> str:
    """Say that the best setting is a linear map, and how good the best one is that is not; "" where it is none.

    `runs` has columns setting (label), activation and depth, a row per run. `errors` has each setting's error by its
    label, in the metric's unit; the smallest is the best.
    """
    known = runs[runs["setting"].isin(errors.index)]
    linear = {str(name) for name, of_one in known.groupby("setting", sort=False) if _is_linear(of_one)}
    ordered = errors.dropna().sort_values(kind="stable")
    if ordered.empty or ordered.index[0] not in linear:
        return ""
    best = known[known["setting"] == ordered.index[0]]
    lacks = "activation (identity)" if best["activation"].eq(IDENTITY).all() else "hidden layer (depth 0)"
    map_words = f"its MLP is a linear map of the features, {_number(ordered.iloc[0], metric)}"
    first = f"The best setting has no {lacks}: {map_words}"
    others = ordered[~ordered.index.isin(linear)]
    if others.empty:
        return f"{first}; no setting here is anything else than linear."
    who = _words(known[known["setting"] == others.index[0]])
    return f"{first}. The best setting that learns a nonlinear map comes to {_number(others.iloc[0], metric)} ({who})."


def linear_remark(answer: "Analysis", parameters: pd.DataFrame, metric: "Metric") -> str:
    """Return `linear_sentence` of an analysis; `parameters` has run_key, activation, width and depth of its runs."""
    if isinstance(answer.response, str) or isinstance(answer.means, str):
        return ""
    runs = answer.response.runs[["run_key", "setting"]].merge(parameters, on="run_key", suffixes=("", "_"))
    return linear_sentence(runs, answer.means.set_index("setting")["error"], metric)


def _is_linear(runs: pd.DataFrame) -> bool:
    no_activation = runs["activation"].astype(object).eq(IDENTITY)
    no_layer = pd.to_numeric(runs["depth"]).eq(0).fillna(value=False).astype(bool)
    return bool((no_activation | no_layer).all())


def _words(runs: pd.DataFrame) -> str:
    """What a setting's network is: "silu, width 128, depth 2"; what differs within it, or is not known, is left out."""
    parts = [*_common(runs, "activation", ""), *(part for name in _SIZE for part in _common(runs, name, f"{name} "))]
    return ", ".join(parts) or "unknown network"


def _common(runs: pd.DataFrame, name: str, before: str) -> Iterable[str]:
    values = runs[name].dropna().unique().tolist() if name in runs and runs[name].notna().all() else []
    return [f"{before}{value_text(values[0])}"] if len(values) == 1 else []


def _number(value: float, metric: "Metric") -> str:
    return f"{value:.3g} {metric.unit}".rstrip()
