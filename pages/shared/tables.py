"""Tables as people read them: units and methods in the headers; numbers stay numbers, so that they sort as such."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from orbitsens.sensitivity.intervals import FEWEST_FOR_MEDIAN, LEVEL
from orbitsens.sensitivity.seeding import SeedStudy
from orbitsens.sensitivity.settings import value_text
from pages.shared.data import Measured
from pages.shared.text import axis_title, span


def show_table(table: pd.DataFrame) -> None:
    """Show a table whose numbers have four digits; a missing one is an empty place."""
    numbers = {str(name): st.column_config.NumberColumn(format="%.4g") for name in table.select_dtypes("float")}
    st.dataframe(table, hide_index=True, column_config=numbers, placeholder="")


def finite(values: "pd.Series[float]") -> "pd.Series[float]":
    """The numbers; what is not finite is missing."""
    return pd.to_numeric(values).astype(float).replace([np.inf, -np.inf], np.nan)


def summary_table(study: SeedStudy, unit: str, names: Mapping[str, str]) -> pd.DataFrame:
    """One row per setting: n, mean, median, sd, min, max and the intervals, in the metric's unit.

    `names` of settings by label; where they are shorter, a last column has the labels.
    """
    table = study.summary
    short, whole = _named(table["setting"], names)
    columns: dict[str, list[object]] = {**short, "n": table["n"].tolist()}
    for name, source in {"median": "median", "mean": "mean", "sd": "sd", "min": "min", "max": "max"}.items():
        columns[f"{name} ({unit})" if unit else name] = table[source].tolist()
    columns["quartiles"] = [span(a, b) for a, b in zip(table["q1"], table["q3"], strict=True)]
    for of, low, high, fewest in (
        ("median", "median_low", "median_high", FEWEST_FOR_MEDIAN),
        ("mean", "mean_low", "mean_high", 2),
    ):
        pairs = zip(table[low], table[high], strict=True)
        columns[f"{100 * LEVEL:g} % CI of {of}"] = [
            span(a, b) if pd.notna(a) else f"needs {fewest} runs" for a, b in pairs
        ]
    return pd.DataFrame({**columns, **whole})


def _named(
    settings: "pd.Series[str]", names: Mapping[str, str]
) -> tuple[dict[str, list[object]], dict[str, list[object]]]:
    """A column with the settings' names, and another with their labels where those say more."""
    short: list[object] = [names[setting] for setting in settings]
    whole: list[object] = list(settings)
    return {"setting": short}, {} if short == whole else {"parameters": whole}


def outlier_table(study: SeedStudy, metric_key: str, names: Mapping[str, str]) -> pd.DataFrame:
    """The runs that stand out, the farthest first; `names` as for `summary_table`."""
    found = study.runs[study.runs["outlier"]].sort_values("z", key=abs, ascending=False)
    short, whole = _named(found["setting"], names)
    return pd.DataFrame(
        {
            "seed": [value_text(seed) for seed in found["seed"]],
            axis_title(metric_key): found["value"].tolist(),
            "modified z-score": found["z"].tolist(),
            "run": found["run_id"].tolist(),
            **short,
            **whole,
        }
    )


def unused_table(study: SeedStudy, names: Mapping[str, str]) -> pd.DataFrame:
    """The matched runs that are not in the statistics, each with its reason; `names` as for `summary_table`."""
    rest = study.runs[~study.runs["used"]]
    short, whole = _named(rest["setting"], names)
    return pd.DataFrame(
        {
            "seed": [value_text(seed) for seed in rest["seed"]],
            "why not": rest["why_not"].tolist(),
            "what the run says": rest["reason"].fillna("").tolist(),
            "run": rest["run_id"].tolist(),
            **short,
            **whole,
        }
    )


def export_table(study: SeedStudy, all_columns: pd.DataFrame, measured: Measured, unit: str) -> pd.DataFrame:
    """Every run of a study, used or not, with its id, what its value is, and every parameter."""
    first = {"metric": measured.metric, "unit": unit, "measured_on": measured.dataset, "split": measured.split}
    told = ["run_id", "run_key", "setting", "seed", *first, "value", "used", "why_not", "z", "outlier"]
    more = [name for name in all_columns.columns if name == "run_key" or name not in study.runs.columns]
    table = study.runs.assign(**first).merge(all_columns[more], on="run_key", how="left")
    rest = [name for name in table.columns if name not in (*told, "offset", "own_setting")]
    return table[[*told, *rest]].rename(columns={"z": "modified_z"})
